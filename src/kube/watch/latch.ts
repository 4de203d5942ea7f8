/** An event that happens once and that any number of callers can wait for. */
export class Latch {
  readonly #waiters = new Set<() => void>();
  #open = false;

  get isOpen(): boolean {
    return this.#open;
  }

  open(): void {
    this.#open = true;
    for (const wake of this.#waiters) wake();
  }

  /** Resolves when the latch is open; rejects with the signal's reason when the signal is aborted first. */
  async wait(signal?: AbortSignal): Promise<void> {
    if (this.#open) return;
    signal?.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    function wake(): void {
      resolve(undefined);
    }
    function giveUp(): void {
      reject(signal?.reason);
    }
    this.#waiters.add(wake);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      await promise;
    } finally {
      this.#waiters.delete(wake);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}
