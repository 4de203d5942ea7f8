import type { NodeFact } from '../../facts.ts';
import { selects } from '../../selector.ts';
import { compareNames } from '../../text.ts';
import { whyIdle } from './idle-process.ts';
import { compareDomains, domainOf } from './domain.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The sort key of a node, compared field by field. */
interface SortEntry {
  readonly node: NodeFact;
  /** Sum of the weights below: a node with a higher sum goes later. */
  readonly weight: number;
  readonly domain: string | undefined;
  readonly rank: number;
}

/**
 * UIDs of nodes whose last outcome in this plan was a failure, in any revision whose batches still exist. A new Node with the
 * name of a failed one has another UID and does not count.
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

/** Whether every process that selects the node has nothing to do there. */
function hasNothingToDo({ plan, daemonSets }: PlanSnapshot, node: NodeFact): boolean {
  const processes = plan.spec.processes.filter((process) => selects(process.nodeSelector, node.labels));
  const target = { version: plan.spec.version, daemonSets };
  return processes.every((process) => whyIdle(process, node, target) !== undefined);
}

function compare(a: SortEntry, b: SortEntry): number {
  return a.weight - b.weight || compareDomains(a.domain, b.domain) || a.rank - b.rank || compareNames(a.node.name, b.node.name);
}

function sortEntries(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): SortEntry[] {
  const { plan } = snapshot;
  const failed = failedBefore(snapshot);
  return nodes.map((node) => ({
    node,
    weight:
      (hasNothingToDo(snapshot, node) ? 4 : 0) +
      (node.quarantine !== undefined || failed.has(node.uid) ? 2 : 0) +
      (node.controlPlane ? 1 : 0),
    domain: domainOf(plan, node),
    rank: shuffleRank(`${plan.metadata.uid}/${node.uid}`),
  }));
}

/**
 * Sorts nodes into the order of their turns: first workers, then control-plane nodes, because the first node shows whether the
 * upgrade works. Then nodes that failed before, because they may fail again. Last, nodes with nothing to do, because a skipped
 * canary shows nothing. Within these groups, a plan with `oneDomainAtATime` takes the domains by name. The rest is a stable
 * shuffle by the UIDs of plan and node: the same in each revision, different for each plan, and unaffected by nodes that join.
 */
export function inOrder(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): readonly NodeFact[] {
  return sortEntries(snapshot, nodes)
    .sort(compare)
    .map(({ node }) => node);
}

/** The first node of {@link inOrder}, without sorting; undefined for no nodes. */
export function firstInOrder(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): NodeFact | undefined {
  let first: SortEntry | undefined;
  for (const entry of sortEntries(snapshot, nodes)) if (first === undefined || compare(entry, first) < 0) first = entry;
  return first?.node;
}

/** Finishes a hash as MurmurHash3 does: FNV-1a alone gives similar values to names that differ only in the last digit. */
function mixed(hash: number): number {
  let bits = hash;
  bits = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b);
  bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
  return (bits ^ (bits >>> 16)) >>> 0;
}

/** A 32-bit hash to shuffle by: FNV-1a, because SHA-256 is slow for a large fleet and nobody gains from forging the order. */
export function shuffleRank(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mixed(hash);
}
