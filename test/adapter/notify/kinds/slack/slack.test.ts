import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SlackSink } from '../../../../../src/api/generated/upgradeplan.ts';
import type { SendResult } from '../../../../../src/core/notification/model/send-result.ts';
import { notificationOf } from '../../../../unit/notify/notification-of.ts';
import { aClient, NOTIFICATION, SinkWorld, type SendChanges } from '../../a-sink.ts';
import { timeoutFor, silence, startReceiver, type Answer, type Receiver } from '../../receiver.ts';
import { startSlackServer, type SlackFault, type SlackServer } from '../../slack-server.ts';

let world: SinkWorld;
let slack: SlackServer;

beforeEach(async () => {
  world = new SinkWorld();
  slack = await world.keep(startSlackServer());
  world.secret('chat', 'slack', { token: 'xoxb-test\n' });
});
afterEach(async () => {
  await world.close();
});

function send(changes: Partial<SlackSink> = {}, sending: SendChanges = {}): Promise<SendResult> {
  const app = { channel: '#upgrades', tokenSecretRef: { name: 'slack', key: 'token' }, apiUrl: slack.apiUrl };
  return world.send({ name: 'chat', slack: { ...app, ...changes } }, sending);
}

describe('A Slack app', () => {
  it('posts the notification, and returns a handle of the message', async () => {
    const result = await send();

    expect(slack.messages).toEqual([
      {
        channel: 'C0UPGRADES',
        ts: '1790000001.000100',
        threadTs: undefined,
        text: NOTIFICATION.text,
        blocks: expect.arrayContaining([
          { type: 'header', text: { type: 'plain_text', text: NOTIFICATION.text.split('\n')[0], emoji: true } },
        ]),
        updates: 0,
      },
    ]);
    expect(result).toEqual({ kind: 'Delivered', handle: 'C0UPGRADES/1790000001.000100' });
    expect(slack.requests[0]?.headers['user-agent']).toBe('baton/0.1.0');
  });

  it('finds the methods below an API URL that has no slash at its end', async () => {
    expect(await send({ apiUrl: slack.apiUrl.replace(/\/$/, '') })).toMatchObject({ kind: 'Delivered' });
    expect(slack.requests.map(({ path }) => path)).toEqual(['/api/chat.postMessage']);
  });

  it('escapes characters that are special in a form', async () => {
    await send({}, { notification: { ...NOTIFICATION, text: 'a+b & 100 % = ü 😀\n#1' } });

    expect(slack.messages).toMatchObject([{ text: 'a+b &amp; 100 % = ü 😀\n#1' }]);
  });

  it('is within the limits with a batch of a thousand nodes that all failed with long messages', async () => {
    expect(await send({}, { notification: notificationOf('thousand-failures') })).toMatchObject({ kind: 'Delivered' });
    expect(slack.messages[0]?.text).toContain('and 997 more');
  });

  it.each<{ title: string; fault: SlackFault; result: Partial<SendResult> }>([
    {
      title: '429 with Retry-After',
      fault: { status: 429, retryAfter: '30' },
      result: { kind: 'Retry', reason: 'RateLimited', afterMs: 30_000 },
    },
    { title: '429 without it', fault: { status: 429 }, result: { kind: 'Retry', reason: 'RateLimited' } },
    {
      title: 'ratelimited in a 200',
      fault: { error: 'ratelimited', retryAfter: '7' },
      result: { kind: 'Retry', reason: 'RateLimited', afterMs: 7_000 },
    },
    { title: '500', fault: { status: 500 }, result: { kind: 'Retry', reason: 'Unavailable' } },
    { title: 'internal_error', fault: { error: 'internal_error' }, result: { kind: 'Retry', reason: 'Unavailable' } },
    { title: '401', fault: { status: 401 }, result: { kind: 'Permanent', reason: 'Refused' } },
    { title: '302', fault: { status: 302 }, result: { kind: 'Permanent', reason: 'RedirectRefused' } },
    { title: '413', fault: { status: 413 }, result: { kind: 'Permanent', reason: 'Refused' } },
    {
      title: 'is_archived',
      fault: { error: 'is_archived' },
      result: { kind: 'Permanent', reason: 'Refused', message: 'Slack says is_archived: the channel is archived' },
    },
    {
      title: 'a body that is not an error code, maybe with our token',
      fault: { status: 200, body: '<html>xoxb-test</html>' },
      result: { kind: 'Permanent', reason: 'Refused', message: 'Slack answered with an unknown error' },
    },
    {
      title: 'JSON that is not an object',
      fault: { status: 200, body: 'null' },
      result: { kind: 'Permanent', reason: 'Refused', message: 'Slack answered with an unknown error' },
    },
    {
      title: 'an error that is not a string',
      fault: { status: 200, body: '{"ok":false,"error":{"token":"xoxb-test"}}' },
      result: { kind: 'Permanent', reason: 'Refused', message: 'Slack answered with an unknown error' },
    },
    {
      title: 'nothing',
      fault: 'silence',
      result: { kind: 'Retry', reason: 'NoAnswer' },
    },
  ])('is answered $title: $result', async ({ fault, result }) => {
    slack.fail(fault);

    const answer = await send({}, { http: await world.keep(aClient({ timeoutMs: fault === 'silence' ? 300 : 10_000 })) });

    expect(answer).toMatchObject(result);
    expect(JSON.stringify(answer)).not.toContain('xoxb');
    expect(slack.messages).toHaveLength(0);
    expect(slack.requests).toHaveLength(1);
  });

  it('posts with a retry after a 500', async () => {
    slack.fail({ status: 500 });

    expect(await send()).toMatchObject({ kind: 'Retry' });
    expect(await send()).toMatchObject({ kind: 'Delivered' });
    expect(slack.messages).toHaveLength(1);
  });

  it.each<{ title: string; changes: Partial<SlackSink>; token?: string; message: string }>([
    { title: 'its token is wrong', changes: {}, token: 'xoxb-old', message: 'Slack says invalid_auth: the token is invalid' },
    {
      title: 'the channel does not exist',
      changes: { channel: '#nowhere' },
      message: 'Slack says channel_not_found: the channel does not exist',
    },
    { title: 'it is not in the channel', changes: { channel: '#others' }, message: 'Slack says not_in_channel: invite the app' },
  ])('says what to do if $title', async ({ changes, token, message }) => {
    if (token !== undefined) world.secret('chat', 'slack', { token });

    const result = await send(changes);

    expect(result).toMatchObject({ kind: 'Permanent', reason: 'Refused', message: expect.stringContaining(message) });
    expect(JSON.stringify(result)).not.toContain('xoxb');
  });

  it('sends plain text if Slack rejects the blocks, and says so', async () => {
    slack.fail({ error: 'msg_blocks_too_long' });

    expect(await send()).toEqual({
      kind: 'Delivered',
      handle: 'C0UPGRADES/1790000001.000100',
      remark: { reason: 'BlocksRefused', message: 'Slack says msg_blocks_too_long: the message was sent as plain text' },
    });
    expect(slack.messages).toMatchObject([{ text: NOTIFICATION.text, blocks: [] }]);
  });

  it.each([
    { title: 'there is no token', secret: {}, reason: 'SecretMissing' },
    { title: 'the token is empty', secret: { token: '\n' }, reason: 'SecretInvalid' },
    { title: 'the token is not valid in a header', secret: { token: 'xoxb-tést' }, reason: 'SecretInvalid' },
  ])('sends nothing if $title', async ({ secret, reason }) => {
    world.secret('chat', 'other', { ...secret });

    const result = await send({ tokenSecretRef: { name: 'other', key: 'token' } });

    expect(result).toMatchObject({ kind: 'Permanent', reason });
    expect(slack.requests).toHaveLength(0);
  });

  it('is subject to the address policy', async () => {
    expect(await send({}, { http: await world.keep(aClient({ allow: 'slack.com' })) })).toMatchObject({
      kind: 'Permanent',
      reason: 'AddressNotAllowed',
    });
    expect(slack.requests).toHaveLength(0);
  });
});

