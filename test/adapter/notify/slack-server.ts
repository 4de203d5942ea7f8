import type { ServerResponse } from 'node:http';
import { blocksProblem, type AnyBlock } from '../../unit/notify/slack-limits.ts';
import { startReceiver, type ReceivedRequest } from './receiver.ts';

/** A message in a channel. */
export interface SlackServerMessage {
  readonly channel: string;
  readonly ts: string;
  readonly threadTs: string | undefined;
  readonly text: string;
  readonly blocks: readonly AnyBlock[];
  /** Number of updates. */
  readonly updates: number;
}

/** A fault with which the server answers. */
export type SlackFault =
  | { readonly error: string; readonly retryAfter?: string }
  | { readonly status: number; readonly retryAfter?: string; readonly body?: string }
  | 'silence'
  /** The server handles the request normally. */
  | 'none';

/** A server on the loopback that accepts and rejects what Slack does, with Slack's errors. */
export interface SlackServer {
  readonly apiUrl: string;
  readonly host: string;
  readonly requests: readonly ReceivedRequest[];
  /** The messages in all channels. */
  readonly messages: readonly SlackServerMessage[];
  /** The next requests fail with these faults, one each. */
  fail(...faults: readonly SlackFault[]): void;
  /** A person deletes a message. */
  remove(ts: string): void;
  close(): Promise<void>;
}

const MOST_TEXT = 40_000;
const CHANNELS: Readonly<Record<string, string>> = { '#upgrades': 'C0UPGRADES', C0UPGRADES: 'C0UPGRADES' };
const NOT_IN: ReadonlySet<string> = new Set(['#others']);

/** Starts the server with the token `xoxb-test` and the channel `#upgrades`. */
export async function startSlackServer(address?: string): Promise<SlackServer> {
  const messages: SlackServerMessage[] = [];
  const faults: SlackFault[] = [];
  let clock = 0;

  function answer(response: ServerResponse, request: ReceivedRequest): void {
    const fault = faults.shift();
    if (fault === 'silence') return;
    if (fault !== undefined && fault !== 'none') {
      const status = 'status' in fault ? fault.status : 200;
      const body = 'error' in fault ? JSON.stringify({ ok: false, error: fault.error }) : (fault.body ?? '');
      response.writeHead(status, fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter }).end(body);
      return;
    }
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8' }).end(JSON.stringify(handle(request)));
  }

  function handle({ method, path, headers, body }: ReceivedRequest): object {
    if (method !== 'POST' || headers['content-type'] !== 'application/x-www-form-urlencoded') return refused('invalid_post_type');
    if (headers.authorization === undefined) return refused('not_authed');
    if (headers.authorization !== 'Bearer xoxb-test') return refused('invalid_auth');
    if (path === '/api/auth.test') return { ok: true, team: 'Ops', user: 'baton', user_id: 'U0BATON' };
    const form = new URLSearchParams(body);
    const channel = CHANNELS[form.get('channel') ?? ''];
    if (NOT_IN.has(form.get('channel') ?? '')) return refused('not_in_channel');
    if (channel === undefined) return refused('channel_not_found');
    const text = form.get('text') ?? '';
    const blocks = parseBlocks(form.get('blocks'));
    if (blocks === undefined) return refused('invalid_blocks_format');
    const problem = blocksProblem(blocks) ?? (text === '' && blocks.length === 0 ? 'no_text' : undefined);
    if (problem !== undefined) return refused(problem);
    if (text.length > MOST_TEXT) return refused('msg_too_long');

    if (path === '/api/chat.update') return update(form, { text, blocks });
    return path === '/api/chat.postMessage'
      ? post(channel, form.get('thread_ts') ?? undefined, { text, blocks })
      : refused('unknown_method');
  }

  function update(form: URLSearchParams, content: Content): object {
    // As with Slack, only the ID identifies a channel here.
    const index = messages.findIndex((message) => message.channel === form.get('channel') && message.ts === form.get('ts'));
    const old = messages[index];
    if (old === undefined) return refused('message_not_found');
    messages[index] = { ...old, ...content, updates: old.updates + 1 };
    return { ok: true, channel: old.channel, ts: old.ts, text: content.text, message: content };
  }

  function post(channel: string, threadTs: string | undefined, content: Content): object {
    if (threadTs !== undefined && !messages.some(({ ts }) => ts === threadTs)) return refused('thread_not_found');
    clock += 1;
    const ts = `${1_790_000_000 + clock}.000100`;
    messages.push({ channel, ts, threadTs, ...content, updates: 0 });
    return { ok: true, channel, ts, message: { ...content, ts } };
  }

  const receiver = await startReceiver(answer, undefined, address);
  return {
    apiUrl: `http://${receiver.host}/api/`,
    host: receiver.host,
    requests: receiver.requests,
    messages,
    fail: (...added) => {
      faults.push(...added);
    },
    remove: (ts) => {
      messages.splice(
        messages.findIndex((message) => message.ts === ts),
        1,
      );
    },
    close: () => receiver.close(),
  };
}

type Content = Pick<SlackServerMessage, 'text' | 'blocks'>;

function refused(error: string): object {
  return { ok: false, error };
}

function parseBlocks(text: string | null): readonly AnyBlock[] | undefined {
  try {
    return JSON.parse(text ?? '[]') as readonly AnyBlock[];
  } catch {
    return undefined;
  }
}
