import type { Answers } from './gather.ts';

/** An eviction that was refused is asked for again after so long (ms). */
const EVICTION_INTERVAL_MS = 5000;
/** What was not heard of for so long is forgotten (ms). */
const MEMORY_MS = 3600_000;
interface Heard {
  readonly at: number;
  readonly message: string | undefined;
}

/** What the API server answered and no watch delivers. Losing it costs one more question. */
export class RefusalMemory implements Answers {
  readonly #monotonic: () => number;
  readonly #evictions = new Map<string, Heard>();
  readonly #jobs = new Map<string, Heard>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** What the last eviction of a Pod was refused with, by Pod UID. */
  get evictions(): ReadonlyMap<string, string> {
    return messages(this.#evictions);
  }

  /** What a Job was refused with, by its name. */
  get jobRefusals(): ReadonlyMap<string, string> {
    return messages(this.#jobs);
  }

  /** Notes the answer to an eviction; undefined: the Pod goes. */
  evictionAnswered(podUid: string, message: string | undefined): void {
    this.#note(this.#evictions, podUid, message);
  }

  /** Whether an eviction of the Pod may be asked for now. */
  evictionIsDue(podUid: string): boolean {
    const heard = this.#evictions.get(podUid);
    return heard === undefined || this.#monotonic() - heard.at >= EVICTION_INTERVAL_MS;
  }

  /** Notes that a Job was refused for good. */
  jobRefused(name: string, message: string): void {
    this.#note(this.#jobs, name, message);
  }

  #note(heard: Map<string, Heard>, key: string, message: string | undefined): void {
    const now = this.#monotonic();
    for (const [old, { at }] of heard) if (now - at > MEMORY_MS) heard.delete(old);
    heard.set(key, { at: now, message });
  }
}

function messages(heard: ReadonlyMap<string, Heard>): ReadonlyMap<string, string> {
  return new Map([...heard].flatMap(([key, { message }]) => (message === undefined ? [] : [[key, message] as const])));
}
