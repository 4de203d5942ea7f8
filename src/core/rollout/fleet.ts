import type { NodeRecord, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { NodeFact } from '../facts.ts';
import { countOfAtLeastOne } from '../quantity.ts';
import { selects } from '../selector.ts';
import type { PlanSnapshot } from './snapshot.ts';

/** The plan's nodes and where each stands in the current revision. */
export interface Fleet {
  /** The nodes that the plan selects now, by name. */
  readonly selected: ReadonlyMap<string, NodeFact>;
  /** How many nodes the plan chose when the revision started; percentages refer to it. */
  readonly planNodes: number;
  /** The batches since the plan came to its revision, by index. */
  readonly batches: readonly UpgradeBatch[];
  /** The last record of each node in this revision. */
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Nodes that are still to go into a batch, in no order: putting a large fleet in order costs, and is needed once a batch. */
  readonly remaining: readonly NodeFact[];
  /** Selected nodes whose revision is done without a batch of this plan object (it was created anew). */
  readonly doneBefore: number;
}

/** The plan's selected nodes. */
function selectedNodes(snapshot: PlanSnapshot): ReadonlyMap<string, NodeFact> {
  const { nodeSelector, allNodes } = snapshot.plan.spec;
  const selected = new Map<string, NodeFact>();
  if (nodeSelector === undefined && allNodes !== true) return selected;
  for (const node of snapshot.nodes.values()) if (selects(nodeSelector, node.labels)) selected.set(node.name, node);
  return selected;
}

/**
 * The batches since the plan came to its revision. A plan that goes back to an earlier version comes to that revision again, and what
 * was done then does not count: the nodes have been moved since.
 */
export function currentBatches({ batches, revision }: Pick<PlanSnapshot, 'batches' | 'revision'>): readonly UpgradeBatch[] {
  return batches.slice(batches.findLastIndex((batch) => batch.spec.revision !== revision) + 1);
}

/** A node that was not attempted because the rollout stopped goes into a later batch, and one that failed when an act says so. */
function goesAgain(record: NodeRecord | undefined): boolean {
  return record?.state === 'NotAttempted' || (record?.state === 'Failed' && record.retriedBy !== undefined);
}

/** Gathers where the fleet stands. */
export function surveyFleet(snapshot: PlanSnapshot): Fleet {
  const selected = selectedNodes(snapshot);
  const batches = currentBatches(snapshot);
  const records = new Map<string, NodeRecord>();
  const batched = new Map<string, string>();
  for (const batch of batches) {
    for (const node of batch.spec.nodes) batched.set(node.name, node.uid);
    for (const record of batch.status?.nodes ?? []) records.set(record.name, record);
  }
  const remaining: NodeFact[] = [];
  let doneBefore = 0;
  for (const node of selected.values()) {
    if (batched.get(node.name) === node.uid && !goesAgain(records.get(node.name))) continue;
    if (node.done?.revision === snapshot.revision) doneBefore += 1;
    else if (!node.leaving) remaining.push(node);
  }
  const planNodes = batches[0]?.spec.planNodes ?? selected.size;
  return { selected, planNodes, batches, records, remaining, doneBefore };
}

/** Why a node counts as down; undefined when it is up. */
export function downReason(node: NodeFact): string | undefined {
  if (node.quarantine !== undefined || node.failedTaint) return 'quarantined';
  if (node.claim !== undefined) return 'in its turn';
  if (!node.ready) return 'NotReady';
  if (node.unschedulable) return 'cordoned';
  return undefined;
}

/** How many nodes of the plan may be down at once. */
export function maxUnavailable(snapshot: PlanSnapshot, fleet: Fleet): number {
  return countOfAtLeastOne(snapshot.plan.spec.maxUnavailable, fleet.planNodes);
}

/** The plan's nodes that are down for any reason: those it selects, and those it has claimed. */
export function downNodes(snapshot: PlanSnapshot, fleet: Fleet): readonly NodeFact[] {
  const down: NodeFact[] = [];
  for (const node of snapshot.nodes.values()) {
    if (downReason(node) === undefined) continue;
    if (fleet.selected.has(node.name) || node.claim === snapshot.plan.metadata.uid) down.push(node);
  }
  return down;
}
