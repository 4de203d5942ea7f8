import { CONDITIONS, NOTIFY_REASONS } from '../../api/conditions.ts';
import type { BatchNotification, BatchOutlook, NodeRecord, Receipt, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../baton/deliveries.ts';
import { hasReceipt } from '../baton/lease.ts';
import type { Finding } from '../condition.ts';
import { awaitingEnd, finalSinks, isPlanEnd } from '../notification/final-sinks.ts';
import { presentFields } from '../present-fields.ts';
import { toInstant, toRfc3339 } from '../text.ts';
import type { DecisionInput } from './snapshot.ts';

/** The agent tries for so long to deliver a batch's notification; for a plan being deleted, shorter (ms). */
const GIVE_UP_MS = 24 * 3600 * 1000;
const GIVE_UP_DELETED_MS = 5 * 60 * 1000;

/** A batch that has settled, with this pass's records. */
interface SettledBatch {
  readonly settledTime: string;
  readonly nodes: readonly NodeRecord[];
  readonly outlook: BatchOutlook | undefined;
}

/** The entry of a settled batch in the outbox, with the receipts that the Lease shows. */
export function batchOutbox(input: DecisionInput, batch: UpgradeBatch, settled: SettledBatch): BatchNotification {
  const { snapshot } = input;
  const before = batch.status?.notification;
  const id = before?.id ?? `${batch.metadata.uid}/1`;
  const { sinks, addedTime } = askedSinks(input, batch, settled);
  const receipts = [...(before?.receipts ?? [])];
  for (const receipt of snapshot.lease?.receipts ?? []) {
    if (receipt.id === id && sinks.includes(receipt.sink) && !hasReceipt(receipts, receipt)) receipts.push(receipt);
  }
  for (const sink of sinks) {
    if (hasReceipt(receipts, { sink, id })) continue;
    const given = giveUp(input, addedTime ?? settled.settledTime, { sink, id });
    if (given !== undefined) receipts.push(given);
  }
  return presentFields({ id, sinks, addedTime, receipts });
}

/** Who is to get the final message. It is decided when the batch settles; only the end of the rollout, when it comes later, adds to it. */
function askedSinks(
  { snapshot, now }: DecisionInput,
  batch: UpgradeBatch,
  { nodes, outlook }: SettledBatch,
): Pick<BatchNotification, 'sinks' | 'addedTime'> & { readonly sinks: readonly string[] } {
  const all = snapshot.plan.spec.notify?.sinks ?? [];
  const before = batch.status?.notification;
  if (before?.sinks === undefined) {
    const previous = snapshot.batches.findLast((other) => other.spec.index < batch.spec.index);
    return { sinks: finalSinks(all, { status: presentFields({ nodes, outlook }), previous }) };
  }
  const added = isPlanEnd(outlook) ? awaitingEnd(all, batch) : [];
  if (added.length === 0) return presentFields({ sinks: before.sinks, addedTime: before.addedTime });
  return { sinks: [...before.sinks, ...added], addedTime: toRfc3339(now) };
}

/** The receipt of a sink that took too long; undefined while there is time. */
function giveUp(
  { snapshot, now }: DecisionInput,
  askedTime: string,
  of: { readonly sink: string; readonly id: string },
): Receipt | undefined {
  const deleted = toInstant(snapshot.plan.metadata.deletionTimestamp);
  const limit = deleted === undefined ? GIVE_UP_MS : GIVE_UP_DELETED_MS;
  const since = Math.max(toInstant(askedTime) ?? now, deleted ?? 0);
  if (now <= since + limit) return undefined;
  const message = `nobody took it within ${limit / 60_000} min`;
  return { ...of, outcome: 'Failed', reason: NOTIFY_REASONS.GivenUp, message, time: toRfc3339(now) };
}

/** Whether everybody who asked has got the batch's final message. */
export function notifiedFinding(
  batch: UpgradeBatch,
  notification: BatchNotification | undefined,
  agentProblem: string | undefined,
): Finding {
  const finding = (status: Finding['status'], reason: string, message: string): Finding => ({
    type: CONDITIONS.notified,
    status,
    reason,
    message,
    observedGeneration: batch.metadata.generation,
  });
  if (notification === undefined) return finding('False', NOTIFY_REASONS.NotSettled, 'the batch is not settled yet');
  const { sinks = [] } = notification;
  const receipts = finalReceipts(notification);
  if (sinks.length === 0) return finding('True', NOTIFY_REASONS.NoSinks, 'no sink of the plan asked for it');
  const failed = receipts.filter((receipt) => receipt.outcome === 'Failed');
  if (receipts.length < sinks.length) {
    const reason = agentProblem === undefined ? NOTIFY_REASONS.Pending : NOTIFY_REASONS.NoEligibleAgent;
    return finding(
      'False',
      reason,
      agentProblem ?? `${sinks.length - receipts.length} of ${sinks.length} sinks have not taken it yet`,
    );
  }
  const worst = failed[0];
  if (worst === undefined) return finding('True', NOTIFY_REASONS.Delivered, `all ${sinks.length} sinks have taken it`);
  return finding('False', failureReason(worst), `${worst.sink}: ${worst.message ?? worst.reason ?? 'failed'}`);
}

const FAILURE_REASONS: ReadonlySet<string> = new Set(Object.values(NOTIFY_REASONS));

/** The documented reason for which a delivery failed; a receipt may carry any word. */
export function failureReason(receipt: Receipt): string {
  return receipt.reason !== undefined && FAILURE_REASONS.has(receipt.reason) ? receipt.reason : NOTIFY_REASONS.Refused;
}
