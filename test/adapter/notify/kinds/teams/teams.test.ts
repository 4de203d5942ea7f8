import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SendResult } from '../../../../../src/core/notification/model/send-result.ts';
import { aClient, NOTIFICATION, SinkWorld } from '../../a-sink.ts';
import { timeoutFor, silence, startReceiver, type Answer, type Receiver } from '../../receiver.ts';

let world: SinkWorld;

beforeEach(() => {
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

async function sendTo(answer: Answer): Promise<{ result: SendResult; hook: Receiver }> {
  const hook = await world.keep(startReceiver(answer));
  world.secret('chat', 'teams', { url: `${hook.url}\n` });
  const http = await world.keep(aClient({ timeoutMs: timeoutFor(answer) }));
  const teams = { webhookUrlSecretRef: { name: 'teams', key: 'url' } };
  return { result: await world.send({ name: 'chat', teams }, { http }), hook };
}

function say(status: number, body = '', headers: Record<string, string> = {}): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

/** What the older connectors say, with 200, to what Teams did not take. */
function failedInText(status: number): string {
  return `Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error ${status} with ContextId tcid=0,server=x,cv=y..`;
}

describe('A webhook of Teams', () => {
  it('gets a message with an Adaptive Card', async () => {
    const { result, hook } = await sendTo(say(202));

    expect(result).toEqual({ kind: 'Delivered' });
    expect(hook.requests[0]).toMatchObject({
      method: 'POST',
      path: '/services/T0/secret-path?token=secret-token',
      headers: { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'baton/0.1.0' },
    });
    expect(JSON.parse(hook.requests[0]?.body ?? '')).toMatchObject({
      type: 'message',
      attachments: [
        {
          contentType: 'application/vnd.microsoft.card.adaptive',
          content: { type: 'AdaptiveCard', version: '1.4', fallbackText: NOTIFICATION.text.split('\n')[0] },
        },
      ],
    });
  });

  it.each<{ title: string; answer: Answer; result: Partial<SendResult> }>([
    { title: '200', answer: say(200), result: { kind: 'Delivered' } },
    { title: '200 of an older connector', answer: say(200, '1'), result: { kind: 'Delivered' } },
    {
      title: '429',
      answer: say(429, '', { 'retry-after': '9' }),
      result: { kind: 'Retry', reason: 'RateLimited', afterMs: 9_000 },
    },
    { title: '429 in the text of a 200', answer: say(200, failedInText(429)), result: { kind: 'Retry', reason: 'RateLimited' } },
    { title: '413 in the text of a 200', answer: say(200, failedInText(413)), result: { kind: 'Permanent', reason: 'Refused' } },
    { title: '413', answer: say(413), result: { kind: 'Permanent', reason: 'Refused' } },
    { title: '500', answer: say(500), result: { kind: 'Retry', reason: 'Unavailable' } },
    { title: '401', answer: say(401), result: { kind: 'Permanent', reason: 'Refused' } },
    {
      title: '302',
      answer: say(302, '', { location: 'http://127.0.0.1:1/' }),
      result: { kind: 'Permanent', reason: 'RedirectRefused' },
    },
    { title: 'nothing', answer: silence, result: { kind: 'Retry', reason: 'NoAnswer' } },
  ])('is answered $title: $result', async ({ answer, result }) => {
    const { result: got, hook } = await sendTo(answer);

    expect(got).toMatchObject(result);
    expect(JSON.stringify(got)).not.toContain('secret');
    expect(hook.requests).toHaveLength(1);
  });

  it('gets the message with a retry after a 500', async () => {
    let tries = 0;
    const hook = await world.keep(startReceiver((response) => response.writeHead((tries += 1) === 1 ? 500 : 202).end()));
    world.secret('chat', 'teams', { url: hook.url });
    const spec = { name: 'chat', teams: { webhookUrlSecretRef: { name: 'teams', key: 'url' } } };

    expect(await world.send(spec)).toMatchObject({ kind: 'Retry' });
    expect(await world.send(spec)).toEqual({ kind: 'Delivered' });
    expect(hook.requests[1]?.body).toBe(hook.requests[0]?.body);
  });

  it.each([
    { title: 'its URL is missing', secret: {}, reason: 'SecretMissing' },
    { title: 'its URL is invalid', secret: { url: 'teams.example' }, reason: 'SecretInvalid' },
  ])('is not sent when $title', async ({ secret, reason }) => {
    world.secret('chat', 'teams', { ...secret });

    const result = await world.send({ name: 'chat', teams: { webhookUrlSecretRef: { name: 'teams', key: 'url' } } });

    expect(result).toMatchObject({ kind: 'Permanent', reason });
  });
});
