import { NODE_REASONS } from '../../../api/conditions.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { isTerminal, processesOf } from '../records/node-record.ts';
import { whyIdle } from './idle-process.ts';
import { isRollback } from '../records/batch-goal.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** Whether every node of the batch has its outcome in the snapshot's records. True one pass before the condition Settled is. */
export function hasEnded(batch: UpgradeBatch): boolean {
  const records = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
  return batch.spec.nodes.every((entry) => {
    const record = records.get(entry.name);
    return record !== undefined && isTerminal(record);
  });
}

const FOUND_DONE = new Set<string | undefined>([NODE_REASONS.AlreadyCurrent, NODE_REASONS.AlreadyDone]);

/** Whether the batch has ended and all its nodes were at the version already: there is nothing to soak and nothing to approve. */
export function foundAllDone(batch: UpgradeBatch): boolean {
  const records = batch.status?.nodes ?? [];
  return hasEnded(batch) && records.every(({ state, reason }) => state === 'Skipped' && FOUND_DONE.has(reason));
}

/** Whether no waiting node of the batch has anything to do now, so that none of them gets a turn. */
export function hasNothingToDo(batch: UpgradeBatch, { nodes, daemonSets }: Pick<PlanSnapshot, 'nodes' | 'daemonSets'>): boolean {
  if (isRollback(batch)) return false;
  const target = { version: batch.spec.version, daemonSets };
  const records = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
  return batch.spec.nodes.every((entry) => {
    const record = records.get(entry.name);
    if (record !== undefined && isTerminal(record)) return true;
    const node = nodes.get(entry.name);
    if (node === undefined || node.uid !== entry.uid || node.claim !== undefined) return false;
    return processesOf(batch, entry).every((process) => whyIdle(process, node, target) !== undefined);
  });
}
