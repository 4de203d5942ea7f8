import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { ProbeResult, SendResult } from '../../core/notification/model/send-result.ts';
import type { HttpAnswer } from './http-client.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Statuses below 500 after which a retry may succeed. */
const TRANSIENT_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** What to do about common rejections. */
const HINTS: ReadonlyMap<number, string> = new Map([
  [401, 'the credentials are missing or invalid'],
  [403, 'the credentials do not permit this'],
  [404, 'nothing exists at this URL'],
  [410, 'the endpoint was removed; remove the sink from the plan or change its URL'],
  [413, 'the notification is too large for the receiver'],
]);

/**
 * The result of sending over HTTP. docs/notifications.md has the table.
 *
 * @param host the only part of the URL that messages may contain.
 * @param now the wall clock, for Retry-After.
 */
export function judgeAnswer(answer: HttpAnswer, host: string, now: number): SendResult {
  if (answer.kind === 'NotAllowed') return addressNotAllowed(host);
  if (answer.kind === 'NotReady') return { kind: 'Permanent', reason: answer.reason, message: answer.message };
  if (answer.kind === 'NoAnswer') return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: ${answer.message}` };

  const { status } = answer;
  const message = `HTTP ${status} from ${host}`;
  if (status >= 200 && status < 300) return { kind: 'Delivered' };
  if (status >= 500 || TRANSIENT_STATUSES.has(status)) {
    const afterMs = parseRetryAfter(answer.retryAfter, now);
    return {
      kind: 'Retry',
      ...(afterMs === undefined ? {} : { afterMs }),
      reason: status === 429 ? 'RateLimited' : 'Unavailable',
      message,
    };
  }
  if (status >= 300 && status < 400) {
    return { kind: 'Permanent', reason: NOTIFY_REASONS.RedirectRefused, message: `${message}: redirects are not followed` };
  }
  const hint = HINTS.get(status);
  return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: hint === undefined ? message : `${message}: ${hint}` };
}

/** Statuses with which proxies and gateways report that they could not reach the server. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** The result of a probe over HTTP: any answer of the server itself shows that it was reached. The parameters are those of {@link judgeAnswer}. */
export function judgeProbeAnswer(answer: HttpAnswer, host: string, now: number): ProbeResult {
  const reached = answer.kind === 'Answer' && !GATEWAY_STATUSES.has(answer.status);
  return reached ? { kind: 'Reached' } : asProbe(judgeAnswer(answer, host, now));
}

/** The result of an attempt that sent no message, as the result of a probe. */
export function asProbe(result: SendResult): ProbeResult {
  return result.kind === 'Delivered' ? { kind: 'Reached' } : result;
}

/** The result for an address that the administrator does not allow. Nothing was sent. */
export function addressNotAllowed(host: string): SendResult {
  return {
    kind: 'Permanent',
    reason: NOTIFY_REASONS.AddressNotAllowed,
    message: `the address of ${host} is not allowed for sinks (BATON_SINK_ALLOW)`,
  };
}
