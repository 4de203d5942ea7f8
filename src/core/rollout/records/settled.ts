import { CONDITIONS } from '../../../api/conditions.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../baton/deliveries.ts';
import { isTrue } from '../../condition.ts';

/** Whether every node of the batch has its outcome, as persisted. */
export function isSettled(batch: UpgradeBatch): boolean {
  return isTrue(batch.status?.conditions, CONDITIONS.settled);
}

/** Sinks that have no receipt for the batch's final notification yet, as persisted. */
export function outstandingSinks(batch: UpgradeBatch): readonly string[] {
  const { sinks = [] } = batch.status?.notification ?? {};
  const answered = new Set(finalReceipts(batch.status?.notification).map((receipt) => receipt.sink));
  return sinks.filter((sink) => !answered.has(sink));
}
