import { NOTIFY_REASONS } from '../api/conditions.ts';
import type { WebhookSink } from '../api/generated/upgradeplan.ts';
import type { Notification } from '../core/notification/notification.ts';
import type { SendResult } from '../core/notification/send-result.ts';
import type { SinkEnvironment } from './create-sink.ts';
import { judgeAnswer } from './judge-answer.ts';
import { withoutSecret } from './secret-files.ts';
import { parseSigningSecret } from './signing-secret.ts';
import type { SendOptions, Sink } from './sink.ts';

/** A sink that posts the notification as JSON, signed by Standard Webhooks when the plan names a secret. */
export function createWebhook(
  name: string,
  { url, signingSecretRef }: WebhookSink,
  { http, userAgent, readSecret }: SinkEnvironment,
): Sink {
  async function send(notification: Notification, { signal, now }: SendOptions): Promise<SendResult> {
    if (!URL.canParse(url)) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: 'the URL cannot be read' };
    const target = new URL(url);
    const secret = signingSecretRef === undefined ? undefined : parseSigningSecret(await readSecret(signingSecretRef));
    if (secret !== undefined && secret.kind !== 'Found') return withoutSecret(secret, 'the signing secret');

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

  return {
    name,
    preview: (notification) => ({ contentType: 'application/json', body: JSON.stringify(notification) }),
    send,
  };
}
