import type { ChangeSignal } from './change-signal.ts';
import type { LeaseHold } from './lease-hold.ts';

/** What tells whether this agent holds the baton. */
export interface Holding {
  readonly hold: LeaseHold;
  /** Rung after each change of the hold. */
  readonly changed: ChangeSignal;
  /** Aborted when the agent is to stop. */
  readonly stop: AbortSignal;
}

/** Does something for each batch that the Lease gives this agent. Its signal is aborted when this agent no longer speaks for the batch, or stops. */
export async function whileHolding(
  { hold, changed, stop }: Holding,
  act: (batch: string, signal: AbortSignal) => Promise<void>,
): Promise<void> {
  while (!stop.aborted) {
    const { batch } = hold;
    if (batch === undefined || batch === '') {
      await changed.wait(stop);
      continue;
    }
    const over = new AbortController();
    const acting = act(batch, over.signal);
    await holdChange(batch, { hold, changed, stop });
    over.abort();
    await acting;
  }
}

/** Resolves when this agent no longer speaks for the batch, or is to stop. */
async function holdChange(batch: string, { hold, changed, stop }: Holding): Promise<void> {
  while (hold.batch === batch && !stop.aborted) await changed.wait(stop);
}
