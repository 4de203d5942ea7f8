import type { NodeFact } from '../facts.ts';
import { compareNames } from '../text.ts';
import { rankOf } from './rank.ts';
import type { PlanSnapshot } from './snapshot.ts';

/** Where a node stands: the smaller goes first, field by field. */
interface Place {
  readonly node: NodeFact;
  readonly failed: boolean;
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
  return a.rank - b.rank || compareNames(a.node.name, b.node.name);
}

/**
 * The order in which nodes go. Those that failed before go last, since it is known that they may fail again; control-plane nodes go
 * after the workers, since the first to go is the one that shows what is wrong. Otherwise it is a stable shuffle by the UIDs of node and
 * plan: the same for each revision, another one for each plan, and a node that joins changes nothing for the others.
 */
export function inOrder(snapshot: PlanSnapshot, nodes: readonly NodeFact[]): readonly NodeFact[] {
  const failed = failedBefore(snapshot);
  const plan = snapshot.plan.metadata.uid;
  const places = nodes.map((node): Place => ({
    node,
    failed: node.quarantine !== undefined || failed.has(node.uid),
    rank: rankOf(`${plan}/${node.uid}`),
  }));
  return places.sort(compare).map(({ node }) => node);
}
