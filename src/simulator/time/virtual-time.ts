import { setImmediate } from 'node:timers/promises';
import type { SetTimer } from '../../kube/pause.ts';
import { TimerHeap, type Timer } from './timer-heap.ts';

/** When {@link VirtualTime.run} returns. */
export interface RunOptions {
  /** Checked after every timer. */
  readonly until?: () => boolean;
  /** The last moment, in milliseconds since the epoch. Without it, a run ends only by `until` or when no timer is left. */
  readonly limit?: number;
  /** Called after every timer, once everything that it caused has settled. What it throws ends the run. */
  readonly afterStep?: () => void;
}

/** Why a run has ended. `Idle`: no timer is left, and there is no limit to advance to. */
export type RunEnd = 'Until' | 'Limit' | 'Idle';

/**
 * The clock of a simulation. It stands still while anything can move, and then jumps to the next timer. Promises, ticks and immediates
 * run in the order in which Node runs them, which the program alone determines as long as nothing waits for real I/O.
 */
export class VirtualTime {
  readonly #heap = new TimerHeap();
  #now: number;
  #order = 0;
  #steps = 0;
  /** Operations that take real time, although none passes here. */
  #pending = 0;

  /** @param start milliseconds since the epoch. */
  constructor(start: number) {
    this.#now = start;
  }

  /** Milliseconds since the epoch. */
  readonly now = (): number => this.#now;

  /** The number of timers that have fired. */
  get steps(): number {
    return this.#steps;
  }

  readonly setTimer: SetTimer = (milliseconds, run) => {
    this.#order += 1;
    const timer: Timer = { at: this.#now + Math.max(0, milliseconds), order: this.#order, run, cancelled: false };
    this.#heap.push(timer);
    return () => {
      timer.cancelled = true;
    };
  };

  /** Keeps the clock still until the promise settles. For libraries that take several turns of Node's event loop. */
  async hold<T>(work: Promise<T>): Promise<T> {
    this.#pending += 1;
    try {
      return await work;
    } finally {
      this.#pending -= 1;
    }
  }

  /** Fires timers until the run ends. Errors that timers throw end it. */
  async run({ until, limit = Infinity, afterStep }: RunOptions = {}): Promise<RunEnd> {
    await this.#settle();
    for (;;) {
      if (until?.() === true) return 'Until';
      const next = this.#heap.peek();
      if (next === undefined && limit === Infinity) return 'Idle';
      if (next === undefined || next.at > limit) {
        this.#now = limit;
        return 'Limit';
      }
      this.#heap.pop();
      this.#now = next.at;
      this.#steps += 1;
      next.run();
      await this.#settle();
      afterStep?.();
    }
  }

  // An immediate runs after all ticks and promises. undici and Node's streams need no more than one, which the tests of repeatability
  // would show.
  async #settle(): Promise<void> {
    do await setImmediate();
    while (this.#pending > 0);
  }
}
