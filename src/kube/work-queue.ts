import type { Log } from '../api/log.ts';
import { backoffMs } from '../core/backoff.ts';
import { pause, type Sleep } from './pause.ts';

/** The result of handling a key. */
export interface HandleResult {
  /** When to handle the key again if it is not added before. */
  readonly requeueAfterMs?: number | undefined;
}

/** The options of a queue. */
export interface WorkQueueOptions {
  /** A short name for log lines. */
  readonly name?: string | undefined;
  /**
   * Handles a key. Rejects when it should be retried. The signal is aborted when the queue is being stopped and the grace period has
   * passed.
   */
  // eslint-disable-next-line @typescript-eslint/no-invalid-void-type -- most handlers return nothing
  readonly handle: (key: string, signal: AbortSignal) => Promise<HandleResult | void>;
  /** Maximum number of keys that are handled at the same time. */
  readonly concurrency: number;
  readonly log: Log;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  /** Delay after the first failure of a key, 500 ms by default. It doubles with each further failure. */
  readonly baseDelayMs?: number | undefined;
  /** Maximum delay, 60 s by default. */
  readonly maxDelayMs?: number | undefined;
  /** How long `stop` waits for running handlers before it aborts their signal, 10 s by default. */
  readonly stopGraceMs?: number | undefined;
}

/** Counts of what a queue has done and what it contains. */
export interface WorkQueueStatistics {
  readonly handled: number;
  readonly failed: number;
  readonly waiting: number;
  readonly delayed: number;
  readonly running: number;
}

interface Delayed {
  readonly due: number;
  readonly cancel: AbortController;
}

/**
 * A queue of keys. A key is handled by one worker at a time. A key that is added while it is handled is handled once more afterwards. A key
 * that is added several times is handled once. A failed key is retried with growing delays until it succeeds.
 */
export class WorkQueue {
  readonly #options: WorkQueueOptions;
  readonly #waiting = new Set<string>();
  readonly #delayed = new Map<string, Delayed>();
  readonly #running = new Map<string, Promise<void>>();
  readonly #failures = new Map<string, number>();
  readonly #abort = new AbortController();
  #state: 'Idle' | 'Started' | 'Stopped' = 'Idle';
  #handled = 0;
  #failed = 0;

  constructor(options: WorkQueueOptions) {
    this.#options = options;
  }

  get statistics(): WorkQueueStatistics {
    return {
      handled: this.#handled,
      failed: this.#failed,
      waiting: this.#waiting.size,
      delayed: this.#delayed.size,
      running: this.#running.size,
    };
  }

  /** Starts handling keys, including those that were added before. */
  start(): void {
    if (this.#state !== 'Idle') throw new Error('a work queue can be started only once');
    this.#state = 'Started';
    this.#pump();
  }

  /** Stops handling keys and waits for the running handlers. */
  async stop(): Promise<void> {
    this.#state = 'Stopped';
    this.#waiting.clear();
    for (const { cancel } of this.#delayed.values()) cancel.abort();
    this.#delayed.clear();
    const finished = new AbortController();
    const grace = pause(this.#options.sleep, this.#options.stopGraceMs ?? 10_000, finished.signal).then(() => {
      if (!finished.signal.aborted) this.#abort.abort(new Error('the work queue is being stopped'));
    });
    await Promise.all(this.#running.values());
    finished.abort();
    await grace;
  }

  /** Adds a key, to be handled as soon as a worker is free. A later time that was requested for it remains. */
  add(key: string): void {
    if (this.#state === 'Stopped') return;
    this.#waiting.add(key);
    this.#pump();
  }

  /** Adds a key after a delay. When this is called several times, the earliest time counts. */
  addAfter(key: string, milliseconds: number): void {
    if (this.#state === 'Stopped') return;
    const due = this.#options.now() + milliseconds;
    const before = this.#delayed.get(key);
    if (before !== undefined && before.due <= due) return;
    before?.cancel.abort();
    const delayed = { due, cancel: new AbortController() };
    this.#delayed.set(key, delayed);
    void this.#addWhenDue(key, delayed, milliseconds);
  }

  async #addWhenDue(key: string, delayed: Delayed, milliseconds: number): Promise<void> {
    const { name, log, sleep } = this.#options;
    try {
      await pause(sleep, milliseconds, delayed.cancel.signal);
    } catch (error) {
      // Handling the key too early is harmless, never handling it is not.
      log.error('Delaying a key failed', { queue: name, key, error });
    }
    if (this.#delayed.get(key) !== delayed) return;
    this.#delayed.delete(key);
    this.add(key);
  }

  #pump(): void {
    if (this.#state !== 'Started') return;
    for (const key of this.#waiting) {
      if (this.#running.size >= this.#options.concurrency) return;
      if (this.#running.has(key)) continue;
      this.#waiting.delete(key);
      this.#running.set(key, this.#work(key));
    }
  }

  async #work(key: string): Promise<void> {
    // The caller of `add` must not wait for the synchronous part of the handler or receive its errors.
    await Promise.resolve();
    try {
      const result = await this.#options.handle(key, this.#abort.signal);
      this.#failures.delete(key);
      if (result?.requeueAfterMs !== undefined) this.addAfter(key, result.requeueAfterMs);
    } catch (error) {
      this.#fail(key, error);
    }
    this.#handled += 1;
    this.#running.delete(key);
    this.#pump();
  }

  #fail(key: string, error: unknown): void {
    const { name, log, random, baseDelayMs = 500, maxDelayMs = 60_000 } = this.#options;
    const failures = (this.#failures.get(key) ?? 0) + 1;
    this.#failures.set(key, failures);
    this.#failed += 1;
    const retryInMs = backoffMs(failures, { baseMs: baseDelayMs, maxMs: maxDelayMs }, random());
    log.error('Handling a key failed', { queue: name, key, failures, retryInMs, error });
    this.addAfter(key, retryInMs);
  }
}
