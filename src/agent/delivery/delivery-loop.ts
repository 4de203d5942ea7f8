import { nextDeliveries, type Delivery } from '../../core/baton/deliveries.ts';
import type { ChangeSignal } from '../change-signal.ts';
import type { DeliverPorts, DeliverSignals } from './deliver-ports.ts';
import { deliver } from './deliver.ts';

/**
 * Delivers what is in the outbox until it is told to stop. Every sink has a lane of its own, so that one which fails does not delay
 * the others; within a lane batches go in order.
 */
export async function runDeliveryLoop(ports: DeliverPorts, changed: ChangeSignal, signals: DeliverSignals): Promise<void> {
  const { hold, batches, log } = ports;
  const lanes = new Map<string, Promise<void>>();
  /** What has been dealt with in this life, so that it is not sent again: the watch may still show it as open, and its receipt may not be written yet. */
  const closed: Delivery[] = [];

  const next = (): ReadonlyMap<string, Delivery> => nextDeliveries(batches.outbox(), [...hold.receipts, ...closed]);

  async function runLane(sink: string): Promise<void> {
    try {
      for (let delivery = next().get(sink); delivery !== undefined && !signals.stop.aborted; delivery = next().get(sink)) {
        await deliver(delivery, ports, signals);
        closed.push(delivery);
      }
    } catch (error) {
      log.error('Delivering notifications failed', { sink, error });
    } finally {
      lanes.delete(sink);
    }
  }

  while (!signals.stop.aborted) {
    for (const sink of next().keys()) {
      if (!lanes.has(sink)) lanes.set(sink, runLane(sink));
    }
    await changed.wait(signals.stop);
  }
  await Promise.all(lanes.values());
}
