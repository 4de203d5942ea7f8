import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { ProbeResult, SendResult } from '../../core/notification/model/send-result.ts';
import type { HttpAnswer } from './http-client.ts';
import { parseRetryAfter } from './retry-after.ts';

/** Statuses that pass, beside those from 500 on. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** What the commoner refusals ask of whoever wrote the plan. */
const REFUSALS: ReadonlyMap<number, string> = new Map([
  [401, 'it does not accept who we say we are'],
  [403, 'it does not let us'],
  [404, 'there is nothing at this URL'],
  [410, 'the endpoint is gone for good; take the sink out of the plan, or give it a new URL'],
  [413, 'the notification is too large for it'],
]);

/**
 * What an answer means for a sink that speaks HTTP. docs/notifications.md has the table.
 *
 * @param host all that a message may tell of the URL.
 * @param now the wall clock, for Retry-After.
 */
export function judgeAnswer(answer: HttpAnswer, host: string, now: number): SendResult {
  if (answer.kind === 'NotAllowed') return addressNotAllowed(host);
  if (answer.kind === 'NotReady') return { kind: 'Permanent', reason: answer.reason, message: answer.message };
  if (answer.kind === 'NoAnswer') return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: ${answer.message}` };

  const { status } = answer;
  const message = `HTTP ${status} from ${host}`;
  if (status >= 200 && status < 300) return { kind: 'Delivered' };
  if (status >= 500 || PASSING_STATUSES.has(status)) {
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
  const words = REFUSALS.get(status);
  return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: words === undefined ? message : `${message}: ${words}` };
}

/** What proxies and gateways answer when they reach nobody behind them. */
const UNREACHED_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** What the answer to a probe means: whoever answers was reached, whatever he says. The parameters are those of {@link judgeAnswer}. */
export function judgeProbeAnswer(answer: HttpAnswer, host: string, now: number): ProbeResult {
  const reached = answer.kind === 'Answer' && !UNREACHED_STATUSES.has(answer.status);
  return reached ? { kind: 'Reached' } : asProbe(judgeAnswer(answer, host, now));
}

/** What a try that sent nothing has shown. */
export function asProbe(result: SendResult): ProbeResult {
  return result.kind === 'Delivered' ? { kind: 'Reached' } : result;
}

/** The result of a try whose address the admin does not allow. Nothing was sent. */
export function addressNotAllowed(host: string): SendResult {
  return {
    kind: 'Permanent',
    reason: NOTIFY_REASONS.AddressNotAllowed,
    message: `the address of ${host} is not one that sinks may have (BATON_SINK_ALLOW)`,
  };
}
