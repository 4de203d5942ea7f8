import type { BatchNode, BatchProcess, NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { ROLLED_BACK, type DoneMark } from '../../../api/marks.ts';
import type { NodeFact } from '../../facts.ts';

/** Whether a batch rolls back what earlier batches did. */
export function isRollback(batch: UpgradeBatch): boolean {
  return batch.spec.rollback !== undefined;
}

/** The version that a successful turn brings the node to. In a rollback that is the version it came from, or '' if unknown. */
export function goalVersion(batch: UpgradeBatch, entry: BatchNode): string {
  return isRollback(batch) ? (entry.fromVersion ?? '') : batch.spec.version;
}

/** The state of a node after a successful turn in the batch. */
export function goalState(batch: UpgradeBatch): 'Succeeded' | 'RolledBack' {
  return isRollback(batch) ? 'RolledBack' : 'Succeeded';
}

/** Whether a node in this state has had a successful turn, in an upgrade or a rollback. */
export function isGoalState(state: NodeRecord['state']): boolean {
  return state === 'Succeeded' || state === 'RolledBack';
}

/** Whether a process runs in this batch: in a rollback, one without a rollback template does not. */
export function hasWork(batch: UpgradeBatch, process: BatchProcess): boolean {
  return !isRollback(batch) || process.template !== undefined;
}

/** The mark for the node of a successful turn. After a rollback it names no revision, so that the node is done in none. */
export function doneMark(batch: UpgradeBatch, entry: BatchNode, time: string): DoneMark {
  const revision = isRollback(batch) ? ROLLED_BACK : batch.spec.revision;
  return { revision, version: goalVersion(batch, entry), batch: batch.metadata.name, time };
}

/** Whether the node has the mark of a successful turn in this batch. */
export function isMarkedDone(batch: UpgradeBatch, node: NodeFact): boolean {
  const revision = isRollback(batch) ? ROLLED_BACK : batch.spec.revision;
  return node.done?.revision === revision && node.done.batch === batch.metadata.name;
}
