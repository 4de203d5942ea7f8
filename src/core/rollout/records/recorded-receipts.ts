import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { oldestFirst } from '../../baton/oldest-first.ts';
import { isProbe } from '../../baton/series.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/**
 * Names of the plan's sinks. While the shared sinks cannot be read, sinks with a receipt count too: they may not have been
 * removed.
 */
export function currentSinks(
  { plan, sharedSinks }: Pick<PlanSnapshot, 'plan' | 'sharedSinks'>,
  receipts: readonly Receipt[],
): readonly string[] {
  const own = (plan.spec.notify?.sinks ?? []).map(({ name }) => name);
  const kept = sharedSinks.kind === 'Known' ? [] : receipts.map(({ sink }) => sink);
  return [...new Set([...own, ...kept])];
}

/** A receipt with its batch. */
export interface RecordedReceipt extends Receipt {
  /** Name of the batch. */
  readonly batch: string;
}

/** All receipts in the batches of a plan. */
export function recordedReceipts(batches: readonly UpgradeBatch[]): readonly RecordedReceipt[] {
  return batches.flatMap(({ metadata, status }) =>
    (status?.notification?.receipts ?? []).map((receipt) => ({ ...receipt, batch: metadata.name })),
  );
}

/**
 * The latest receipt that says whether a sink works. A probe that reached the sink only supersedes earlier probes, because it
 * does not show that the sink accepts a message. Receipts from when the sink was removed from the plan do not count.
 */
export function latestReceiptOf(sink: string, receipts: readonly RecordedReceipt[]): RecordedReceipt | undefined {
  const own = oldestFirst(receipts.filter((receipt) => receipt.sink === sink && receipt.reason !== NOTIFY_REASONS.SinkRemoved));
  const last = own.at(-1);
  return last?.outcome === 'Reached' ? own.findLast((receipt) => !isProbe(receipt)) : last;
}

const FAILURE_REASONS: ReadonlySet<string> = new Set(Object.values(NOTIFY_REASONS));

/** What a receipt is about: `kernel-7f3c-2 to ops`, or a probe. */
export function describeReceipt(receipt: RecordedReceipt): string {
  return isProbe(receipt) ? `${receipt.sink}, probed from ${receipt.node ?? 'its agent'}` : `${receipt.batch} to ${receipt.sink}`;
}

/**
 * The problem that a receipt reports: a delivery that failed for good, a failed probe, or the remark of a successful delivery.
 * Undefined if there is none. An undocumented reason becomes Refused.
 */
export function deliveryProblem(receipt: Receipt): { readonly reason: string; readonly message: string } | undefined {
  if (receipt.outcome !== 'Failed') return receipt.remark === undefined ? undefined : documented(receipt.remark);
  return documented({ reason: receipt.reason, message: receipt.message ?? receipt.reason ?? 'failed' });
}

function documented({ reason = '', message }: { readonly reason?: string | undefined; readonly message: string }): {
  readonly reason: string;
  readonly message: string;
} {
  return { reason: FAILURE_REASONS.has(reason) ? reason : NOTIFY_REASONS.Refused, message };
}
