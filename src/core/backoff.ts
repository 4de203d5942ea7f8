/** The limits of an exponential backoff. */
export interface BackoffLimits {
  /** The wait after the first failure (milliseconds). */
  readonly baseMs: number;
  /** Maximum wait (milliseconds). */
  readonly maxMs: number;
}

/**
 * How long to wait after the given number of failures in a row (milliseconds). The wait doubles with each failure, up to the maximum. Half
 * of it is random, so that clients that failed together do not retry together.
 *
 * @param failures from 1.
 * @param random from 0 to 1.
 */
export function backoffMs(failures: number, limits: BackoffLimits, random: number): number {
  const full = Math.min(limits.baseMs * 2 ** (failures - 1), limits.maxMs);
  return Math.round(full * (0.5 + random / 2));
}
