import { pause } from '../kube/pause.ts';
import { ChangeSignal } from './change-signal.ts';
import { createComposer } from './delivery/compose.ts';
import { runDeliveryLoop } from './delivery/delivery-loop.ts';
import { LeaseHold } from './lease-hold.ts';
import { runLiveMessages } from './delivery/live-message.ts';
import { probeSinks } from './delivery/probe-sinks.ts';
import { SinkTurns } from './delivery/sink-turns.ts';
import { whileHolding } from './while-holding.ts';
import type { AgentPorts } from './ports.ts';

/** How long sends in flight may go on once the agent is to stop (ms): a try is to end, for one that is cut is repeated by the next agent. */
const SEND_GRACE_MS = 10_500;
/** How long it tries to write receipts that are due, from then on as well (ms): it stays below the Pod's grace period. */
const RECEIPT_GRACE_MS = 14_000;

/**
 * Runs an agent until `stop` is aborted: it speaks for the batch that the Lease gives it, and for what earlier agents have left in the
 * outbox. A kill at any line loses nothing: the next agent finds the same outbox, and sends with the same ids.
 */
export async function runAgent(ports: AgentPorts, stop: AbortSignal): Promise<void> {
  const { config, leases, batches, reports, clock, log } = ports;
  const changed = new ChangeSignal(clock.sleep);
  const hold = new LeaseHold({ leases, agent: { node: config.node, podUid: config.podUid }, clock, changed, log });
  const cut = new AbortController();
  const over = new AbortController();
  let stoppedAt = clock.monotonic();

  async function deliverAndFinish(): Promise<void> {
    const compose = createComposer({ config, reports, now: clock.now, log });
    const deliverPorts = { ...ports, hold, compose, turns: new SinkTurns(), unanswered: new Map<string, number>() };
    const signals = { stop, cut: cut.signal };
    await Promise.all([runDeliveryLoop(deliverPorts, changed, signals), runLiveMessages(deliverPorts, changed, signals)]);
    await hold.flush(RECEIPT_GRACE_MS - (clock.monotonic() - stoppedAt), over.signal);
    over.abort();
  }

  async function cutSends(): Promise<void> {
    await abortOf(stop);
    stoppedAt = clock.monotonic();
    await pause(clock.sleep, SEND_GRACE_MS, over.signal);
    cut.abort(new Error('The agent stops.'));
  }

  await Promise.all([
    hold.run(over.signal),
    batches.run(() => {
      changed.ring();
    }, stop),
    // Details outlive their Events so.
    whileHolding({ hold, changed, stop }, (batch, signal) => reports.follow(batch, signal)),
    whileHolding({ hold, changed, stop }, (batch, signal) => probeSinks(batch, { ...ports, hold }, signal)),
    deliverAndFinish(),
    cutSends(),
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
