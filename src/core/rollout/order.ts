import type { NodeFact } from '../facts.ts';
import { compareNames } from '../text.ts';
import { compareDomains, domainOf } from './domain.ts';
import { rankOf } from './rank.ts';
import type { PlanSnapshot } from './snapshot.ts';

/** Where a node stands: the smaller goes first, field by field. */
interface Place {
  readonly node: NodeFact;
  readonly failed: boolean;
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

function compare(a: Place, b: Place): number {
  if (a.failed !== b.failed) return a.failed ? 1 : -1;
  if (a.node.controlPlane !== b.node.controlPlane) return a.node.controlPlane ? 1 : -1;
  return compareDomains(a.domain, b.domain) || a.rank - b.rank || compareNames(a.node.name, b.node.name);
}

function placesOf(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): Place[] {
  const { plan } = snapshot;
  const failed = failedBefore(snapshot);
  return nodes.map((node) => ({
    node,
    failed: node.quarantine !== undefined || failed.has(node.uid),
    domain: domainOf(plan, node),
    rank: rankOf(`${plan.metadata.uid}/${node.uid}`),
  }));
}

/**
 * The order in which nodes go. Those that failed before go last, since it is known that they may fail again; control-plane nodes go
 * after the workers, since the first to go is the one that shows what is wrong. A plan that goes one domain at a time goes through them by name. Otherwise it is a stable shuffle by the UIDs of node and
 * plan: the same for each revision, another one for each plan, and a node that joins changes nothing for the others.
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
