import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import { tell } from '../../core/notify/tell.ts';
import { startReceiver, type Answer, type Receiver } from './receiver.ts';
import { openSending, type Sending } from './sending.ts';

let sending: Sending;
const receivers: Receiver[] = [];

beforeEach(() => {
  sending = openSending({ timeoutMs: 500 });
});
afterEach(async () => {
  await Promise.all([sending.close(), ...receivers.splice(0).map((receiver) => receiver.close())]);
});

async function receiver(answer?: Answer): Promise<Receiver> {
  const started = await startReceiver(answer);
  receivers.push(started);
  return started;
}

const SINKS: readonly { readonly kind: string; readonly spec: (host: string) => SinkSpec; readonly path: string }[] = [
  {
    kind: 'pagerDuty',
    spec: (host) => ({
      name: 'page',
      pagerDuty: { routingKeySecretRef: { name: 'pagerduty', key: 'routingKey' }, url: `http://${host}` },
    }),
    path: '/v2/enqueue',
  },
  {
    kind: 'alertmanager',
    spec: (host) => ({ name: 'alerts', alertmanager: { url: `http://${host}/am/` } }),
    path: '/am/api/v2/alerts',
  },
];

describe.each(SINKS)('the sink $kind', ({ spec, path }) => {
  beforeEach(() => {
    sending.secret('page', 'pagerduty', 'routingKey', 'R0UT1NGKEY\n');
  });

  it.each([
    { title: 'takes what is accepted', status: 202, result: { kind: 'Delivered' } },
    { title: 'comes back when asked to', status: 429, result: { kind: 'Retry', reason: 'RateLimited', afterMs: 7_000 } },
    { title: 'comes back after a server error', status: 500, result: { kind: 'Retry', reason: 'Unavailable' } },
    { title: 'gives up when it is refused', status: 401, result: { kind: 'Permanent', reason: 'Refused' } },
    { title: 'gives up when it is wrong', status: 400, result: { kind: 'Permanent', reason: 'Refused' } },
    { title: 'gives up when it is too large', status: 413, result: { kind: 'Permanent', reason: 'Refused' } },
  ])('$title ($status)', async ({ status, result }) => {
    const server = await receiver((response) => response.writeHead(status, { 'retry-after': '7' }).end('R0UT1NGKEY'));

    const answer = await sending.send(spec(server.host), tell('paused'));

    expect(answer).toMatchObject(result);
    expect(server.requests).toHaveLength(1);
    expect(server.requests[0]).toMatchObject({ method: 'POST', path, headers: { 'content-type': 'application/json' } });
    expect(JSON.stringify(answer)).not.toContain('R0UT1NGKEY');
  });

  it('gets the same again after a server error', async () => {
    const server = await receiver((response) => response.writeHead(server.requests.length === 1 ? 500 : 200).end());

    expect(await sending.send(spec(server.host), tell('thousand-failures'))).toMatchObject({ kind: 'Retry' });
    expect(await sending.send(spec(server.host), tell('thousand-failures'))).toEqual({ kind: 'Delivered' });

    const [first, second] = server.requests.map(({ body }) => JSON.parse(body) as unknown);
    const identity = (sent: unknown): unknown => (Array.isArray(sent) ? (sent[0] as { labels: unknown }).labels : sent);
    expect(identity(second)).toEqual(identity(first));
  });

  it('is tried again when it does not answer', async () => {
    const server = await receiver(() => undefined);

    expect(await sending.send(spec(server.host), tell('paused'))).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `${server.host}: no answer within 0.5 s`,
    });
  });
});

describe('PagerDuty', () => {
  it('gets the routing key in the body alone', async () => {
    const server = await receiver((response) => response.writeHead(202).end());
    sending.secret('page', 'pagerduty', 'routingKey', 'R0UT1NGKEY\n');

    await sending.send({ ...SINKS[0]!.spec(server.host), send: 'EveryBatch' }, tell('clean'));

    expect(server.requests.map((request) => request.path)).toEqual(['/v2/enqueue', '/v2/change/enqueue']);
    for (const { body } of server.requests) expect(JSON.parse(body)).toMatchObject({ routing_key: 'R0UT1NGKEY' });
  });

  it('is not told of a change again and again while it refuses the resolution', async () => {
    const server = await receiver((response) => response.writeHead(500).end());
    sending.secret('page', 'pagerduty', 'routingKey', 'R0UT1NGKEY');

    await sending.send({ ...SINKS[0]!.spec(server.host), send: 'EveryBatch' }, tell('clean'));

    expect(server.requests.map((request) => request.path)).toEqual(['/v2/enqueue']);
  });

  it('is told nothing without the routing key', async () => {
    const server = await receiver();

    expect(await sending.send(SINKS[0]!.spec(server.host), tell('paused'))).toEqual({
      kind: 'Permanent',
      reason: 'SecretMissing',
      message: 'the key routingKey of the Secret pagerduty is missing; nothing was sent',
    });
    expect(server.requests).toEqual([]);
  });
});
