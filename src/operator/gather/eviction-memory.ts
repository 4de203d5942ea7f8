import type { EvictionAnswer, Rejection } from '../../core/rollout/model/eviction-answer.ts';

/** Minimum and maximum delay before the next eviction of a Pod (ms). The API server may ask for a longer one. */
const MIN_DELAY_MS = 5000;
const MAX_DELAY_MS = 60_000;
/** The delay as a fraction of the time for which the Pod has been rejected. */
const DELAY_FRACTION = 1 / 6;
/** How long an answer is remembered (ms). */
const RETENTION_MS = 3600_000;

interface Answer {
  readonly at: number;
  /** Time of the first rejection in a row of rejections. */
  readonly since: number;
  readonly rejection: Rejection | undefined;
  readonly retryAfterMs: number;
}

/** Remembers the API server's answers to evictions. An operator that loses them tries each eviction once more. */
export class EvictionMemory {
  readonly #monotonic: () => number;
  readonly #answers = new Map<string, Answer>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** The latest answers, by Pod UID. */
  get answers(): ReadonlyMap<string, EvictionAnswer> {
    const now = this.#monotonic();
    return new Map(
      [...this.#answers].map(([uid, answer]) => [
        uid,
        { rejection: answer.rejection, askAgainMs: answer.at + delayMs(answer) - now },
      ]),
    );
  }

  /** Records that an eviction was granted. */
  granted(podUid: string): void {
    this.#record(podUid, undefined, 0);
  }

  /** Records that an eviction was rejected. */
  rejected(podUid: string, rejection: Rejection, retryAfterSeconds: number | undefined): void {
    this.#record(podUid, rejection, (retryAfterSeconds ?? 0) * 1000);
  }

  #record(podUid: string, rejection: Rejection | undefined, retryAfterMs: number): void {
    const at = this.#monotonic();
    for (const [old, answer] of this.#answers) if (at - answer.at > RETENTION_MS) this.#answers.delete(old);
    const before = this.#answers.get(podUid);
    const since = before?.rejection === undefined || rejection === undefined ? at : before.since;
    this.#answers.set(podUid, { at, since, rejection, retryAfterMs });
  }
}

function delayMs({ at, since, retryAfterMs }: Answer): number {
  return Math.max(Math.min(Math.max((at - since) * DELAY_FRACTION, MIN_DELAY_MS), MAX_DELAY_MS), retryAfterMs);
}
