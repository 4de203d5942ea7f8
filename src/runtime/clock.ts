import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** The longest wait that a timer can hold; Node would cut a longer one to 1 ms. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** The clock of this machine. Shells take it as a port, so that tests and the simulator can give another. */
export const systemClock = {
  /** Wall-clock time in milliseconds since the epoch; it may jump. */
  now: (): number => Date.now(),
  /** Milliseconds since an arbitrary moment; it never goes back. */
  monotonic: (): number => performance.now(),
  /** Waits for `ms` milliseconds (at most about 24 days); rejects with an AbortError as soon as the signal is aborted. */
  sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
    await wait(Math.min(Math.max(ms, 0), LONGEST_TIMER_MS), undefined, signal === undefined ? {} : { signal });
  },
} as const;

/** A random number from 0 (inclusive) to 1 (exclusive), for jitter; not for secrets. */
export function random(): number {
  return Math.random();
}
