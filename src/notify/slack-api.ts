import { LogLevel, WebClient, WebAPIPlatformError, type FetchFunction } from '@slack/web-api';
import type { SendResult } from '../core/notification/send-result.ts';
import type { HttpAnswer, Poster } from './http.ts';
import { judgeAnswer } from './judge-answer.ts';
import { parseRetryAfter } from './retry-after.ts';
import { judgeSlackError, slackWord } from './slack-errors.ts';
import type { SlackMessage } from './slack-message.ts';

/** Where Slack's API is. */
export const SLACK_API_URL = 'https://slack.com/api/';

/** A message in a channel. */
export interface SlackHandle {
  /** The channel's ID: names do not do for updates. */
  readonly channel: string;
  /** The message's timestamp, which is its name. */
  readonly ts: string;
}

/** The text of a handle, which the agent keeps. */
export function handleText({ channel, ts }: SlackHandle): string {
  return `${channel}/${ts}`;
}

/** The handle of a text; undefined when it is none. */
export function parseHandle(text: string): SlackHandle | undefined {
  const { channel, ts } = /^(?<channel>[A-Z0-9]{1,32})\/(?<ts>\d{1,20}\.\d{1,20})$/.exec(text)?.groups ?? {};
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

/** What is sent to Slack. */
export interface SlackCall extends Partial<SlackMessage> {
  readonly channel: string;
  /** The message to update. */
  readonly ts?: string;
  /** The message to answer. */
  readonly thread_ts?: string;
  /** Whether the answer also shows in the channel. */
  readonly reply_broadcast?: boolean;
}

/** What came of a call. */
export type SlackAnswer =
  | { readonly kind: 'Taken'; readonly handle: SlackHandle | undefined }
  /** `error` is Slack's word for it, where it said one. */
  | { readonly kind: 'Refused'; readonly error: string | undefined; readonly result: SendResult };

/** With what Slack's API is called. */
export interface SlackCallOptions {
  readonly http: Poster;
  readonly userAgent: string;
  readonly apiUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** The wall clock, for Retry-After. */
  readonly now: number;
}

/** Calls one method of Slack's Web API, once. */
export async function callSlack(
  method: 'chat.postMessage' | 'chat.update' | 'auth.test',
  message: Partial<SlackCall>,
  options: SlackCallOptions,
): Promise<SlackAnswer> {
  const { http, userAgent, apiUrl, token, signal, now } = options;
  let last: HttpAnswer = { kind: 'NoAnswer', message: 'nothing was sent' };
  const client = new WebClient(token, {
    slackApiUrl: apiUrl,
    fetch: fetchThrough(http, signal, (answer) => {
      last = answer;
    }),
    // When to try again is for the agent to decide, which holds a Lease.
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    allowAbsoluteUrls: false,
    headers: { 'User-Agent': userAgent },
    logger: SILENT,
  });
  try {
    return { kind: 'Taken', handle: handleIn(await client.apiCall(method, { ...message })) };
  } catch (error) {
    return refusal(error, last, new URL(apiUrl).host, now);
  }
}

function handleIn(answer: object): SlackHandle | undefined {
  if (!('channel' in answer) || !('ts' in answer)) return undefined;
  const { channel, ts } = answer;
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : undefined;
}

function refusal(error: unknown, answer: HttpAnswer, host: string, now: number): SlackAnswer {
  if (answer.kind !== 'Answer' || answer.status !== 200) {
    return { kind: 'Refused', error: undefined, result: judgeAnswer(answer, host, now) };
  }
  if (!(error instanceof WebAPIPlatformError)) throw error;
  const word = slackWord(error.data.error);
  return { kind: 'Refused', error: word, result: judgeSlackError(word, parseRetryAfter(answer.retryAfter, now)) };
}

/** Lets Slack's client go out the one way that there is. */
function fetchThrough(http: Poster, signal: AbortSignal, keep: (answer: HttpAnswer) => void): FetchFunction {
  return async (url, init = {}) => {
    const body = typeof init.body === 'string' ? init.body : '';
    const answer = await http.post({ url: new URL(url), headers: init.headers ?? {}, body, signal });
    keep(answer);
    if (answer.kind !== 'Answer') throw new Error(`No answer of Slack: ${answer.kind}.`);
    const headers = new Headers({ 'content-type': 'application/json' });
    if (answer.retryAfter !== undefined) headers.set('retry-after', answer.retryAfter);
    // Statuses without a body must have none.
    return new Response([204, 205, 304].includes(answer.status) ? null : answer.body, { status: answer.status, headers });
  };
}

function nothing(): void {
  // Slack's client would log to standard output; what matters of it is in the result.
}

const SILENT = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  setName: nothing,
  getLevel: () => LogLevel.ERROR,
};
