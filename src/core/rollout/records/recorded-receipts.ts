import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { inTime } from '../../baton/in-time.ts';
import { isProbe } from '../../baton/series.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The sinks of the plan. While its shared sinks are not known, also those that have a receipt: nobody can say then that one was removed. */
export function currentSinks(
  { plan, sharedSinks }: Pick<PlanSnapshot, 'plan' | 'sharedSinks'>,
  receipts: readonly Receipt[],
): readonly string[] {
  const own = (plan.spec.notify?.sinks ?? []).map(({ name }) => name);
  const kept = sharedSinks.kind === 'Known' ? [] : receipts.map(({ sink }) => sink);
  return [...new Set([...own, ...kept])];
}

/** What is known of a sink from one of its receipts. */
export interface RecordedReceipt extends Receipt {
  /** Name of the batch. */
  readonly batch: string;
}

/** All that is on record of the sinks of a plan. */
export function recordedReceipts(batches: readonly UpgradeBatch[]): readonly RecordedReceipt[] {
  return batches.flatMap(({ metadata, status }) =>
    (status?.notification?.receipts ?? []).map((receipt) => ({ ...receipt, batch: metadata.name })),
  );
}

/**
 * The last that is known of a sink. A probe that has reached it takes back only what probes have said: it has not shown that a message
 * would be taken. That the sink was once removed from the plan says nothing of it.
 */
export function latestReceiptOf(sink: string, words: readonly RecordedReceipt[]): RecordedReceipt | undefined {
  const own = inTime(words.filter((word) => word.sink === sink && word.reason !== NOTIFY_REASONS.SinkRemoved));
  const last = own.at(-1);
  return last?.outcome === 'Reached' ? own.findLast((word) => !isProbe(word)) : last;
}

const FAILURE_REASONS: ReadonlySet<string> = new Set(Object.values(NOTIFY_REASONS));

/** What a word is about: `kernel-7f3c-2 to ops`, or a probe. */
export function describeReceipt(word: RecordedReceipt): string {
  return isProbe(word) ? `${word.sink}, probed from ${word.node ?? 'its agent'}` : `${word.batch} to ${word.sink}`;
}

/** What went wrong with a delivery for good or with a probe, or was not as it should be; undefined for a good one. A receipt may carry any word: reasons are the documented ones. */
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
