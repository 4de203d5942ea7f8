import type { BatchNode, BatchProcess, NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { ROLLED_BACK, type DoneMark } from '../../../api/marks.ts';
import type { NodeFact } from '../../facts.ts';

/** Whether a batch takes back what another one did. */
export function isRollback(batch: UpgradeBatch): boolean {
  return batch.spec.rollback !== undefined;
}

/** The version that a node has once its turn has ended well: in a rollback the one that it came from, empty where nobody knows it. */
export function goalVersion(batch: UpgradeBatch, entry: BatchNode): string {
  return isRollback(batch) ? (entry.fromVersion ?? '') : batch.spec.version;
}

/** The state of a node whose turn in the batch has ended well. */
export function goalState(batch: UpgradeBatch): 'Succeeded' | 'RolledBack' {
  return isRollback(batch) ? 'RolledBack' : 'Succeeded';
}

/** Whether a turn has ended well in this state. */
export function isGoalState(state: NodeRecord['state']): boolean {
  return state === 'Succeeded' || state === 'RolledBack';
}

/** What a process runs in this batch: in a rollback there may be nothing that takes it back. */
export function hasWork(batch: UpgradeBatch, process: BatchProcess): boolean {
  return !isRollback(batch) || process.template !== undefined;
}

/** The mark of a node whose turn has ended well. After a rollback it is of no revision, so that the node counts as done in none. */
export function doneMark(batch: UpgradeBatch, entry: BatchNode, time: string): DoneMark {
  const revision = isRollback(batch) ? ROLLED_BACK : batch.spec.revision;
  return { revision, version: goalVersion(batch, entry), batch: batch.metadata.name, time };
}

/** Whether the node's mark says that its turn in this batch has ended well. */
export function isMarkedDone(batch: UpgradeBatch, node: NodeFact): boolean {
  const revision = isRollback(batch) ? ROLLED_BACK : batch.spec.revision;
  return node.done?.revision === revision && node.done.batch === batch.metadata.name;
}
