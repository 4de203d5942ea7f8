import type { SendResult } from '../../../core/notification/model/send-result.ts';
import type { Poster } from '../../http/http-client.ts';
import { judgeAnswer } from '../../http/judge-answer.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
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

/** What is read of an answer. Nothing of it is taken for granted. */
interface SlackBody {
  readonly ok?: unknown;
  readonly error?: unknown;
  readonly channel?: unknown;
  readonly ts?: unknown;
}

/** Calls one method of Slack's Web API, once: the agent, which holds a Lease, decides when to try again. */
export async function callSlack(
  method: 'chat.postMessage' | 'chat.update' | 'auth.test',
  message: Partial<SlackCall>,
  { http, userAgent, apiUrl, token, signal, now }: SlackCallOptions,
): Promise<SlackAnswer> {
  const url = new URL(`${apiUrl}${apiUrl.endsWith('/') ? '' : '/'}${method}`);
  const headers = {
    accept: 'application/json',
    authorization: `Bearer ${token}`,
    'content-type': 'application/x-www-form-urlencoded',
    'user-agent': userAgent,
  };
  const answer = await http.post({ url, headers, body: formBody(message), signal });
  if (answer.kind !== 'Answer' || answer.status !== 200) {
    return { kind: 'Refused', error: undefined, result: judgeAnswer(answer, url.host, now) };
  }
  // Slack answers 200 to what it rejects, too.
  const body = readBody(answer.body);
  if (body.ok === true) return { kind: 'Taken', handle: handleIn(body) };
  const word = typeof body.error === 'string' ? slackWord(body.error) : undefined;
  return { kind: 'Refused', error: word, result: judgeSlackError(word, parseRetryAfter(answer.retryAfter, now)) };
}

/** The arguments as a form, which every method takes; those that are not plain text are JSON in it. */
function formBody(message: Partial<SlackCall>): string {
  const form = new URLSearchParams();
  for (const [name, value] of Object.entries(message)) {
    form.append(name, typeof value === 'string' ? value : JSON.stringify(value));
  }
  return form.toString();
}

/** The JSON object of an answer. A body that is not JSON may be the error itself. */
function readBody(body: string): SlackBody {
  try {
    const parsed: unknown = JSON.parse(body);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return { error: body };
  }
}

function handleIn({ channel, ts }: SlackBody): SlackHandle | undefined {
  return typeof channel === 'string' && typeof ts === 'string' ? { channel, ts } : undefined;
}
