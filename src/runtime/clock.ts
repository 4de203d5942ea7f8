import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';

/** Maximum delay of a timer; Node would reduce a longer one to 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of this machine. Shells get it as a port, so that tests and the simulator can replace it. */
export const systemClock = {
  /** Wall-clock time in milliseconds since the Unix epoch; it may jump. */
  now: (): number => Date.now(),
  /** Monotonic clock in milliseconds. */
  monotonic: (): number => performance.now(),
  /** Sleeps for `ms` milliseconds, at most about 24 days. Rejects with an AbortError as soon as the signal is aborted. */
  sleep: async (ms: number, signal?: AbortSignal): Promise<void> => {
    await wait(Math.min(Math.max(ms, 0), MAX_TIMER_MS), undefined, signal === undefined ? {} : { signal });
  },
} as const;

/** A random number from 0 (inclusive) to 1 (exclusive), for jitter; not for secrets. */
export function random(): number {
  return Math.random();
}
