import type { SendResult } from '../../../core/notification/model/send-result.ts';
import type { Poster } from '../../http/http-client.ts';
import { judgeAnswer } from '../../http/judge-answer.ts';
import { parseRetryAfter } from '../../http/retry-after.ts';
import { judgeSlackError, slackErrorCode } from './slack-errors.ts';
import type { SlackMessage } from './slack-message.ts';

/** The base URL of Slack's API. */
export const SLACK_API_URL = 'https://slack.com/api/';

/** A message in a channel. */
export interface SlackHandle {
  /** The channel's ID. Updates do not accept names. */
  readonly channel: string;
  /** The message's timestamp, which identifies it within the channel. */
  readonly ts: string;
}

/** The handle as text, as the receipt stores it. */
export function handleText({ channel, ts }: SlackHandle): string {
  return `${channel}/${ts}`;
}

/** Parses the text of a handle; undefined if it is invalid. */
export function parseHandle(text: string): SlackHandle | undefined {
  const { channel, ts } = /^(?<channel>[A-Z0-9]{1,32})\/(?<ts>\d{1,20}\.\d{1,20})$/.exec(text)?.groups ?? {};
  return channel === undefined || ts === undefined ? undefined : { channel, ts };
}

/** The arguments of a method of Slack's API. */
export interface SlackCall extends Partial<SlackMessage> {
  readonly channel: string;
  /** The message to update. */
  readonly ts?: string;
  /** The message to answer. */
  readonly thread_ts?: string;
  /** Whether the answer also shows in the channel. */
  readonly reply_broadcast?: boolean;
}

/** The result of a call. */
export type SlackAnswer =
  | { readonly kind: 'Accepted'; readonly handle: SlackHandle | undefined }
  /** `error` is Slack's error code, if it returned one. */
  | { readonly kind: 'Rejected'; readonly error: string | undefined; readonly result: SendResult };

/** The options of a call. */
export interface SlackCallOptions {
  readonly http: Poster;
  readonly userAgent: string;
  readonly apiUrl: string;
  readonly token: string;
  readonly signal: AbortSignal;
  /** The wall clock, for Retry-After. */
  readonly now: number;
}

/** The fields of an answer that are read, unvalidated. */
interface SlackBody {
  readonly ok?: unknown;
  readonly error?: unknown;
  readonly channel?: unknown;
  readonly ts?: unknown;
}

/** Calls one method of Slack's Web API without a retry. The agent, which holds a Lease, decides when to retry. */
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
    return { kind: 'Rejected', error: undefined, result: judgeAnswer(answer, url.host, now) };
  }
  // Slack also answers 200 if it rejects a call.
  const body = readBody(answer.body);
  if (body.ok === true) return { kind: 'Accepted', handle: handleIn(body) };
  const error = typeof body.error === 'string' ? slackErrorCode(body.error) : undefined;
  return { kind: 'Rejected', error, result: judgeSlackError(error, parseRetryAfter(answer.retryAfter, now)) };
}

/** The arguments as a form, which every method accepts. Values other than strings are JSON. */
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
