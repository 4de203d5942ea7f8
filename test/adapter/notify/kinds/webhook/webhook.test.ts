import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { LookupFunction } from 'node:net';
import nock from 'nock';
import type { Notification } from '../../../../../src/core/notification/model/notification.ts';
import type { SendResult } from '../../../../../src/core/notification/model/send-result.ts';
import type { HttpClient } from '../../../../../src/notify/http/http-client.ts';
import { notificationOf } from '../../../../unit/notify/notification-of.ts';
import { aClient, NOTIFICATION, SinkWorld, type SendChanges } from '../../a-sink.ts';
import { startReceiver, type Answer, type Receiver } from '../../receiver.ts';

let world: SinkWorld;

beforeEach(() => {
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

function receiver(answer?: Answer): Promise<Receiver> {
  return world.keep(startReceiver(answer));
}

function client(changes: Parameters<typeof aClient>[0]): Promise<HttpClient> {
  return world.keep(aClient(changes));
}

function send(url: string, changes: SendChanges = {}): Promise<SendResult> {
  return world.send({ name: 'ops', webhook: { url } }, changes);
}

describe('A webhook', () => {
  it('gets the notification as JSON with its id', async () => {
    const ops = await receiver();

    expect(await send(ops.url)).toEqual({ kind: 'Delivered' });
    expect(ops.requests).toHaveLength(1);
    expect(ops.requests[0]).toMatchObject({
      method: 'POST',
      path: '/services/T0/secret-path?token=secret-token',
      headers: { 'content-type': 'application/json', 'user-agent': 'baton/0.1.0', 'webhook-id': NOTIFICATION.id },
    });
    expect(JSON.parse(ops.requests[0]!.body)).toEqual(JSON.parse(JSON.stringify(NOTIFICATION)));
    expect(ops.requests[0]?.headers['webhook-signature']).toBeUndefined();
  });

  it('reads an answer whose body does not end', async () => {
    const endless = await receiver((response) => {
      response.writeHead(200);
      response.write('x'.repeat(100_000));
    });

    expect(await send(endless.url)).toEqual({ kind: 'Delivered' });
  });
});

describe('The answer of a webhook', () => {
  it.each([
    { status: 200, result: { kind: 'Delivered' } },
    { status: 202, result: { kind: 'Delivered' } },
    { status: 301, result: { kind: 'Permanent', reason: 'RedirectRefused' } },
    { status: 307, result: { kind: 'Permanent', reason: 'RedirectRefused' } },
    { status: 400, result: { kind: 'Permanent', reason: 'Refused' } },
    { status: 401, result: { kind: 'Permanent', reason: 'Refused' } },
    { status: 404, result: { kind: 'Permanent', reason: 'Refused' } },
    { status: 408, result: { kind: 'Retry', reason: 'Unavailable' } },
    { status: 410, result: { kind: 'Permanent', reason: 'Refused' } },
    { status: 429, result: { kind: 'Retry', reason: 'RateLimited' } },
    { status: 500, result: { kind: 'Retry', reason: 'Unavailable' } },
    { status: 503, result: { kind: 'Retry', reason: 'Unavailable' } },
  ])('$status means $result', async ({ status, result }) => {
    const elsewhere = await receiver();
    const ops = await receiver((response) => response.writeHead(status, { location: elsewhere.url }).end('no secret-token here'));

    const answer = await send(ops.url);

    expect(answer).toMatchObject(result);
    expect(elsewhere.requests).toHaveLength(0);
    expect(ops.requests).toHaveLength(1);
    if (answer.kind !== 'Delivered') expect(answer.message).toContain(`HTTP ${status} from ${ops.host}`);
    expect(JSON.stringify(answer)).not.toContain('secret');
  });

  it('may say when to retry', async () => {
    const ops = await receiver((response) => response.writeHead(429, { 'retry-after': '7' }).end());

    expect(await send(ops.url)).toMatchObject({ kind: 'Retry', afterMs: 7_000 });
  });
});

describe('A webhook that rejects the notification as too large', () => {
  function acceptsAtMost(bytes: number): Answer {
    return (response, request) => response.writeHead(Number(request.headers['content-length']) > bytes ? 413 : 204).end();
  }

  it.each([
    { title: 'all nodes', scenario: 'thousand-failures', maxBytes: 1_000_000, nodes: 1_000, omitted: undefined, requests: 1 },
    { title: 'no nodes', scenario: 'thousand-failures', maxBytes: 65_536, nodes: 0, omitted: 1_000, requests: 2 },
    { title: 'the nodes that did not succeed', scenario: 'paused', maxBytes: 10_000, nodes: 10, omitted: 90, requests: 2 },
  ] as const)(
    'gets $title of $scenario if the receiver accepts $maxBytes bytes',
    async ({ scenario, maxBytes, nodes, omitted, requests }) => {
      const ops = await receiver(acceptsAtMost(maxBytes));
      const notification = notificationOf(scenario);

      expect(await send(ops.url, { notification })).toEqual({ kind: 'Delivered' });
      expect(ops.requests.map(({ headers }) => headers['webhook-id'])).toEqual(Array(requests).fill(notification.id));
      const body = JSON.parse(ops.requests.at(-1)?.body ?? '') as Notification;
      expect(body.nodes).toHaveLength(nodes);
      expect(body.nodesOmitted).toBe(omitted);
      expect(body).toMatchObject({ counts: notification.counts, text: notification.text });
    },
  );

  it('fails if the receiver even rejects the notification without nodes', async () => {
    const ops = await receiver(acceptsAtMost(10));

    expect(await send(ops.url)).toMatchObject({
      kind: 'Permanent',
      reason: 'Refused',
      message: expect.stringContaining('HTTP 413'),
    });
    expect(ops.requests).toHaveLength(2);
  });

  it('gets the text of a template completely or not at all', async () => {
    const ops = await receiver(acceptsAtMost(10));

    const result = await world.send({ name: 'ops', webhook: { url: ops.url }, template: 'Batch {{ batch.name }} is done' });

    expect(result).toMatchObject({ kind: 'Permanent', reason: 'Refused' });
    expect(ops.requests).toHaveLength(1);
  });
});

describe('A webhook that does not answer', () => {
  it.each([
    { title: 'closes the connection', answer: (response) => response.destroy(), message: 'UND_ERR_SOCKET' },
    { title: 'is silent', answer: () => undefined, message: 'no answer within 0.3 s' },
  ] satisfies { title: string; answer: Answer; message: string }[])(
    'is tried again when it $title',
    async ({ answer, message }) => {
      const ops = await receiver(answer);

      expect(await send(ops.url, { http: await client({ timeoutMs: 300 }) })).toEqual({
        kind: 'Retry',
        reason: 'NoAnswer',
        message: `${ops.host}: ${message}`,
      });
    },
  );

  it('is retried if nothing listens there', async () => {
    const gone = await startReceiver();
    await gone.close();

    expect(await send(gone.url)).toMatchObject({ kind: 'Retry', reason: 'NoAnswer', message: `${gone.host}: ECONNREFUSED` });
  });

  it.each([{ code: 'ECONNRESET' }, { code: 'ETIMEDOUT' }, { code: 'CERT_HAS_EXPIRED' }])(
    'is tried again on $code',
    async ({ code }) => {
      nock('https://hooks.example')
        .post('/upgrades')
        .replyWithError(Object.assign(new Error('https://hooks.example/upgrades failed'), { code }));

      const result = await send('https://hooks.example/upgrades', { http: await client({ allow: '' }) });

      expect(result).toEqual({ kind: 'Retry', reason: 'NoAnswer', message: `hooks.example: ${code}` });
    },
  );

  it('is aborted at once when the agent must not send any more', async () => {
    const baton = new AbortController();
    const ops = await receiver(() => {
      baton.abort();
    });

    expect(await send(ops.url, { signal: baton.signal })).toMatchObject({
      kind: 'Retry',
      message: `${ops.host}: the agent stopped waiting`,
    });
  });
});

describe('The address of a webhook', () => {
  beforeEach(() => {
    nock.enableNetConnect(/^(127\.0\.0\.1|hooks\.example):/);
  });

  it('must not be the loopback unless the administrator allows it', async () => {
    const ops = await receiver();

    expect(await send(ops.url, { http: await client({ allow: '' }) })).toEqual({
      kind: 'Permanent',
      reason: 'AddressNotAllowed',
      message: `the address of ${ops.host} is not allowed for sinks (BATON_SINK_ALLOW)`,
    });
    expect(ops.requests).toHaveLength(0);
  });

  it('is checked when the connection is made, not when the name was resolved before', async () => {
    const ops = await receiver();
    const port = new URL(ops.url).port;
    const rebound: LookupFunction = (_hostname, _options, callback) => {
      callback(null, [{ address: '127.0.0.1', family: 4 }]);
    };

    for (const allow of ['', 'hooks.example']) {
      const result = await send(`http://hooks.example:${port}/`, { http: await client({ allow, lookup: rebound }) });
      expect(result).toMatchObject({ kind: 'Permanent', reason: 'AddressNotAllowed' });
    }
    expect(ops.requests).toHaveLength(0);
  });

  it('is the allowed one of several', async () => {
    const ops = await receiver();
    const port = new URL(ops.url).port;
    const several: LookupFunction = (_hostname, _options, callback) => {
      callback(null, [
        { address: '169.254.169.254', family: 4 },
        { address: '127.0.0.1', family: 4 },
      ]);
    };

    expect(await send(`http://hooks.example:${port}/`, { http: await client({ lookup: several }) })).toEqual({
      kind: 'Delivered',
    });
  });
});
