import type { SecretKeyReference, SlackSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import { asProbe, judgeAnswer } from '../../http/judge-answer.ts';
import { planUrl } from '../../http/plan-url.ts';
import { probeOrigin } from '../../http/probe-origin.ts';
import { readHeaderText, readSecretUrl, type SecretValue } from '../../secret-values.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import type { SendOptions, Sink, TryOptions } from '../../sink.ts';
import { severityOf } from '../../severity.ts';
import { callSlack, parseHandle, SLACK_API_URL, type SlackCallOptions } from './slack-api.ts';
import { answerInSlack, postToSlack, updateInSlack, type SlackChannel } from './slack-channel.ts';
import { slackWord, withWords } from './slack-errors.ts';
import { slackMessage } from './slack-message.ts';

/** A Slack app that may post into a channel. */
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
    ...createWays(name, spec, environment),
  };
}

function createWays(name: string, spec: SlackSink, environment: SinkEnvironment): Required<Pick<Sink, 'send' | 'probe'>> {
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
  throw new Error(`The sink ${name} has neither a channel with a token nor an incoming webhook.`);
}

/** With what Slack is called, once the token is there. */
async function readCall(
  { tokenSecretRef, apiUrl }: SlackApp,
  { http, userAgent, readSecret }: SinkEnvironment,
  { signal, now }: TryOptions,
): Promise<SecretValue<SlackCallOptions>> {
  const url = planUrl(apiUrl);
  if (url.kind === 'Permanent') return url;
  const token = await readHeaderText(readSecret, tokenSecretRef);
  if (token.kind === 'Permanent') return token;
  return { kind: 'Found', value: { http, userAgent, apiUrl, token: token.value, signal, now } };
}

async function probeAsApp(app: SlackApp, environment: SinkEnvironment, options: TryOptions): Promise<ProbeResult> {
  const call = await readCall(app, environment, options);
  if (call.kind === 'Permanent') return call;
  const answer = await callSlack('auth.test', {}, call.value);
  return answer.kind === 'Taken' ? { kind: 'Reached' } : asProbe(answer.result);
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
  // Nobody is told when a message is changed.
  const tells = notification.kind === 'BatchSettled' && severityOf(notification) !== 'info';
  if (!tells || updated.kind !== 'Delivered' || updated.handle !== handle) return updated;
  const told = await answerInSlack(channelOf, message, live);
  return told.kind === 'Delivered' ? updated : told;
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
  const word = answer.kind === 'Answer' && result.kind === 'Permanent' ? slackWord(answer.body) : undefined;
  if (result.kind !== 'Permanent' || word === undefined) return result;
  return { ...result, message: withWords(`${result.message}; Slack says ${word}`, word) };
}
