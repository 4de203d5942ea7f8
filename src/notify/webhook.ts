import { NOTIFY_REASONS } from '../api/conditions.ts';
import type { Notification } from '../core/notification/notification.ts';
import type { SendResult } from '../core/notification/send-result.ts';
import type { HttpAnswer, HttpClient } from './http.ts';
import { parseRetryAfter } from './retry-after.ts';
import type { SigningSecret } from './signing-secret.ts';
import type { SendOptions, Sink } from './sink.ts';

/** What a webhook is made from. */
export interface WebhookOptions {
  readonly name: string;
  readonly url: string;
  readonly http: HttpClient;
  /** `baton/0.1.0`. */
  readonly userAgent: string;
  /** Reads the secret that signs requests; undefined when the plan names none. */
  readonly signingSecret: (() => Promise<SigningSecret>) | undefined;
}

/** Statuses that pass, beside those from 500 on. */
const PASSING_STATUSES: ReadonlySet<number> = new Set([408, 425, 429]);

/** A sink that posts the notification as JSON, signed by Standard Webhooks when the plan names a secret. docs/notifications.md has the table of results. */
export function createWebhook({ name, url, http, userAgent, signingSecret }: WebhookOptions): Sink {
  async function send(notification: Notification, { signal, now }: SendOptions): Promise<SendResult> {
    if (!URL.canParse(url)) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: 'the URL cannot be read' };
    const target = new URL(url);
    const secret = await signingSecret?.();
    if (secret?.kind === 'Missing') {
      return {
        kind: 'Permanent',
        reason: NOTIFY_REASONS.SecretMissing,
        message: 'the signing secret is missing; nothing was sent',
      };
    }
    if (secret?.kind === 'Invalid') return { kind: 'Permanent', reason: 'SecretInvalid', message: secret.message };

    const body = JSON.stringify(notification);
    const sentAt = new Date(now);
    const answer = await http.post({
      url: target,
      headers: {
        'content-type': 'application/json',
        'user-agent': userAgent,
        'webhook-id': notification.id,
        'webhook-timestamp': String(Math.floor(now / 1000)),
        ...(secret === undefined ? {} : { 'webhook-signature': secret.webhook.sign(notification.id, sentAt, body) }),
      },
      body,
      signal,
    });
    return judgeAnswer(answer, target.host, now);
  }

  return { name, send };
}

function judgeAnswer(answer: HttpAnswer, host: string, now: number): SendResult {
  if (answer.kind === 'NotAllowed') {
    return {
      kind: 'Permanent',
      reason: 'AddressNotAllowed',
      message: `the address of ${host} is not one that sinks may have (BATON_SINK_ALLOW)`,
    };
  }
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
    return { kind: 'Permanent', reason: 'RedirectRefused', message: `${message}: redirects are not followed` };
  }
  return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message };
}
