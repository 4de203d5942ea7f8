import type { EvictionAnswer, Rejection } from '../../core/rollout/model/eviction-answer.ts';

/** A Pod is asked for again after at least so long, and after at most so long unless the API server wants more (ms). */
const SHORTEST_MS = 5000;
const LONGEST_MS = 60_000;
/** Of the time for which a Pod has been refused, this part passes before it is asked for again: a budget rarely frees just then. */
const PATIENCE = 1 / 6;
/** What was not heard of for so long is forgotten (ms). */
const MEMORY_MS = 3600_000;

interface Heard {
  readonly at: number;
  /** Since when every answer has been a rejection. */
  readonly since: number;
  readonly rejection: Rejection | undefined;
  readonly retryAfterMs: number;
}

/** What the API server answered when Pods were to go. Losing it costs one more question. */
export class EvictionMemory {
  readonly #monotonic: () => number;
  readonly #heard = new Map<string, Heard>();

  constructor(monotonic: () => number) {
    this.#monotonic = monotonic;
  }

  /** The last answers by Pod UID. */
  get answers(): ReadonlyMap<string, EvictionAnswer> {
    const now = this.#monotonic();
    return new Map(
      [...this.#heard].map(([uid, heard]) => [uid, { rejection: heard.rejection, askAgainMs: heard.at + restMs(heard) - now }]),
    );
  }

  /** The Pod goes. */
  granted(podUid: string): void {
    this.#note(podUid, undefined, 0);
  }

  /** The Pod may not go now. */
  refused(podUid: string, rejection: Rejection, retryAfterSeconds: number | undefined): void {
    this.#note(podUid, rejection, (retryAfterSeconds ?? 0) * 1000);
  }

  #note(podUid: string, rejection: Rejection | undefined, retryAfterMs: number): void {
    const at = this.#monotonic();
    for (const [old, heard] of this.#heard) if (at - heard.at > MEMORY_MS) this.#heard.delete(old);
    const before = this.#heard.get(podUid);
    const since = before?.rejection === undefined || rejection === undefined ? at : before.since;
    this.#heard.set(podUid, { at, since, rejection, retryAfterMs });
  }
}

function restMs({ at, since, retryAfterMs }: Heard): number {
  return Math.max(Math.min(Math.max((at - since) * PATIENCE, SHORTEST_MS), LONGEST_MS), retryAfterMs);
}
