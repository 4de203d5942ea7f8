import { CONDITIONS } from '../../api/conditions.ts';
import type { BatchNotification, Receipt, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { isTrue } from '../condition.ts';
import { hasReceipt } from './lease.ts';

/** The little of an UpgradeBatch that decides what is still to be sent. */
export interface OutboxEntry {
  readonly name: string;
  readonly uid: string;
  readonly index: number;
  /** Id of the notification. */
  readonly id: string;
  /** Names of the sinks that have no receipt in the batch's status. */
  readonly sinks: readonly string[];
}

/** A notification that one sink is to get. */
export interface Delivery {
  readonly batch: string;
  readonly batchUid: string;
  /** Id of the notification. */
  readonly id: string;
  readonly sink: string;
}

/** What a batch has in the outbox; undefined while it has not settled, and once every sink has its receipt. */
export function outboxEntry({ metadata, spec, status }: UpgradeBatch): OutboxEntry | undefined {
  const notification = status?.notification;
  if (notification === undefined || !isTrue(status?.conditions, CONDITIONS.settled)) return undefined;
  const { id, sinks = [], receipts = [] } = notification;
  const open = sinks.filter((sink) => !hasReceipt(receipts, { id, sink }));
  return open.length === 0 ? undefined : { name: metadata.name, uid: metadata.uid, index: spec.index, id, sinks: open };
}

/** The receipts of a batch's final notification, among those of its other messages. */
export function finalReceipts(notification: BatchNotification | undefined): readonly Receipt[] {
  return (notification?.receipts ?? []).filter((receipt) => receipt.id === notification?.id);
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
