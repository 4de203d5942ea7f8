import type { Clock } from '../../../src/agent/ports.ts';

interface Sleeper {
  readonly at: number;
  readonly order: number;
  readonly wake: () => void;
}

/** Time that passes only when everybody sleeps: hours of waiting take milliseconds, and the same seed gives the same run. */
export class VirtualTime {
  #now = 0;
  #order = 0;
  readonly #sleepers = new Set<Sleeper>();

  /** Milliseconds since the beginning. */
  get now(): number {
    return this.#now;
  }

  async sleep(ms: number, signal?: AbortSignal): Promise<void> {
    if (signal?.aborted === true) return;
    const { promise, resolve } = Promise.withResolvers<undefined>();
    const wake = (): void => {
      this.#sleepers.delete(sleeper);
      signal?.removeEventListener('abort', wake);
      resolve(undefined);
    };
    const sleeper: Sleeper = { at: this.#now + Math.max(0, ms), order: this.#order++, wake };
    this.#sleepers.add(sleeper);
    signal?.addEventListener('abort', wake, { once: true });
    await promise;
  }

  /** Lets time pass until `done` holds, at most `ms`. Returns whether it came to hold. */
  async runUntil(done: () => boolean, ms: number): Promise<boolean> {
    const end = this.#now + ms;
    for (;;) {
      await settle();
      if (done()) return true;
      const next = [...this.#sleepers].reduce<Sleeper | undefined>(
        (first, sleeper) =>
          first === undefined || sleeper.at < first.at || (sleeper.at === first.at && sleeper.order < first.order)
            ? sleeper
            : first,
        undefined,
      );
      if (next === undefined || next.at > end) {
        this.#now = end;
        return false;
      }
      this.#now = next.at;
      next.wake();
    }
  }

  /** Lets so many milliseconds pass. */
  async pass(ms: number): Promise<void> {
    await this.runUntil(() => false, ms);
  }
}

/** Runs all promises that can go on: Node empties its queue of microtasks before the next turn of the event loop. */
async function settle(): Promise<void> {
  await new Promise((resolve) => {
    setImmediate(resolve);
  });
}

/**
 * A process on a machine of its own. It can be killed: then nothing that it waits for ever comes back, so that no line of it runs any
 * more. It can be frozen, with its clocks, as a virtual machine is.
 */
export class VirtualProcess {
  readonly #time: VirtualTime;
  #killedAt: number | undefined;
  #frozenAt: number | undefined;
  readonly #stops: { readonly from: number; readonly until: number }[] = [];
  #lost = 0;
  #thaw: (() => void)[] = [];

  constructor(time: VirtualTime) {
    this.#time = time;
  }

  get killed(): boolean {
    return this.#killedAt !== undefined;
  }

  get killedAt(): number | undefined {
    return this.#killedAt;
  }

  get frozen(): boolean {
    return this.#frozenAt !== undefined;
  }

  get clock(): Clock {
    const monotonic = (): number => (this.#frozenAt ?? this.#time.now) - this.#lost;
    return {
      now: () => Date.parse('2026-11-22T10:00:00Z') + monotonic(),
      monotonic,
      sleep: async (ms, signal) => {
        const until = monotonic() + ms;
        while (monotonic() < until && signal?.aborted !== true) {
          await this.#time.sleep(until - monotonic(), signal);
          await this.running();
        }
      },
    };
  }

  kill(): void {
    this.#killedAt ??= this.#time.now;
  }

  freeze(): void {
    this.#frozenAt ??= this.#time.now;
  }

  thaw(): void {
    if (this.#frozenAt === undefined) return;
    this.#lost += this.#time.now - this.#frozenAt;
    this.#stops.push({ from: this.#frozenAt, until: this.#time.now });
    this.#frozenAt = undefined;
    for (const resume of this.#thaw.splice(0)) resume();
  }

  /** Whether it was frozen at some time between these. */
  stoodStill(from: number, until: number): boolean {
    const now = this.#frozenAt === undefined ? [] : [{ from: this.#frozenAt, until: Infinity }];
    return [...this.#stops, ...now].some((stop) => stop.from <= until && stop.until >= from);
  }

  /** What the process gets from outside, with a latency; nothing once it is dead, and only later while it is frozen. */
  async call<T>(latencyMs: number, act: () => T | Promise<T>): Promise<T> {
    await this.running();
    await this.#time.sleep(latencyMs / 2);
    const result = await Promise.resolve()
      .then(act)
      .then(
        (value) => ({ kind: 'Value', value }) as const,
        (error: unknown) => ({ kind: 'Error', error }) as const,
      );
    await this.#time.sleep(latencyMs / 2);
    await this.running();
    if (result.kind === 'Error') throw result.error;
    return result.value;
  }

  /** Resolves at once while it runs, when it goes on while it is frozen, and never once it is dead. */
  async running(): Promise<void> {
    while (this.killed || this.#frozenAt !== undefined) {
      const { promise, resolve } = Promise.withResolvers<undefined>();
      if (!this.killed)
        this.#thaw.push(() => {
          resolve(undefined);
        });
      await promise;
    }
  }
}
