/** What was not heard of for so long is forgotten (ms). */
const MEMORY_MS = 3600_000;

interface Heard {
  readonly at: number;
  readonly message: string;
}

/** What the API server refused for good and no watch delivers. Losing it costs one more question. */
export class RefusalMemory {
  readonly #monotonic: () => number;
  readonly #jobs = new Map<string, Heard>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** What a Job, or a Pod that pulls images ahead, was refused with, by its name. */
  get jobRefusals(): ReadonlyMap<string, string> {
    return new Map([...this.#jobs].map(([name, { message }]) => [name, message]));
  }

  /** Notes that such an object was refused for good. */
  jobRefused(name: string, message: string): void {
    const now = this.#monotonic();
    for (const [old, { at }] of this.#jobs) if (now - at > MEMORY_MS) this.#jobs.delete(old);
    this.#jobs.set(name, { at: now, message });
  }
}
