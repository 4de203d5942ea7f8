import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import type { SendResult } from '../../../src/core/notification/model/send-result.ts';
import { notificationOf } from '../../unit/notify/notification-of.ts';
import { SinkWorld } from './a-sink.ts';
import { startReceiver, type Answer, type Receiver } from './receiver.ts';

let world: SinkWorld;

beforeEach(() => {
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

function receiver(status: number): Promise<Receiver> {
  const answer: Answer = (response) => response.writeHead(status).end();
  return world.keep(startReceiver(answer));
}

describe('PagerDuty', () => {
  const routingKeySecretRef = { name: 'pagerduty', key: 'routingKey' };
  const send = (host: string, scenario: string): Promise<SendResult> => {
    const spec: SinkSpec = { name: 'page', send: 'EveryBatch', pagerDuty: { routingKeySecretRef, url: `http://${host}` } };
    return world.send(spec, { notification: notificationOf(scenario) });
  };

  it('gets the routing key only in the body', async () => {
    const server = await receiver(202);
    world.secret('page', 'pagerduty', { routingKey: 'R0UT1NGKEY\n' });

    expect(await send(server.host, 'clean')).toEqual({ kind: 'Delivered' });

    expect(server.requests.map((request) => request.path)).toEqual(['/v2/enqueue', '/v2/change/enqueue']);
    for (const { body } of server.requests) expect(JSON.parse(body)).toMatchObject({ routing_key: 'R0UT1NGKEY' });
  });

  it('does not get a change event with each attempt while it rejects the resolution', async () => {
    const server = await receiver(500);
    world.secret('page', 'pagerduty', { routingKey: 'R0UT1NGKEY' });

    await send(server.host, 'clean');

    expect(server.requests.map((request) => request.path)).toEqual(['/v2/enqueue']);
  });

  it('gets nothing without the routing key', async () => {
    const server = await receiver(202);

    expect(await send(server.host, 'paused')).toEqual({
      kind: 'Permanent',
      reason: 'SecretMissing',
      message: 'the key routingKey of the Secret pagerduty is missing; nothing was sent',
    });
    expect(server.requests).toEqual([]);
  });
});

describe('Alertmanager', () => {
  const authorizationSecretRef = { name: 'alerts', key: 'authorization' };
  const basic = `Basic ${Buffer.from('baton:hush-hush').toString('base64')}`;

  it('gets alerts below its path prefix, with the same labels each time', async () => {
    const server = await receiver(200);
    const spec = { name: 'alerts', alertmanager: { url: `http://${server.host}/am/` } };

    for (let i = 0; i < 2; i++) await world.send(spec, { notification: notificationOf('thousand-failures') });

    for (const { path } of server.requests) expect(path).toBe('/am/api/v2/alerts');
    const labels = server.requests.map(({ body }) => (JSON.parse(body) as { labels: object }[]).map((alert) => alert.labels));
    expect(labels[1]).toEqual(labels[0]);
  });

  it.each([
    { title: 'a user name and a password', authorization: basic },
    { title: 'a token', authorization: 'Bearer hush-hush' },
  ])('gets $title', async ({ authorization }) => {
    const server = await world.keep(
      startReceiver((response, { headers }) =>
        response.writeHead(headers.authorization === authorization ? 200 : 401).end(headers.authorization),
      ),
    );
    const spec = { name: 'alerts', alertmanager: { url: `http://${server.host}`, authorizationSecretRef } };
    world.secret('alerts', 'alerts', { authorization: `${authorization}\n` });

    expect(await world.send(spec)).toEqual({ kind: 'Delivered' });

    world.secret('alerts', 'alerts', { authorization: 'Bearer wrong' });
    const refused = await world.send(spec);
    expect(refused).toMatchObject({ kind: 'Permanent', reason: 'Refused', message: expect.stringContaining('HTTP 401') });
    expect(JSON.stringify(refused)).not.toContain('wrong');
  });

  it('gets nothing without its Authorization header', async () => {
    const server = await receiver(200);

    const result = await world.send({ name: 'alerts', alertmanager: { url: server.url, authorizationSecretRef } });

    expect(result).toMatchObject({ kind: 'Permanent', reason: 'SecretMissing' });
    expect(server.requests).toEqual([]);
  });
});
