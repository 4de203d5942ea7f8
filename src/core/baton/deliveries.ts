import { CONDITIONS } from '../../api/conditions.ts';
import type { BatchNotification, Receipt, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { isTrue } from '../condition.ts';
import { hasReceipt } from './lease.ts';
import { newestIn, seriesPlace } from './series.ts';

/** A message that is not delivered to all of its sinks yet. */
export interface OutboxEntry {
  /** Name of its UpgradeBatch. */
  readonly name: string;
  /** UID of its UpgradeBatch. */
  readonly uid: string;
  /** Index of the batch within the plan. */
  readonly index: number;
  /** Id of the message. */
  readonly id: string;
  /** Names of the sinks that have no receipt in the batch's status. */
  readonly sinks: readonly string[];
}

/** A message to be sent to one sink. */
export interface Delivery {
  readonly batch: string;
  readonly batchUid: string;
  /** Id of the message. */
  readonly id: string;
  readonly sink: string;
}

/**
 * The messages in a batch's outbox, in the order in which they are sent: the final message once the batch has settled, then the alerts.
 * The final message ends the alerts that were raised before it, so any alert that is still open was raised after it.
 */
export function outboxEntries({ metadata, spec, status }: UpgradeBatch): readonly OutboxEntry[] {
  const { notification } = status ?? {};
  if (notification === undefined) return [];
  const { alerts = [], receipts = [] } = notification;
  const messages = isTrue(status?.conditions, CONDITIONS.settled) ? [notification, ...alerts] : alerts;
  return messages.flatMap(({ id, sinks = [] }): OutboxEntry[] => {
    const open = sinks.filter((sink) => !hasReceipt(receipts, { id, sink }));
    return open.length === 0 ? [] : [{ name: metadata.name, uid: metadata.uid, index: spec.index, id, sinks: open }];
  });
}

/** The receipts for a batch's final notification. */
export function finalReceipts(notification: BatchNotification | undefined): readonly Receipt[] {
  return (notification?.receipts ?? []).filter((receipt) => receipt.id === notification?.id);
}

/** Whether a receipt is for a message in the batch's status, or for one of its series. */
export function isReceiptOf({ metadata, status }: UpgradeBatch, { id }: Pick<Receipt, 'id'>): boolean {
  const { notification } = status ?? {};
  const isMessage = notification?.id === id || (notification?.alerts ?? []).some((alert) => alert.id === id);
  return isMessage || seriesPlace(id)?.batchUid === metadata.uid;
}

/** Whether the batch's status has the receipt, or a newer one of the same series. */
export function isCopied({ metadata, status }: UpgradeBatch, receipt: Receipt): boolean {
  const copied = status?.notification?.receipts ?? [];
  const place = seriesPlace(receipt.id);
  if (place?.batchUid !== metadata.uid) return hasReceipt(copied, receipt);
  return (newestIn(place, receipt.sink, copied)?.number ?? 0) >= place.number;
}

/**
 * The next delivery for each sink. A sink gets the batches in the order of their indices. Sinks do not wait for each other.
 *
 * @param closed deliveries that already have a receipt, on the Lease or in this agent's memory.
 */
export function nextDeliveries(
  outbox: readonly OutboxEntry[],
  closed: readonly Pick<Receipt, 'id' | 'sink'>[],
): ReadonlyMap<string, Delivery> {
  const next = new Map<string, Delivery>();
  for (const { name, uid, id, sinks } of outbox.toSorted((a, b) => a.index - b.index)) {
    for (const sink of sinks) {
      if (next.has(sink) || hasReceipt(closed, { id, sink })) continue;
      next.set(sink, { batch: name, batchUid: uid, id, sink });
    }
  }
  return next;
}
