import { NOTIFY_REASONS } from '../../../../api/conditions.ts';
import type {
  BatchNotification,
  BatchOutlook,
  NodeRecord,
  Receipt,
  UpgradeBatch,
} from '../../../../api/generated/upgradebatch.ts';
import { hasReceipt } from '../../../baton/lease.ts';
import { newestIn } from '../../../baton/series.ts';
import { awaitingEnd, finalSinks, isPlanEnd } from '../../../baton/final-sinks.ts';
import { presentFields } from '../../../present-fields.ts';
import { toInstant, toRfc3339 } from '../../../text.ts';
import { currentSinks } from '../../records/recorded-receipts.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/** How long agents try to deliver a message, in general and for a plan that is being deleted (ms). */
const MAX_DELIVERY_MS = 24 * 3600 * 1000;
const MAX_DELIVERY_DELETED_MS = 5 * 60 * 1000;

/** The state of a batch in this pass. */
interface OutboxBatch extends Pick<BatchNotification, 'alerts' | 'activeAlerts' | 'pendingAlertTime'> {
  /** Undefined while the batch is open. */
  readonly settledTime: string | undefined;
  readonly nodes: readonly NodeRecord[];
  readonly outlook: BatchOutlook | undefined;
}

/** The notification of a batch with the receipts that are on the Lease; undefined while there is nothing to send. */
export function batchOutbox(input: DecisionInput, batch: UpgradeBatch, of: OutboxBatch): BatchNotification | undefined {
  const before = batch.status?.notification;
  const { settledTime, alerts = [], activeAlerts, pendingAlertTime } = of;
  const series = seriesReceipts(input, batch);
  const isEmpty = alerts.length === 0 && pendingAlertTime === undefined && series.length === 0;
  if (settledTime === undefined && before === undefined && isEmpty) return undefined;
  const final = settledTime === undefined ? {} : finalMessageSinks(input, batch, of);
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
 * The newest receipts of live messages and of probes, one for each sink. The next agent needs those of live messages to update them, and to
 * replace them by the final message.
 */
function seriesReceipts({ snapshot }: DecisionInput, { metadata, status }: UpgradeBatch): readonly Receipt[] {
  const known = [...(status?.notification?.receipts ?? []), ...(snapshot.lease?.receipts ?? [])];
  const sinks = currentSinks(snapshot, known);
  return (['live', 'probe'] as const).flatMap((series) =>
    sinks.flatMap((sink) => newestIn({ series, batchUid: metadata.uid }, sink, known)?.receipt ?? []),
  );
}

/** The stored receipts, those on the Lease, and a failure for each message that took too long, as far as the messages still exist. */
function receiptsOf(
  input: DecisionInput,
  batch: UpgradeBatch,
  { notification, settledTime }: { readonly notification: BatchNotification; readonly settledTime: string | undefined },
): readonly Receipt[] {
  const { id, sinks = [], sinksAddedTime, alerts = [] } = notification;
  const messages = [
    { id, sinks, time: sinksAddedTime ?? settledTime, mayReceive: sinks },
    // A sink that gets the final message instead of an alert may have received that alert just before.
    ...alerts.map((alert) => ({
      id: alert.id,
      sinks: alert.sinks ?? [],
      time: alert.time,
      mayReceive: [...sinks, ...(alert.sinks ?? [])],
    })),
  ];
  const before = batch.status?.notification?.receipts ?? [];
  const receipts = before.filter((receipt) => messages.some((message) => message.id === receipt.id));
  for (const receipt of input.snapshot.lease?.receipts ?? []) {
    const message = messages.find((each) => each.id === receipt.id);
    if (message?.mayReceive.includes(receipt.sink) === true && !hasReceipt(receipts, receipt)) receipts.push(receipt);
  }
  for (const message of messages) {
    for (const sink of message.sinks) {
      if (hasReceipt(receipts, { sink, id: message.id }) || message.time === undefined) continue;
      const failure = failureIfTooLate(input, message.time, { sink, id: message.id });
      if (failure !== undefined) receipts.push(failure);
    }
  }
  return receipts;
}

/** The sinks that get the final message, decided when the batch settles. If the rollout ends later, the sinks that wait for that are added. */
function finalMessageSinks(
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

/** The failed receipt of a sink that has not received a message in time; undefined while there is time left. */
function failureIfTooLate(
  { snapshot, now }: DecisionInput,
  requestedTime: string,
  of: { readonly sink: string; readonly id: string },
): Receipt | undefined {
  const deleted = toInstant(snapshot.plan.metadata.deletionTimestamp);
  const limit = deleted === undefined ? MAX_DELIVERY_MS : MAX_DELIVERY_DELETED_MS;
  const since = Math.max(toInstant(requestedTime) ?? now, deleted ?? 0);
  if (now <= since + limit) return undefined;
  const message = `not delivered within ${limit / 60_000} min`;
  return { ...of, outcome: 'Failed', reason: NOTIFY_REASONS.GivenUp, message, time: toRfc3339(now) };
}
