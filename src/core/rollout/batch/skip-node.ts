import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchNode, UpgradeBatch, NodeRecord } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact, Instant } from '../../facts.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { whyIdle } from '../fleet/idle-process.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';
import { isRollback, hasWork } from '../records/batch-goal.ts';
import { processesOf } from '../records/node-record.ts';
import type { TurnsInput } from './turns-input.ts';

/** Why a node is skipped. */
interface Skip {
  readonly reason: string;
  readonly message: string;
}

/** Whether nodes that are NotReady get their turn as well. */
export function includesNotReady({ plan }: PlanSnapshot): boolean {
  return plan.spec.notReadyNodes === 'Include';
}

/** Why a node is skipped when its turn comes. */
export function skipReason(input: TurnsInput, node: NodeFact, entry: BatchNode): Skip | undefined {
  const { snapshot, fleet, batch } = input;
  const work = workFor(input, entry);
  if (work === 'None') return { reason: NODE_REASONS.NothingToRun, message: 'no process of the plan selects this node' };
  if (!isRollback(batch) && node.done?.revision === batch.spec.revision)
    return { reason: NODE_REASONS.AlreadyDone, message: `done in ${node.done.batch}` };
  if (!fleet.selected.has(node.name))
    return { reason: NODE_REASONS.NoLongerSelected, message: 'its labels no longer match nodeSelector' };
  if (node.leaving) return { reason: NODE_REASONS.BeingRemoved, message: 'it is being removed from the cluster' };
  if (node.quarantine !== undefined && !isRolledBackFromQuarantine(batch, node)) {
    const { namespace, plan } = node.quarantine;
    return { reason: NODE_REASONS.Quarantined, message: `quarantined by ${namespace}/${plan}; release it first` };
  }
  if (!node.ready && !includesNotReady(snapshot))
    return { reason: NODE_REASONS.NotReady, message: 'NotReady when its turn came' };
  if (work === 'Succeeded') return { reason: NODE_REASONS.AlreadyDone, message: 'its processes had succeeded before it failed' };
  return isRollback(batch) ? whyNotRolledBack(batch, entry) : undefined;
}

/** Why a node cannot be rolled back; undefined if it can. Baton does not guess versions. */
function whyNotRolledBack(batch: UpgradeBatch, entry: BatchNode): Skip | undefined {
  if (entry.fromVersion === undefined) {
    return { reason: NODE_REASONS.FromVersionUnknown, message: 'not rolled back: its earlier version is not known' };
  }
  if (processesOf(batch, entry).some((process) => hasWork(batch, process))) return undefined;
  return { reason: NODE_REASONS.NoRollback, message: 'not rolled back: its processes have no job.rollback.template' };
}

/** Whether a rollback takes the node although it is quarantined: this plan has quarantined it. */
function isRolledBackFromQuarantine(batch: UpgradeBatch, node: NodeFact): boolean {
  return isRollback(batch) && node.quarantine?.planUid === batch.spec.planUid;
}

/** Why no process has anything to do on a node, preferably because the work is already done; undefined if one has. */
function idleReason({ snapshot, batch }: TurnsInput, entry: BatchNode, node: NodeFact): Skip | undefined {
  const wanted = { version: batch.spec.version, daemonSets: snapshot.daemonSets };
  const reasons = processesOf(batch, entry).map((process) => whyIdle(process, node, wanted));
  if (reasons.includes(undefined)) return undefined;
  return reasons.find((idle) => idle?.reason === NODE_REASONS.AlreadyCurrent) ?? reasons[0];
}

/** Records of waiting nodes on which no process has anything to do. They are skipped at once, whatever holds the turns of others. */
export function skipIdle(input: TurnsInput, entries: readonly BatchNode[]): Map<string, NodeRecord> {
  const { snapshot, now } = input;
  const skipped = new Map<string, NodeRecord>();
  if (isRollback(input.batch)) return skipped;
  for (const entry of entries) {
    const node = snapshot.nodes.get(entry.name);
    if (node === undefined || node.uid !== entry.uid || node.claim !== undefined) continue;
    if (skipReason(input, node, entry) !== undefined) continue;
    const idle = idleReason(input, entry, node);
    if (idle === undefined) continue;
    skipped.set(node.name, skippedRecord(node, { ...idle, message: cutToBytes(idle.message, 128) }, now));
  }
  return skipped;
}

export function skippedRecord(node: NodeFact, skip: Skip, now: Instant): NodeRecord {
  return { name: node.name, state: 'Skipped', ...skip, endTime: toRfc3339(now) };
}

/** Whether the node has processes to run. All processes of a retried node may have succeeded before it failed. */
function workFor({ fleet, batch }: TurnsInput, { name, processes }: BatchNode): 'Some' | 'Succeeded' | 'None' {
  if (processes.length > 0) return 'Some';
  const earlier = fleet.batches.filter((other) => other.metadata.uid !== batch.metadata.uid);
  const tried = earlier.some((other) =>
    other.status?.nodes?.some((record) => record.name === name && record.retriedBy !== undefined),
  );
  return tried ? 'Succeeded' : 'None';
}
