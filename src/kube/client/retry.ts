import { backoffMs } from '../../core/backoff.ts';
import { NO_ANSWER, type KubeError } from './kube-error.ts';

/** Whether a request may be repeated. `OnlyIfNotExecuted`: only when the API server certainly did not execute it. */
export type Repeatable = 'Always' | 'OnlyIfNotExecuted';

const BACKOFF = { baseMs: 500, maxMs: 8_000 };
const MAX_RETRY_AFTER_MS = 30_000;

// Transient failures of the API server, etcd, a webhook or a load balancer.
const TRANSIENT_CODES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * The delay until the next attempt in milliseconds; undefined when the request must not be repeated. Failures count from 1.
 *
 * | failure                                               | `Always` | `OnlyIfNotExecuted` |
 * | ----------------------------------------------------- | -------- | ------------------- |
 * | 429, except for an eviction that a budget disallows   | yes      | yes                 |
 * | not sent (no connection, no credentials)              | yes      | yes                 |
 * | no complete answer, deadline exceeded                 | yes      | no                  |
 * | 500, 502, 503, 504                                    | yes      | no                  |
 * | untrusted certificate, aborted, anything else         | no       | no                  |
 */
export function retryDelayMs(
  error: KubeError,
  failures: number,
  repeatable: Repeatable,
  random: () => number,
): number | undefined {
  if (!mayRepeat(error, repeatable)) return undefined;
  const backoff = backoffMs(failures, BACKOFF, random());
  if (error.retryAfterSeconds === undefined) return backoff;
  // All clients get the same Retry-After; the random part keeps them from retrying together.
  return Math.min(error.retryAfterSeconds * 1000, MAX_RETRY_AFTER_MS) + Math.round(random() * BACKOFF.baseMs);
}

function mayRepeat(error: KubeError, repeatable: Repeatable): boolean {
  // The caller that drains decides how long to wait for a PodDisruptionBudget.
  if (error.code === 429) return !hasCause(error, 'DisruptionBudget');
  if (error.reason === NO_ANSWER.notSent) return true;
  if (repeatable === 'OnlyIfNotExecuted') return false;
  // The watch cache lags or was restored: the caller must list again instead of waiting.
  if (hasCause(error, 'ResourceVersionTooLarge')) return false;
  return error.code === 0 ? TRANSIENT_REASONS.has(error.reason) : TRANSIENT_CODES.has(error.code);
}

const TRANSIENT_REASONS: ReadonlySet<string> = new Set([NO_ANSWER.noAnswer, NO_ANSWER.silent, NO_ANSWER.deadlineExceeded]);

function hasCause(error: KubeError, reason: string): boolean {
  return error.causes.some((cause) => cause.reason === reason);
}
