import { pause, type Sleep } from '../kube/pause.ts';

/** Wakes loops when something may have changed. The loops find out themselves what it is. */
export class ChangeSignal {
  readonly #sleep: Sleep;
  readonly #waiting = new Set<() => void>();

  constructor(sleep: Sleep) {
    this.#sleep = sleep;
  }

  /** Wakes all current waiters. */
  notify(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Waits for a notification, for the signal to be aborted, or for `ms` milliseconds, whichever is first. Check the awaited state
   * immediately before, without an `await` in between: a notification without a waiter is lost.
   */
  async wait(signal: AbortSignal, ms?: number): Promise<void> {
    if (signal.aborted) return;
    const { promise: notified, resolve } = Promise.withResolvers<undefined>();
    const settled = new AbortController();
    const wake = (): void => {
      resolve(undefined);
    };
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      await (ms === undefined ? notified : Promise.race([notified, pause(this.#sleep, ms, settled.signal)]));
    } finally {
      settled.abort();
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}
