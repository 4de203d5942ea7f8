import type { SetTimer } from '../../kube/pause.ts';

/** What a worker is made from. */
export interface WorkerOptions {
  readonly setTimer: SetTimer;
  /** How long a key waits before it is handled (ms). */
  readonly delayMs: () => number;
  /** Handles the newest state of what the key names. */
  readonly handle: (key: string) => void;
}

/** A queue of keys. A key that is added again before it was handled is handled once. */
export class Worker {
  readonly #options: WorkerOptions;
  readonly #waiting = new Map<string, () => void>();
  #stopped = false;

  constructor(options: WorkerOptions) {
    this.#options = options;
  }

  /** Handles a key after the usual delay. */
  add(key: string): void {
    if (!this.#waiting.has(key)) this.#schedule(key, this.#options.delayMs());
  }

  /** Handles a key after a time of its own (ms), whatever else is waiting for the key. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    this.#options.setTimer(milliseconds, () => this.add(key));
  }

  stop(): void {
    this.#stopped = true;
    for (const cancel of this.#waiting.values()) cancel();
    this.#waiting.clear();
  }

  #schedule(key: string, milliseconds: number): void {
    if (this.#stopped) return;
    const cancel = this.#options.setTimer(milliseconds, () => {
      this.#waiting.delete(key);
      this.#options.handle(key);
    });
    this.#waiting.set(key, cancel);
  }
}
