import { CONDITIONS, NOTIFY_REASONS } from '../../../../api/conditions.ts';
import type {
  BatchNotification,
  BatchOutlook,
  NodeRecord,
  Receipt,
  UpgradeBatch,
} from '../../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../../baton/deliveries.ts';
import { hasReceipt } from '../../../baton/lease.ts';
import { newestIn } from '../../../baton/series.ts';
import type { Finding } from '../../../condition.ts';
import { awaitingEnd, finalSinks, isPlanEnd } from '../../../baton/final-sinks.ts';
import { presentFields } from '../../../present-fields.ts';
import { toInstant, toRfc3339 } from '../../../text.ts';
import { currentSinks, deliveryProblem } from '../../records/recorded-receipts.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/** The agent tries for so long to deliver a batch's notification; for a plan being deleted, shorter (ms). */
const GIVE_UP_MS = 24 * 3600 * 1000;
const GIVE_UP_DELETED_MS = 5 * 60 * 1000;

/** A batch with this pass's records and alerts. */
interface OutboxBatch extends Pick<BatchNotification, 'alerts' | 'activeAlerts' | 'pendingAlertTime'> {
  /** Undefined while it is open. */
  readonly settledTime: string | undefined;
  readonly nodes: readonly NodeRecord[];
  readonly outlook: BatchOutlook | undefined;
}

/** What a batch has in the outbox, with the receipts that the Lease shows; undefined while there is nothing to tell. */
export function batchOutbox(input: DecisionInput, batch: UpgradeBatch, of: OutboxBatch): BatchNotification | undefined {
  const before = batch.status?.notification;
  const { settledTime, alerts = [], activeAlerts, pendingAlertTime } = of;
  const series = seriesReceipts(input, batch);
  const isEmpty = alerts.length === 0 && pendingAlertTime === undefined && series.length === 0;
  if (settledTime === undefined && before === undefined && isEmpty) return undefined;
  const final = settledTime === undefined ? {} : askedSinks(input, batch, of);
  const notification = presentFields({
    id: before?.id ?? `${batch.metadata.uid}/1`,
    ...final,
    alerts: alerts.length === 0 ? undefined : alerts,
    activeAlerts,
    pendingAlertTime,
  });
  return { ...notification, receipts: [...receiptsOf(input, batch, { notification, settledTime }), ...series] };
}

/**
 * The live message of each sink, by which the next agent goes on with it, and the final message takes its place; and what the newest probe
 * of each sink has found out.
 */
function seriesReceipts({ snapshot }: DecisionInput, { metadata, status }: UpgradeBatch): readonly Receipt[] {
  const known = [...(status?.notification?.receipts ?? []), ...(snapshot.lease?.receipts ?? [])];
  const sinks = currentSinks(snapshot, known);
  return (['live', 'probe'] as const).flatMap((series) =>
    sinks.flatMap((sink) => newestIn({ series, batchUid: metadata.uid }, sink, known)?.receipt ?? []),
  );
}

/** The receipts on record and on the Lease, for the messages that are on record, and for those that took too long. */
function receiptsOf(
  input: DecisionInput,
  batch: UpgradeBatch,
  { notification, settledTime }: { readonly notification: BatchNotification; readonly settledTime: string | undefined },
): readonly Receipt[] {
  const { id, sinks = [], sinksAddedTime, alerts = [] } = notification;
  const messages = [
    { id, sinks, time: sinksAddedTime ?? settledTime, maySend: sinks },
    // A sink that was to get the final message instead may have got the alert just before.
    ...alerts.map((alert) => ({
      id: alert.id,
      sinks: alert.sinks ?? [],
      time: alert.time,
      maySend: [...sinks, ...(alert.sinks ?? [])],
    })),
  ];
  const before = batch.status?.notification?.receipts ?? [];
  const receipts = before.filter((receipt) => messages.some((message) => message.id === receipt.id));
  for (const receipt of input.snapshot.lease?.receipts ?? []) {
    const message = messages.find((each) => each.id === receipt.id);
    if (message?.maySend.includes(receipt.sink) === true && !hasReceipt(receipts, receipt)) receipts.push(receipt);
  }
  for (const message of messages) {
    for (const sink of message.sinks) {
      if (hasReceipt(receipts, { sink, id: message.id }) || message.time === undefined) continue;
      const given = giveUp(input, message.time, { sink, id: message.id });
      if (given !== undefined) receipts.push(given);
    }
  }
  return receipts;
}

/** Who is to get the final message. It is decided when the batch settles; only the end of the rollout, when it comes later, adds to it. */
function askedSinks(
  { snapshot, now }: DecisionInput,
  batch: UpgradeBatch,
  { nodes, outlook }: OutboxBatch,
): Pick<BatchNotification, 'sinks' | 'sinksAddedTime'> & { readonly sinks: readonly string[] } {
  const all = snapshot.plan.spec.notify?.sinks ?? [];
  const before = batch.status?.notification;
  if (before?.sinks === undefined) {
    const earlier = snapshot.batches.filter((other) => other.spec.index < batch.spec.index);
    const status = presentFields({ nodes, outlook });
    return { sinks: finalSinks(all, { spec: batch.spec, status, alerts: before?.alerts ?? [], earlier }) };
  }
  const added = isPlanEnd(outlook) ? awaitingEnd(all, batch) : [];
  if (added.length === 0) return presentFields({ sinks: before.sinks, sinksAddedTime: before.sinksAddedTime });
  return { sinks: [...before.sinks, ...added], sinksAddedTime: toRfc3339(now) };
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
  { settled, agentProblem }: { readonly settled: boolean; readonly agentProblem: string | undefined },
): Finding {
  const finding = (status: Finding['status'], reason: string, message: string): Finding => ({
    type: CONDITIONS.notified,
    status,
    reason,
    message,
    observedGeneration: batch.metadata.generation,
  });
  if (notification === undefined || !settled) return finding('False', NOTIFY_REASONS.NotSettled, 'the batch is not settled yet');
  const { sinks = [] } = notification;
  const receipts = finalReceipts(notification);
  if (sinks.length === 0) return finding('True', NOTIFY_REASONS.NoSinks, 'no sink of the plan asked for it');
  if (receipts.length < sinks.length) {
    const reason = agentProblem === undefined ? NOTIFY_REASONS.Pending : NOTIFY_REASONS.NoEligibleAgent;
    return finding(
      'False',
      reason,
      agentProblem ?? `${sinks.length - receipts.length} of ${sinks.length} sinks have not taken it yet`,
    );
  }
  const wrong = receipts.find((receipt) => deliveryProblem(receipt) !== undefined);
  const problem = wrong === undefined ? undefined : deliveryProblem(wrong);
  if (wrong === undefined || problem === undefined)
    return finding('True', NOTIFY_REASONS.Delivered, `all ${sinks.length} sinks have taken it`);
  return finding('False', problem.reason, `${wrong.sink}: ${problem.message}`);
}
