import { pause, type Sleep } from '../kube/pause.ts';

/** Lets loops wait until something may have changed; what it is, they look up themselves. */
export class ChangeSignal {
  readonly #sleep: Sleep;
  readonly #waiting = new Set<() => void>();

  constructor(sleep: Sleep) {
    this.#sleep = sleep;
  }

  /** Wakes everyone who waits now. */
  ring(): void {
    for (const wake of [...this.#waiting]) wake();
  }

  /**
   * Waits for a ring, for the signal to be aborted, or for `ms` milliseconds, whichever is first. Look at what you wait for right
   * before, without an `await` between: a ring that nobody waits for is lost.
   */
  async wait(signal: AbortSignal, ms?: number): Promise<void> {
    if (signal.aborted) return;
    const { promise: rung, resolve } = Promise.withResolvers<undefined>();
    const over = new AbortController();
    const wake = (): void => {
      resolve(undefined);
    };
    this.#waiting.add(wake);
    signal.addEventListener('abort', wake, { once: true });
    try {
      await (ms === undefined ? rung : Promise.race([rung, pause(this.#sleep, ms, over.signal)]));
    } finally {
      over.abort();
      this.#waiting.delete(wake);
      signal.removeEventListener('abort', wake);
    }
  }
}
