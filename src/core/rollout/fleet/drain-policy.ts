import type { BatchDrain, BatchProcess, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { selectorKeys } from '../../selector.ts';
import { disrupts } from '../records/node-record.ts';

/** The drain policy of a batch that has none: the most careful one. */
const DEFAULT_POLICY: BatchDrain = { mode: 'Auto', emptyDirData: 'Keep', unmanagedPods: 'Keep' };

/** How the nodes of a batch are drained. */
export function drainPolicy(batch: UpgradeBatch): BatchDrain {
  return batch.spec.drain ?? DEFAULT_POLICY;
}

/** Whether a node is cordoned during a turn that runs these processes. */
export function isCordonedFor(batch: UpgradeBatch, processes: readonly BatchProcess[]): boolean {
  return drainPolicy(batch).mode !== 'None' && disrupts(processes);
}

/** Whether a node is drained before these processes run. */
export function isDrainedFor(batch: UpgradeBatch, processes: readonly BatchProcess[]): boolean {
  return drainPolicy(batch).mode === 'Auto' && disrupts(processes);
}

/** Keys of the Pod labels that the drains of a batch select by; undefined when none of its nodes is drained. */
export function drainLabels(batch: UpgradeBatch): readonly string[] | undefined {
  if (!isDrainedFor(batch, batch.spec.processes)) return undefined;
  const { ignore, waitFor, force } = drainPolicy(batch);
  return [ignore, waitFor, force].flatMap((rule) => (rule === undefined ? [] : selectorKeys(rule.podSelector)));
}
