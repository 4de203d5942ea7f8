/** How long a rejection is remembered (ms). */
const RETENTION_MS = 3600_000;

interface JobRejection {
  readonly at: number;
  readonly message: string;
}

/** Remembers the Jobs and pre-pull Pods that the API server has rejected. An operator that loses them tries each once more. */
export class RejectionMemory {
  readonly #monotonic: () => number;
  readonly #jobs = new Map<string, JobRejection>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** The API server's messages, by the name of the Job or Pod. */
  get jobRejections(): ReadonlyMap<string, string> {
    return new Map([...this.#jobs].map(([name, { message }]) => [name, message]));
  }

  /** Records that a Job or a pre-pull Pod was rejected. */
  jobRejected(name: string, message: string): void {
    const now = this.#monotonic();
    for (const [old, { at }] of this.#jobs) if (now - at > RETENTION_MS) this.#jobs.delete(old);
    this.#jobs.set(name, { at: now, message });
  }
}
