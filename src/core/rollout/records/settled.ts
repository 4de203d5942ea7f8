import { CONDITIONS } from '../../../api/conditions.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../baton/deliveries.ts';
import { isTrue } from '../../condition.ts';

/** Whether the batch's condition Settled is true: every node has its outcome, on record. */
export function isSettled(batch: UpgradeBatch): boolean {
  return isTrue(batch.status?.conditions, CONDITIONS.settled);
}

/** Names of the sinks without a recorded receipt for the batch's final notification. */
export function outstandingSinks(batch: UpgradeBatch): readonly string[] {
  const { sinks = [] } = batch.status?.notification ?? {};
  const answered = new Set(finalReceipts(batch.status?.notification).map((receipt) => receipt.sink));
  return sinks.filter((sink) => !answered.has(sink));
}
