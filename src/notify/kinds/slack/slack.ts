import type { SecretKeyReference, SlackSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import { asProbe, judgeAnswer } from '../../http/judge-answer.ts';
import { planUrl } from '../../http/plan-url.ts';
import { probeOrigin } from '../../http/probe-origin.ts';
import { readHeaderText, readSecretUrl, type SecretValue } from '../../secret-values.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import type { SendOptions, Sink, AttemptOptions } from '../../sink.ts';
import { severityOf } from '../../severity.ts';
import { callSlack, parseHandle, SLACK_API_URL, type SlackCallOptions } from './slack-api.ts';
import { answerInSlack, postToSlack, updateInSlack, type SlackChannel } from './slack-channel.ts';
import { slackErrorCode, withHint } from './slack-errors.ts';
import { slackMessage } from './slack-message.ts';

/** A Slack app and the channel that it posts to. */
interface SlackApp {
  readonly channel: string;
  readonly tokenSecretRef: SecretKeyReference;
  readonly apiUrl: string;
}

/** A sink that posts to Slack: as an app with a token, or through an incoming webhook. */
export function createSlack(name: string, spec: SlackSink, environment: SinkEnvironment): Sink {
  return {
    name,
    updatesInPlace: spec.tokenSecretRef !== undefined,
    preview: (notification) => ({ contentType: 'application/json', body: JSON.stringify(slackMessage(notification)) }),
    ...createMethods(name, spec, environment),
  };
}

function createMethods(name: string, spec: SlackSink, environment: SinkEnvironment): Required<Pick<Sink, 'send' | 'probe'>> {
  const { channel, tokenSecretRef, webhookUrlSecretRef, apiUrl = SLACK_API_URL } = spec;
  if (webhookUrlSecretRef !== undefined) {
    return {
      send: (notification, options) => sendToWebhook(webhookUrlSecretRef, environment, notification, options),
      probe: async (options) =>
        probeOrigin(await readSecretUrl(environment.readSecret, webhookUrlSecretRef), environment, options),
    };
  }
  if (tokenSecretRef !== undefined && channel !== undefined) {
    const app = { channel, tokenSecretRef, apiUrl };
    return {
      send: (notification, options) => sendAsApp(app, environment, notification, options),
      probe: (options) => probeAsApp(app, environment, options),
    };
  }
  throw new Error(`The Slack sink ${name} needs channel and tokenSecretRef, or webhookUrlSecretRef.`);
}

/** The options to call Slack with, or why the token cannot be used. */
async function readCall(
  { tokenSecretRef, apiUrl }: SlackApp,
  { http, userAgent, readSecret }: SinkEnvironment,
  { signal, now }: AttemptOptions,
): Promise<SecretValue<SlackCallOptions>> {
  const url = planUrl(apiUrl);
  if (url.kind === 'Permanent') return url;
  const token = await readHeaderText(readSecret, tokenSecretRef);
  if (token.kind === 'Permanent') return token;
  return { kind: 'Found', value: { http, userAgent, apiUrl, token: token.value, signal, now } };
}

async function probeAsApp(app: SlackApp, environment: SinkEnvironment, options: AttemptOptions): Promise<ProbeResult> {
  const call = await readCall(app, environment, options);
  if (call.kind === 'Permanent') return call;
  const answer = await callSlack('auth.test', {}, call.value);
  return answer.kind === 'Accepted' ? { kind: 'Reached' } : asProbe(answer.result);
}

async function sendAsApp(
  app: SlackApp,
  environment: SinkEnvironment,
  notification: Notification,
  options: SendOptions,
): Promise<SendResult> {
  const call = await readCall(app, environment, options);
  if (call.kind === 'Permanent') return call;
  const { handle } = options;
  const channelOf: SlackChannel = { channel: app.channel, call: call.value };
  const message = slackMessage(notification);
  const live = handle === undefined ? undefined : parseHandle(handle);
  if (live === undefined) return postToSlack(channelOf, message);
  if (notification.kind === 'Alert') return answerInSlack(channelOf, message, live);

  const updated = await updateInSlack(channelOf, message, live);
  // Slack notifies nobody of an update, so trouble is posted as an answer as well.
  const needsAnswer = notification.kind === 'BatchSettled' && severityOf(notification) !== 'info';
  if (!needsAnswer || updated.kind !== 'Delivered' || updated.handle !== handle) return updated;
  const answered = await answerInSlack(channelOf, message, live);
  return answered.kind === 'Delivered' ? updated : answered;
}

async function sendToWebhook(
  urlSecretRef: SecretKeyReference,
  { http, userAgent, readSecret }: SinkEnvironment,
  notification: Notification,
  { signal, now }: SendOptions,
): Promise<SendResult> {
  const url = await readSecretUrl(readSecret, urlSecretRef);
  if (url.kind === 'Permanent') return url;
  const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': userAgent };
  const answer = await http.post({ url: url.value, headers, body: JSON.stringify(slackMessage(notification)), signal });
  const result = judgeAnswer(answer, url.value.host, now);
  const error = answer.kind === 'Answer' && result.kind === 'Permanent' ? slackErrorCode(answer.body) : undefined;
  if (result.kind !== 'Permanent' || error === undefined) return result;
  return { ...result, message: withHint(`${result.message}; Slack says ${error}`, error) };
}
