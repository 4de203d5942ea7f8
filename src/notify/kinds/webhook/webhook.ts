import type { WebhookSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import { withFewerNodes } from './fewer-nodes.ts';
import type { HttpAnswer } from '../../http/http-client.ts';
import { judgeAnswer } from '../../http/judge-answer.ts';
import { planUrl } from '../../http/plan-url.ts';
import { probeOrigin } from '../../http/probe-origin.ts';
import type { ReadSecret } from '../../secret-files.ts';
import { readAuthorization, readSecretUrl, type SecretValue } from '../../secret-values.ts';
import { readSigners, type Signer } from './signing-secret.ts';
import type { SendOptions, Sink, SinkPreview, AttemptOptions } from '../../sink.ts';

const JSON_TYPE = 'application/json';
const PAYLOAD_TOO_LARGE = 413;

/** A sink that posts the notification as JSON, signed as Standard Webhooks defines if the plan has a secret. */
export function createWebhook(name: string, spec: WebhookSink, environment: SinkEnvironment): Sink {
  const { contentType = JSON_TYPE } = spec;
  const { http, userAgent, readSecret } = environment;
  const content = (notification: Notification, ownText: string | undefined): SinkPreview =>
    ownText === undefined ? { contentType: JSON_TYPE, body: JSON.stringify(notification) } : { contentType, body: ownText };

  async function send(notification: Notification, { signal, now, ownText }: SendOptions): Promise<SendResult> {
    const target = await readTarget(spec, readSecret);
    if (target.kind === 'Permanent') return target;
    const { url, signers, authorization } = target.value;
    const post = async ({ contentType: type, body }: SinkPreview): Promise<HttpAnswer> =>
      http.post({
        url,
        headers: {
          'content-type': type,
          'user-agent': userAgent,
          'webhook-id': notification.id,
          'webhook-timestamp': String(Math.floor(now / 1000)),
          ...signatureHeader(signers, notification.id, new Date(now), body),
          ...authorization,
        },
        body,
        signal,
      });

    let answer = await post(content(notification, ownText));
    // A rejected body was not processed, so this sends no duplicate. The text of a template is never changed.
    for (const shorter of ownText === undefined ? withFewerNodes(notification) : []) {
      if (answer.kind !== 'Answer' || answer.status !== PAYLOAD_TOO_LARGE) break;
      answer = await post(content(shorter, undefined));
    }
    return judgeAnswer(answer, url.host, now);
  }

  async function probe(options: AttemptOptions): Promise<ProbeResult> {
    const target = await readTarget(spec, readSecret);
    return probeOrigin(target.kind === 'Found' ? { ...target, value: target.value.url } : target, environment, options);
  }

  return {
    name,
    preview: content,
    send,
    probe,
  };
}

/** Where a webhook posts to, and with which Secrets. */
interface Target {
  readonly url: URL;
  readonly signers: readonly Signer[];
  /** The Authorization header, or no header. */
  readonly authorization: Readonly<Record<string, string>>;
}

async function readTarget(spec: WebhookSink, readSecret: ReadSecret): Promise<SecretValue<Target>> {
  const url = await readUrl(spec, readSecret);
  if (url.kind === 'Permanent') return url;
  const signers = await readSigners(spec, readSecret);
  if (signers.kind === 'Permanent') return signers;
  const authorization = await readAuthorization(readSecret, spec.authorizationSecretRef);
  if (authorization.kind === 'Permanent') return authorization;
  return { kind: 'Found', value: { url: url.value, signers: signers.value, authorization: authorization.value } };
}

async function readUrl({ url = '', urlSecretRef }: WebhookSink, readSecret: ReadSecret): Promise<SecretValue<URL>> {
  return urlSecretRef === undefined ? planUrl(url) : readSecretUrl(readSecret, urlSecretRef);
}

/** One signature per secret, the current one first. A receiver accepts the request if one of them matches. */
function signatureHeader(signers: readonly Signer[], id: string, sentAt: Date, body: string): Readonly<Record<string, string>> {
  if (signers.length === 0) return {};
  return { 'webhook-signature': signers.map((signer) => signer.sign(id, sentAt, body)).join(' ') };
}
