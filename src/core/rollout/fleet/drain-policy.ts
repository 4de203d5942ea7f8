import type { BatchDrain, BatchProcess, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { selectorKeys } from '../../selector.ts';
import { disrupts } from '../records/node-record.ts';

/** What a batch that says nothing is drained by. */
const CAREFUL: BatchDrain = { mode: 'Auto', emptyDirData: 'Keep', unmanagedPods: 'Keep' };

/** How the nodes of a batch are emptied. */
export function drainPolicy(batch: UpgradeBatch): BatchDrain {
  return batch.spec.drain ?? CAREFUL;
}

/** Whether a node is cordoned in its turn, when these processes run in it. */
export function isCordonedFor(batch: UpgradeBatch, processes: readonly BatchProcess[]): boolean {
  return drainPolicy(batch).mode !== 'None' && disrupts(processes);
}

/** Whether a node is drained before these processes, which are still to run. */
export function isDrainedFor(batch: UpgradeBatch, processes: readonly BatchProcess[]): boolean {
  return drainPolicy(batch).mode === 'Auto' && disrupts(processes);
}

/** The labels of Pods that the drains of a batch look at; undefined when none of its nodes is drained. */
export function drainLabels(batch: UpgradeBatch): readonly string[] | undefined {
  if (!isDrainedFor(batch, batch.spec.processes)) return undefined;
  const { ignore, waitFor, force } = drainPolicy(batch);
  return [ignore, waitFor, force].flatMap((rule) => (rule === undefined ? [] : selectorKeys(rule.podSelector)));
}
