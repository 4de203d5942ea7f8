import { performance } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import type { Clock, SetTimer } from '../timers/timer.ts';

/** Maximum delay of a timer; Node would reduce a longer one to 1 ms. */
const MAX_TIMER_MS = 2 ** 31 - 1;

/** The clock of this machine. Shells get it as a port, so that tests and the simulator can replace it. */
export const systemClock: Clock & { readonly setTimer: SetTimer } = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  /** Sleeps for `ms` milliseconds, at most about 24 days. Rejects with an AbortError as soon as the signal is aborted. */
  sleep: async (ms, signal) => {
    await wait(timerMs(ms), undefined, signal === undefined ? {} : { signal });
  },
  /** Calls `run` after `milliseconds`, at most about 24 days. */
  setTimer: (milliseconds, run) => {
    const timer = setTimeout(run, timerMs(milliseconds));
    return () => {
      clearTimeout(timer);
    };
  },
};

function timerMs(milliseconds: number): number {
  return Math.min(Math.max(milliseconds, 0), MAX_TIMER_MS);
}

/** A random number from 0 (inclusive) to 1 (exclusive), for jitter; not for secrets. */
export function random(): number {
  return Math.random();
}
