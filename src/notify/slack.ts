import type { SecretKeyReference, SlackSink } from '../api/generated/upgradeplan.ts';
import type { Notification } from '../core/notification/notification.ts';
import type { SendResult } from '../core/notification/send-result.ts';
import type { SinkEnvironment } from './create-sink.ts';
import { judgeAnswer } from './judge-answer.ts';
import { planUrl } from './plan-url.ts';
import { readHeaderText, readSecretUrl } from './secret-values.ts';
import type { SendOptions, Sink } from './sink.ts';
import { severityOf } from './severity.ts';
import { parseHandle, SLACK_API_URL } from './slack-api.ts';
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
    send: createSend(name, spec, environment),
  };
}

function createSend(name: string, spec: SlackSink, environment: SinkEnvironment): Sink['send'] {
  const { channel, tokenSecretRef, webhookUrlSecretRef, apiUrl = SLACK_API_URL } = spec;
  if (webhookUrlSecretRef !== undefined) {
    return (notification, options) => sendToWebhook(webhookUrlSecretRef, environment, notification, options);
  }
  if (tokenSecretRef !== undefined && channel !== undefined) {
    return (notification, options) => sendAsApp({ channel, tokenSecretRef, apiUrl }, environment, notification, options);
  }
  throw new Error(`The sink ${name} has neither a channel with a token nor an incoming webhook.`);
}

async function sendAsApp(
  { channel, tokenSecretRef, apiUrl }: SlackApp,
  { http, userAgent, readSecret }: SinkEnvironment,
  notification: Notification,
  { signal, now, handle }: SendOptions,
): Promise<SendResult> {
  const url = planUrl(apiUrl);
  if (url.kind === 'Permanent') return url;
  const token = await readHeaderText(readSecret, tokenSecretRef);
  if (token.kind === 'Permanent') return token;
  const channelOf: SlackChannel = { channel, call: { http, userAgent, apiUrl, token: token.value, signal, now } };
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
