import { backoffMs } from '../../core/backoff.ts';
import { NO_ANSWER, type KubeError } from './kube-error.ts';

/** Whether a request may be carried out twice. `OnlyIfRefused`: it is repeated only when it certainly was not carried out. */
export type Repeatable = 'Always' | 'OnlyIfRefused';

const BACKOFF = { baseMs: 500, maxMs: 8_000 };
const MAX_RETRY_AFTER_MS = 30_000;

// Those the API server gives for a passing trouble of its own, of etcd or of a webhook, and a load balancer for a server that is away.
const PASSING_CODES: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/**
 * Milliseconds until the next attempt, or undefined when there must be none. Failures count from 1.
 *
 * | failure                                         | `Always` | `OnlyIfRefused` |
 * | ----------------------------------------------- | -------- | --------------- |
 * | 429 (but not an eviction that a budget forbids) | yes      | yes             |
 * | not sent (no connection, no credentials)        | yes      | yes             |
 * | no whole answer, deadline exceeded              | yes      | no              |
 * | 500, 502, 503, 504                              | yes      | no              |
 * | untrusted certificate, aborted, anything else   | no       | no              |
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
  // The server tells everyone the same; the random part keeps them from coming back together.
  return Math.min(error.retryAfterSeconds * 1000, MAX_RETRY_AFTER_MS) + Math.round(random() * BACKOFF.baseMs);
}

function mayRepeat(error: KubeError, repeatable: Repeatable): boolean {
  // Whoever drains decides how long a PodDisruptionBudget is waited for.
  if (error.code === 429) return !hasCause(error, 'DisruptionBudget');
  if (error.reason === NO_ANSWER.notSent) return true;
  if (repeatable === 'OnlyIfRefused') return false;
  // A watch cache that lags or was restored: the reader must list, not wait.
  if (hasCause(error, 'ResourceVersionTooLarge')) return false;
  return error.code === 0 ? PASSING_FAULTS.has(error.reason) : PASSING_CODES.has(error.code);
}

const PASSING_FAULTS: ReadonlySet<string> = new Set([NO_ANSWER.noAnswer, NO_ANSWER.silent, NO_ANSWER.deadlineExceeded]);

function hasCause(error: KubeError, reason: string): boolean {
  return error.causes.some((cause) => cause.reason === reason);
}
