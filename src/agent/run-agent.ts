import { pause } from '../kube/pause.ts';
import { ChangeSignal } from './change-signal.ts';
import { createComposer } from './delivery/compose.ts';
import { runDeliveryLoop } from './delivery/delivery-loop.ts';
import { LeaseHold } from './lease-hold.ts';
import { runLiveMessages } from './delivery/live-message.ts';
import { probeSinks } from './delivery/probe-sinks.ts';
import { SinkLock } from './delivery/sink-lock.ts';
import { whileHolding } from './while-holding.ts';
import type { AgentPorts } from './ports.ts';

/** How long attempts in progress may continue once the agent is stopping (ms). The next agent would repeat an aborted attempt. */
const SEND_GRACE_MS = 10_500;
/** How long the agent may take to write its receipts once it is stopping (ms). It is shorter than the Pod's grace period. */
const RECEIPT_GRACE_MS = 14_000;

/**
 * Runs an agent until `stop` is aborted. It sends the notifications of the Lease's batch and those that earlier agents left in the outbox.
 * A kill at any line loses nothing: the next agent finds the same outbox and sends with the same ids.
 */
export async function runAgent(ports: AgentPorts, stop: AbortSignal): Promise<void> {
  const { config, leases, batches, reports, clock, log } = ports;
  const changed = new ChangeSignal(clock.sleep);
  const hold = new LeaseHold({ leases, agent: { node: config.node, podUid: config.podUid }, clock, changed, log });
  const sends = new AbortController();
  const ended = new AbortController();
  let stoppedAt = clock.monotonic();

  async function deliverAndFinish(): Promise<void> {
    const compose = createComposer({ config, reports, now: clock.now, log });
    const deliverPorts = { ...ports, hold, compose, sinkLock: new SinkLock(), timeouts: new Map<string, number>() };
    const signals = { stop, abortSends: sends.signal };
    await Promise.all([runDeliveryLoop(deliverPorts, changed, signals), runLiveMessages(deliverPorts, changed, signals)]);
    await hold.flush(RECEIPT_GRACE_MS - (clock.monotonic() - stoppedAt), ended.signal);
    ended.abort();
  }

  async function abortSendsAfterGrace(): Promise<void> {
    await abortOf(stop);
    stoppedAt = clock.monotonic();
    await pause(clock.sleep, SEND_GRACE_MS, ended.signal);
    sends.abort(new Error('The agent is stopping.'));
  }

  await Promise.all([
    hold.run(ended.signal),
    batches.run(() => {
      changed.notify();
    }, stop),
    // Collects reports while the batch runs, so that their details outlive the Events.
    whileHolding({ hold, changed, stop }, (batch, signal) => reports.follow(batch, signal)),
    whileHolding({ hold, changed, stop }, (batch, signal) => probeSinks(batch, { ...ports, hold }, signal)),
    deliverAndFinish(),
    abortSendsAfterGrace(),
  ]);
}

/** Resolves when the signal is aborted. */
async function abortOf(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise, resolve } = Promise.withResolvers<undefined>();
  signal.addEventListener('abort', () => {
    resolve(undefined);
  });
  await promise;
}
