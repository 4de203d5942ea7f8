import { NODE_REASONS } from '../../../api/conditions.ts';
import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact } from '../../facts.ts';
import { countOfAtLeastOne } from '../../quantity.ts';
import { selects } from '../../selector.ts';
import { toInstant } from '../../text.ts';
import { isRollback } from '../records/batch-goal.ts';
import { hasChanged } from '../records/node-changes.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The plan's nodes, and how far each is in the current revision. */
export interface Fleet {
  /** The nodes that the plan selects now, by name. */
  readonly selected: ReadonlyMap<string, NodeFact>;
  /** Number of nodes that the plan selected when the revision started; percentages refer to it. */
  readonly planNodes: number;
  /** The batches since the plan last changed to its current revision, by index. */
  readonly batches: readonly UpgradeBatch[];
  /** The upgrade batches since the last rollback, which undid those before it. */
  readonly upgrades: readonly UpgradeBatch[];
  /** The last record of each node in this revision, except records of a rollback that changed nothing on the node. */
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Nodes that are still to go into a batch, unsorted: sorting a large fleet is slow and only needed once a batch. */
  readonly remaining: readonly NodeFact[];
  /** The last of `remaining`: nodes that joined late, or were NotReady in their turn. They go together, after all others. */
  readonly late: readonly NodeFact[];
  /** Number of selected nodes that are done without a batch of this plan, because the plan was deleted and created again. */
  readonly doneBefore: number;
}

/** The nodes that the plan selects. The watch selects too, so usually all of them match and a large map need not be copied. */
function selectedNodes({ plan, nodes }: Pick<PlanSnapshot, 'plan' | 'nodes'>): ReadonlyMap<string, NodeFact> {
  const { nodeSelector, allNodes } = plan.spec;
  if (nodeSelector === undefined) return allNodes === true ? nodes : new Map();
  const others: NodeFact[] = [];
  for (const node of nodes.values()) if (!selects(nodeSelector, node.labels)) others.push(node);
  return without(nodes, others);
}

function without(nodes: ReadonlyMap<string, NodeFact>, others: readonly NodeFact[]): ReadonlyMap<string, NodeFact> {
  if (others.length === 0) return nodes;
  const rest = new Map(nodes);
  for (const { name } of others) rest.delete(name);
  return rest;
}

/**
 * The batches since the plan last changed to its current revision. When a plan returns to an earlier revision, the batches from
 * before do not count, because the nodes have changed since.
 */
export function currentBatches({ batches, revision }: Pick<PlanSnapshot, 'batches' | 'revision'>): readonly UpgradeBatch[] {
  return batches.slice(batches.findLastIndex((batch) => batch.spec.revision !== revision) + 1);
}

/** What {@link surveyFleet} needs of a snapshot. */
export type FleetView = Pick<PlanSnapshot, 'plan' | 'revision' | 'batches' | 'nodes'>;

/** What the batches of the revision have done with the nodes. */
interface History {
  /** UIDs of the nodes that were in a batch, by name; the last if several nodes had the name. */
  readonly batched: ReadonlyMap<string, string>;
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Number of times that each node was skipped because it was NotReady. */
  readonly missed: ReadonlyMap<string, number>;
}

/** Maximum number of turns that a NotReady node may miss: each costs a batch and a notification. */
const MAX_MISSED_TURNS = 3;

function historyOf(batches: readonly UpgradeBatch[]): History {
  const records = new Map<string, NodeRecord>();
  const batched = new Map<string, string>();
  const missed = new Map<string, number>();
  for (const batch of batches) {
    for (const node of batch.spec.nodes) {
      batched.set(node.name, node.uid);
      if (!isRollback(batch)) records.delete(node.name);
    }
    for (const record of batch.status?.nodes ?? []) {
      if (isRollback(batch) && !hasChanged(record)) continue;
      records.set(record.name, record);
      if (isMissed(record)) missed.set(record.name, (missed.get(record.name) ?? 0) + 1);
    }
  }
  return { batched, records, missed };
}

function isMissed(record: NodeRecord | undefined): boolean {
  return record?.state === 'Skipped' && record.reason === NODE_REASONS.NotReady;
}

/**
 * Whether a node that was in a batch goes into another one: because the rollout stopped before its turn, an action retries it, or
 * it was NotReady and is Ready again (`Late`).
 */
function goesAgain({ records, missed }: History, node: NodeFact): 'No' | 'First' | 'Late' {
  const record = records.get(node.name);
  const stopped = record?.state === 'Failed' || record?.state === 'RolledBack';
  if (record?.state === 'NotAttempted' || (stopped && record.retriedBy !== undefined)) return 'First';
  return isMissed(record) && node.ready && (missed.get(node.name) ?? 0) < MAX_MISSED_TURNS ? 'Late' : 'No';
}

/**
 * Sorts the plan's nodes by what is left to do. A node is late when it joined the cluster after the revision's first batch was
 * created, or when as many nodes as the plan selected then have been in a batch. A node that was not attempted goes into a later
 * batch.
 */
export function surveyFleet(snapshot: FleetView): Fleet {
  const candidates = selectedNodes(snapshot);
  const batches = currentBatches(snapshot);
  const history = historyOf(batches);
  const { batched, records } = history;
  const remaining: NodeFact[] = [];
  const late: NodeFact[] = [];
  const unbatched: NodeFact[] = [];
  let doneBefore = 0;
  for (const node of candidates.values()) {
    const again = batched.get(node.name) === node.uid ? goesAgain(history, node) : undefined;
    if (again === 'No') continue;
    if (node.done?.revision === snapshot.revision) doneBefore += 1;
    else if (node.leaving) continue;
    else if (again === 'Late') late.push(node);
    else if (again === 'First') remaining.push(node);
    else unbatched.push(node);
  }
  const ignored: NodeFact[] = [];
  const planNodes = batches[0]?.spec.planNodes ?? candidates.size;
  const started = toInstant(batches[0]?.metadata.creationTimestamp) ?? Infinity;
  const allSeen = batches.length > 0 && batched.size + doneBefore >= planNodes;
  for (const node of unbatched) {
    if (node.createdTime <= started && !allSeen) remaining.push(node);
    else if (snapshot.plan.spec.newNodes.policy === 'Upgrade') late.push(node);
    else ignored.push(node);
  }
  const selected = without(candidates, ignored);
  const upgrades = batches.slice(batches.findLastIndex(isRollback) + 1);
  return { selected, planNodes, batches, upgrades, records, remaining: [...remaining, ...late], late, doneBefore };
}

/** Why a node counts as down; undefined when it is up. */
export function downReason(node: NodeFact): string | undefined {
  if (node.quarantine !== undefined || node.failedTaint) return 'quarantined';
  if (node.claim !== undefined) return 'in its turn';
  if (!node.ready) return 'NotReady';
  if (node.unschedulable) return 'cordoned';
  return undefined;
}

/** Maximum number of the plan's nodes that may be down at once. */
export function maxUnavailable(snapshot: PlanSnapshot, fleet: Fleet): number {
  return countOfAtLeastOne(snapshot.plan.spec.maxUnavailable, fleet.planNodes);
}

/** The nodes that the plan selects or has claimed and that are down, for any reason. */
export function downNodes(snapshot: PlanSnapshot, fleet: Fleet): readonly NodeFact[] {
  const down: NodeFact[] = [];
  for (const node of snapshot.nodes.values()) {
    if (downReason(node) === undefined) continue;
    if (fleet.selected.has(node.name) || node.claim === snapshot.plan.metadata.uid) down.push(node);
  }
  return down;
}