describe('An incoming webhook of Slack', () => {
  async function sendTo(answer: Answer, sending: SendChanges = {}): Promise<{ result: SendResult; hook: Receiver }> {
    const hook = await world.keep(startReceiver(answer));
    world.secret('chat', 'hook', { url: hook.url });
    const result = await world.send(
      { name: 'chat', slack: { webhookUrlSecretRef: { name: 'hook', key: 'url' } } },
      { http: await world.keep(aClient({ timeoutMs: timeoutFor(answer) })), ...sending },
    );
    return { result, hook };
  }
  const say =
    (status: number, body: string, headers: Record<string, string> = {}): Answer =>
    (response) =>
      response.writeHead(status, headers).end(body);

  it('gets text and blocks', async () => {
    const { result, hook } = await sendTo(say(200, 'ok'));

    expect(result).toEqual({ kind: 'Delivered' });
    expect(JSON.parse(hook.requests[0]?.body ?? '')).toMatchObject({
      text: NOTIFICATION.text,
      blocks: [{ type: 'header' }, {}, {}, {}],
    });
  });

  it.each<{ title: string; answer: Answer; result: Partial<SendResult> }>([
    {
      title: '429',
      answer: say(429, 'rate_limited', { 'retry-after': '1' }),
      result: { kind: 'Retry', reason: 'RateLimited', afterMs: 1000 },
    },
    { title: '500', answer: say(500, 'rollup_error'), result: { kind: 'Retry', reason: 'Unavailable' } },
    {
      title: '403 invalid_token',
      answer: say(403, 'invalid_token'),
      result: {
        kind: 'Permanent',
        message: expect.stringContaining('the credentials do not permit this; Slack says invalid_token'),
      },
    },
    {
      title: '410 channel_is_archived',
      answer: say(410, 'channel_is_archived'),
      result: { kind: 'Permanent', message: expect.stringContaining('Slack says channel_is_archived: the channel is archived') },
    },
    { title: '413', answer: say(413, '<html>'), result: { kind: 'Permanent', reason: 'Refused' } },
    { title: 'nothing', answer: silence, result: { kind: 'Retry', reason: 'NoAnswer' } },
  ] as { title: string; answer: Answer; result: Partial<SendResult> }[])('is answered $title', async ({ answer, result }) => {
    const { result: got } = await sendTo(answer);

    expect(got).toMatchObject(result);
    expect(JSON.stringify(got)).not.toContain('secret-token');
  });
});
