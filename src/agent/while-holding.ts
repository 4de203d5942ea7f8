import type { ChangeSignal } from './change-signal.ts';
import type { LeaseHold } from './lease-hold.ts';

/** Whether this agent holds the baton, and when that changes. */
export interface Holding {
  readonly hold: LeaseHold;
  /** Notified after each change of the hold. */
  readonly changed: ChangeSignal;
  /** Aborted when the agent stops. */
  readonly stop: AbortSignal;
}

/** Runs `task` for each batch that the Lease gives this agent. Its signal is aborted when the agent loses the batch or stops. */
export async function whileHolding(
  { hold, changed, stop }: Holding,
  task: (batch: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    const { batch } = hold;
    if (batch === undefined || batch === '') {
      await changed.wait(stop);
      continue;
    }
    const ended = new AbortController();
    const running = task(batch, ended.signal);
    await untilLost(batch, { hold, changed, stop });
    ended.abort();
    await running;
  }
}

/** Resolves when the agent loses the batch or stops. */
async function untilLost(batch: string, { hold, changed, stop }: Holding): Promise<void> {
  while (hold.batch === batch && !stop.aborted) await changed.wait(stop);
}
