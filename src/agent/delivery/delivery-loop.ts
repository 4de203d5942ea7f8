import { nextDeliveries, type Delivery } from '../../core/baton/deliveries.ts';
import type { ChangeSignal } from '../change-signal.ts';
import type { DeliverPorts, DeliverSignals } from './deliver-ports.ts';
import { deliver } from './deliver.ts';

/**
 * Delivers the messages in the outbox until it is stopped. Every sink has its own lane, so that a failing sink does not delay the others.
 * Within a lane, batches are delivered in order.
 */
export async function runDeliveryLoop(ports: DeliverPorts, changed: ChangeSignal, signals: DeliverSignals): Promise<void> {
  const { hold, batches, log } = ports;
  const lanes = new Map<string, Promise<void>>();
  /** Deliveries that this process has finished. The watch may still show them as open, and their receipts may not be written yet. */
  const closed: Delivery[] = [];

  const next = (): ReadonlyMap<string, Delivery> => nextDeliveries(batches.outbox(), [...hold.receipts, ...closed]);

  async function runLane(sink: string): Promise<void> {
    try {
      for (let delivery = next().get(sink); delivery !== undefined && !signals.stop.aborted; delivery = next().get(sink)) {
        await deliver(delivery, ports, signals);
        closed.push(delivery);
      }
    } catch (error) {
      log.error('Delivering notifications to a sink failed', { sink, error });
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
