import { afterEach, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import { startReceiver, type Arrival, type DemoReceiver } from '../../demo/receiver.ts';
import { relayTo } from '../../demo/relay.ts';

const KEY = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
let receiver: DemoReceiver | undefined;

afterEach(async () => receiver?.close());

async function send(key: string): Promise<{ readonly arrivals: readonly Arrival[]; readonly answer: unknown }> {
  const arrivals: Arrival[] = [];
  receiver = await startReceiver(KEY, (arrival) => arrivals.push(arrival));
  const body = JSON.stringify({ id: 'b/1', kind: 'BatchSettled' });
  // A time of the simulation, which is far from that of this machine.
  const time = new Date('2030-01-01T00:00:00Z');
  const headers = {
    'content-type': 'application/json',
    'webhook-id': 'b/1',
    'webhook-timestamp': String(time.getTime() / 1000),
    'webhook-signature': new Webhook(key).sign('b/1', time, body),
  };
  const url = new URL(receiver.url);
  return { answer: await relayTo(receiver.url)({ method: 'POST', url, headers, body, time: 0 }), arrivals };
}

it('The demo receives a signed notification over HTTP, whatever time it is in the simulation', async () => {
  const { answer, arrivals } = await send(KEY);
  expect(answer).toEqual({ kind: 'Answers', status: 200, body: '' });
  expect(arrivals).toEqual([
    {
      notification: { id: 'b/1', kind: 'BatchSettled' },
      body: '{"id":"b/1","kind":"BatchSettled"}',
      contentType: 'application/json',
    },
  ]);
});

it('The demo rejects a notification with a wrong signature', async () => {
  const { answer, arrivals } = await send(`whsec_${Buffer.alloc(24, 8).toString('base64')}`);
  expect([answer, arrivals]).toEqual([{ kind: 'Answers', status: 401, body: 'the signature is invalid' }, []]);
});

it('The demo leaves requests to other servers in the simulation', () => {
  const url = new URL('http://127.0.0.1:9/other');
  expect(relayTo('http://127.0.0.1:8/upgrades')({ method: 'POST', url, headers: {}, body: '', time: 0 })).toBeUndefined();
});
