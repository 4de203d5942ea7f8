import { CONDITIONS } from '../../api/conditions.ts';
import type { BatchNotification, Receipt, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { isTrue } from '../condition.ts';
import { hasReceipt } from './lease.ts';
import { newestIn, seriesPlace } from './series.ts';

/** The little of a message that decides to whom it is still to be sent. */
export interface OutboxEntry {
  /** Name and UID of its UpgradeBatch. */
  readonly name: string;
  readonly uid: string;
  readonly index: number;
  /** Id of the message. */
  readonly id: string;
  /** Names of the sinks that have no receipt in the batch's status. */
  readonly sinks: readonly string[];
}

/** A message that one sink is to get. */
export interface Delivery {
  readonly batch: string;
  readonly batchUid: string;
  /** Id of the message. */
  readonly id: string;
  readonly sink: string;
}

/**
 * What a batch has in the outbox, in the order in which it is to go out: the final message once it has settled, and the alerts. Those
 * that were raised before that are settled with it, so the rest came after it.
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

/** The receipts of a batch's final notification, among those of its other messages. */
export function finalReceipts(notification: BatchNotification | undefined): readonly Receipt[] {
  return (notification?.receipts ?? []).filter((receipt) => receipt.id === notification?.id);
}

/** Whether a receipt is for a message of the batch that is on record, or for one of its series. */
export function isReceiptOf({ metadata, status }: UpgradeBatch, { id }: Pick<Receipt, 'id'>): boolean {
  const { notification } = status ?? {};
  const isMessage = notification?.id === id || (notification?.alerts ?? []).some((alert) => alert.id === id);
  return isMessage || seriesPlace(id)?.batchUid === metadata.uid;
}

/** Whether the batch's status has a receipt, or in a series a newer one. */
export function isCopied({ metadata, status }: UpgradeBatch, receipt: Receipt): boolean {
  const copied = status?.notification?.receipts ?? [];
  const place = seriesPlace(receipt.id);
  if (place?.batchUid !== metadata.uid) return hasReceipt(copied, receipt);
  return (newestIn(place, receipt.sink, copied)?.number ?? 0) >= place.number;
}

/**
 * The next delivery of each sink: batches in the order of their indices, so that a sink hears of them in order. Sinks do not wait for
 * one another.
 *
 * @param closed what has a receipt already, on the Lease or in this agent's memory.
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
