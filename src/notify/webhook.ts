import type { WebhookSink } from '../api/generated/upgradeplan.ts';
import type { Notification } from '../core/notification/notification.ts';
import type { SendResult } from '../core/notification/send-result.ts';
import type { SinkEnvironment } from './create-sink.ts';
import { withFewerNodes } from './fewer-nodes.ts';
import type { HttpAnswer } from './http.ts';
import { judgeAnswer } from './judge-answer.ts';
import { planUrl } from './plan-url.ts';
import type { ReadSecret } from './secret-files.ts';
import { readAuthorization, readSecretUrl, type SecretValue } from './secret-values.ts';
import { readSigners, type Signer } from './signing-secret.ts';
import type { SendOptions, Sink, SinkPreview } from './sink.ts';

const JSON_TYPE = 'application/json';
const PAYLOAD_TOO_LARGE = 413;

/** A sink that posts the notification as JSON, signed by Standard Webhooks when the plan names a secret. */
export function createWebhook(name: string, spec: WebhookSink, { http, userAgent, readSecret }: SinkEnvironment): Sink {
  const { contentType = JSON_TYPE } = spec;
  const content = (notification: Notification, ownText: string | undefined): SinkPreview =>
    ownText === undefined ? { contentType: JSON_TYPE, body: JSON.stringify(notification) } : { contentType, body: ownText };

  async function send(notification: Notification, { signal, now, ownText }: SendOptions): Promise<SendResult> {
    const url = await readUrl(spec, readSecret);
    if (url.kind === 'Permanent') return url;
    const signers = await readSigners(spec, readSecret);
    if (signers.kind === 'Permanent') return signers;
    const authorization = await readAuthorization(readSecret, spec.authorizationSecretRef);
    if (authorization.kind === 'Permanent') return authorization;

    const post = async ({ contentType: type, body }: SinkPreview): Promise<HttpAnswer> =>
      http.post({
        url: url.value,
        headers: {
          'content-type': type,
          'user-agent': userAgent,
          'webhook-id': notification.id,
          'webhook-timestamp': String(Math.floor(now / 1000)),
          ...signatureHeader(signers.value, notification.id, new Date(now), body),
          ...authorization.value,
        },
        body,
        signal,
      });

    let answer = await post(content(notification, ownText));
    // What it finds too large it has not taken, so this repeats nothing. A text of the user's own is never touched.
    for (const shorter of ownText === undefined ? withFewerNodes(notification) : []) {
      if (answer.kind !== 'Answer' || answer.status !== PAYLOAD_TOO_LARGE) break;
      answer = await post(content(shorter, undefined));
    }
    return judgeAnswer(answer, url.value.host, now);
  }

  return {
    name,
    preview: content,
    send,
  };
}

async function readUrl({ url = '', urlSecretRef }: WebhookSink, readSecret: ReadSecret): Promise<SecretValue<URL>> {
  return urlSecretRef === undefined ? planUrl(url) : readSecretUrl(readSecret, urlSecretRef);
}

/** One signature of each secret, the newest first: a receiver accepts a request when it knows one of them. */
function signatureHeader(signers: readonly Signer[], id: string, sentAt: Date, body: string): Readonly<Record<string, string>> {
  if (signers.length === 0) return {};
  return { 'webhook-signature': signers.map((signer) => signer.sign(id, sentAt, body)).join(' ') };
}
