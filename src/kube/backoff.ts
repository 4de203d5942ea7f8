/** The limits of an exponential backoff. */
export interface BackoffLimits {
  /** Milliseconds after the first failure. */
  readonly baseMs: number;
  /** Most milliseconds ever. */
  readonly maxMs: number;
}

/**
 * Milliseconds to wait after the given number of failures in a row (from 1): twice as long each time, up to the limit, of
 * which the last half is random, so that those who failed together do not come back together.
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: () => number): number {
  const full = Math.min(limits.baseMs * 2 ** (failures - 1), limits.maxMs);
  return Math.round(full * (0.5 + random() / 2));
}
