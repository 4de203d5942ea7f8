import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import type { SendResult } from '../../../../../src/core/notification/model/send-result.ts';
import { createSink } from '../../../../../src/notify/create-sink.ts';
import { aClient, NOTIFICATION, onlyHttp, SinkWorld } from '../../a-sink.ts';
import { startSlackServer, type SlackServer } from '../../slack-server.ts';

let world: SinkWorld;
let slack: SlackServer;

beforeEach(async () => {
  world = new SinkWorld();
  slack = await world.keep(startSlackServer());
  world.secret('chat', 'slack', { token: 'xoxb-test' });
});
afterEach(async () => {
  await world.close();
});

const PROGRESS: Notification = { ...NOTIFICATION, kind: 'Progress', text: '20 of 100 done' };
const GOOD_END: Notification = { ...NOTIFICATION, text: 'all 100 done' };
const BAD_END: Notification = { ...NOTIFICATION, outcome: 'Failed', text: '9 failed' };
const ALERT: Notification = { ...NOTIFICATION, kind: 'Alert', text: 'node-7 failed' };

function send(notification: Notification, handle?: string): Promise<SendResult> {
  const spec = { channel: '#upgrades', tokenSecretRef: { name: 'slack', key: 'token' }, apiUrl: slack.apiUrl };
  return world.send({ name: 'chat', slack: spec }, { notification, handle });
}

/** The handle of a message that was posted before. */
async function posted(): Promise<string> {
  const result = await send({ ...PROGRESS, text: '10 of 100 done' });
  if (result.kind !== 'Delivered' || result.handle === undefined) throw new Error('Nothing was posted.');
  return result.handle;
}

function texts(): string[] {
  return slack.messages.map(({ text }) => text);
}

describe("A batch's live message in Slack", () => {
  it.each([
    { title: 'progress', notification: PROGRESS },
    { title: 'a good end', notification: GOOD_END },
  ])('is updated by $title', async ({ notification }) => {
    const handle = await posted();

    expect(await send(notification, handle)).toEqual({ kind: 'Delivered', handle });
    expect(slack.messages).toMatchObject([{ text: notification.text, updates: 1 }]);
    expect(slack.requests.map(({ path }) => path)).toEqual(['/api/chat.postMessage', '/api/chat.update']);
  });

  it('is updated by a bad end, which is also posted, because Slack notifies nobody of an update', async () => {
    const handle = await posted();

    expect(await send(BAD_END, handle)).toEqual({ kind: 'Delivered', handle });
    expect(slack.messages).toMatchObject([
      { text: '9 failed', updates: 1 },
      { text: '9 failed', threadTs: handle.split('/')[1], updates: 0 },
    ]);
  });

  it('is answered by an alert, in its thread and in the channel', async () => {
    const handle = await posted();

    expect(await send(ALERT, handle)).toMatchObject({ kind: 'Delivered' });
    expect(slack.messages).toMatchObject([{ updates: 0 }, { text: 'node-7 failed', threadTs: handle.split('/')[1] }]);
    expect(new URLSearchParams(slack.requests[1]?.body).get('reply_broadcast')).toBe('true');
  });

  it.each([
    { title: 'progress', notification: PROGRESS },
    { title: 'a bad end', notification: BAD_END },
    { title: 'an alert', notification: ALERT },
  ])(
    'that somebody has deleted is not missed by $title: it is posted once, with a handle of its own',
    async ({ notification }) => {
      const handle = await posted();
      slack.remove(handle.split('/')[1]!);

      const result = await send(notification, handle);

      expect(slack.messages).toMatchObject([{ text: notification.text, threadTs: undefined, updates: 0 }]);
      expect(result).toEqual({ kind: 'Delivered', handle: `C0UPGRADES/${slack.messages[0]?.ts}` });
    },
  );

  it.each(['edit_window_closed', 'cant_update_message', 'is_archived', 'not_in_channel', 'channel_not_found'])(
    'is posted again, in the current channel of the plan, if Slack says %s',
    async (error) => {
      const handle = await posted();
      slack.fail({ error });

      await send(PROGRESS, handle);

      expect(texts()).toEqual(['10 of 100 done', '20 of 100 done']);
    },
  );

  it('is retried if only the answer for a bad end failed, and is not posted twice', async () => {
    const handle = await posted();
    slack.fail('none', { status: 500 });

    expect(await send(BAD_END, handle)).toMatchObject({ kind: 'Retry' });
    expect(await send(BAD_END, handle)).toEqual({ kind: 'Delivered', handle });
    expect(slack.messages).toMatchObject([{ updates: 2 }, { text: '9 failed' }]);
  });

  it.each(['', '1.2', 'C0/1.2/3', 'x/y', '../1.2'])('is posted again if its handle is invalid: "%s"', async (handle) => {
    await send(PROGRESS, handle);

    expect(slack.requests.map(({ path }) => path)).toEqual(['/api/chat.postMessage']);
  });
});

describe('Whether messages can be updated', () => {
  it.each([
    { title: 'an app', slack: { channel: '#upgrades', tokenSecretRef: { name: 'a', key: 'b' } }, updatesInPlace: true },
    { title: 'an incoming webhook', slack: { webhookUrlSecretRef: { name: 'a', key: 'b' } }, updatesInPlace: false },
  ])('$title: $updatesInPlace', async ({ slack: spec, updatesInPlace }) => {
    const http = await world.keep(aClient());
    const sink = createSink({ name: 'chat', slack: spec }, { http, ...onlyHttp, userAgent: 'baton/0.1.0', secretsDirectory: '' });
    expect(sink.updatesInPlace).toBe(updatesInPlace);
  });
});
