import type { NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import { compareNames } from '../../text.ts';
import { whyIdle } from './idle-process.ts';
import { compareDomains, domainOf } from './domain.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** Where a node stands: the smaller goes first, field by field. */
interface Place {
  readonly node: NodeFact;
  /** The later it goes by what it is: see {@link inOrder}. */
  readonly group: number;
  readonly domain: string | undefined;
  readonly rank: number;
}

/**
 * The UIDs of nodes whose last outcome in this plan was a failure, in whatever revision, as far back as batches are kept. A host made
 * anew under its old name has not failed.
 */
function failedBefore({ batches }: PlanSnapshot): ReadonlySet<string> {
  const failed = new Map<string, string>();
  for (const batch of batches) {
    for (const record of batch.status?.nodes ?? []) {
      if (record.state === 'Succeeded') failed.delete(record.name);
      if (record.state !== 'Failed') continue;
      const uid = batch.spec.nodes.find((entry) => entry.name === record.name)?.uid;
      if (uid !== undefined) failed.set(record.name, uid);
    }
  }
  return new Set(failed.values());
}

/** Whether every process that is for the node finds its work done. */
function hasNothingToDo({ plan, daemonSets }: PlanSnapshot, node: NodeFact): boolean {
  const processes = plan.spec.processes.filter((process) => selects(process.nodeSelector, node.labels));
  const wanted = { version: plan.spec.version, daemonSets };
  return processes.every((process) => whyIdle(process, node, wanted) !== undefined);
}

function compare(a: Place, b: Place): number {
  return a.group - b.group || compareDomains(a.domain, b.domain) || a.rank - b.rank || compareNames(a.node.name, b.node.name);
}

function placesOf(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): Place[] {
  const { plan } = snapshot;
  const failed = failedBefore(snapshot);
  return nodes.map((node) => ({
    node,
    group:
      (hasNothingToDo(snapshot, node) ? 4 : 0) +
      (node.quarantine !== undefined || failed.has(node.uid) ? 2 : 0) +
      (node.controlPlane ? 1 : 0),
    domain: domainOf(plan, node),
    rank: shuffleRank(`${plan.metadata.uid}/${node.uid}`),
  }));
}

/**
 * The order in which nodes go. Those that need nothing go last: a canary that is skipped would show nothing. Before them those that
 * failed before, since it is known that they may fail again, and before those the control-plane nodes, since the first to go is the one
 * that shows what is wrong. A plan that goes one domain at a time goes through them by name. Otherwise it is a stable shuffle by the UIDs
 * of node and plan: the same for each revision, another one for each plan, and a node that joins changes nothing for the others.
 */
export function inOrder(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): readonly NodeFact[] {
  return placesOf(snapshot, nodes)
    .sort(compare)
    .map(({ node }) => node);
}

/** The first of {@link inOrder}, for less; undefined of none. */
export function firstInOrder(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): NodeFact | undefined {
  let first: Place | undefined;
  for (const place of placesOf(snapshot, nodes)) if (first === undefined || compare(place, first) < 0) first = place;
  return first?.node;
}

/** The 32 bits of FNV-1a, mixed by the end of MurmurHash3: by itself FNV-1a keeps names close together that differ in the last digit. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/**
 * The place of a text in an order that looks random and is always the same: 32 bits. It is no SHA-256, because a large fleet is put in
 * order in one go and nobody gains from forging it.
 */
export function shuffleRank(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}
