import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Receipt } from '../../../src/api/generated/upgradebatch.ts';
import type { Sink as SinkSpec } from '../../../src/api/generated/upgradeplan.ts';
import { judgeAttempt, makeReceipt } from '../../../src/core/baton/attempt.ts';
import type { Notification } from '../../../src/core/notification/model/notification.ts';
import type { SendResult } from '../../../src/core/notification/model/send-result.ts';
import type { SinkKind } from '../../../src/core/sinks/sink-kinds.ts';
import { notificationOf } from '../../unit/notify/notification-of.ts';
import { aClient, NOTIFICATION, SinkWorld } from './a-sink.ts';
import { timeoutFor, silence, startReceiver, type Answer, type Receiver } from './receiver.ts';

/** A kind of sink, how a plan describes it, and how its receiver accepts a message. */
interface Kind {
  readonly kind: string;
  readonly spec: (url: string) => Omit<SinkSpec, 'name'>;
  readonly accepted: { readonly status: number; readonly body: string };
  /** Maximum size of a body that the receiver accepts (bytes). */
  readonly maxBytes: number;
}

const urlSecret = { name: 'secret', key: 'url' };
/** Every kind of sink that speaks HTTP. `email` and `events` have tests of their own. */
const KINDS: Readonly<Record<Exclude<SinkKind, 'email' | 'events'>, readonly Kind[]>> = {
  webhook: [{ kind: 'webhook', spec: (url) => ({ webhook: { url } }), accepted: { status: 204, body: '' }, maxBytes: 1_000_000 }],
  slack: [
    {
      kind: 'slack as an app',
      spec: (url) => ({ slack: { channel: '#upgrades', tokenSecretRef: { name: 'secret', key: 'token' }, apiUrl: url } }),
      accepted: { status: 200, body: '{"ok":true,"channel":"C0","ts":"1.2"}' },
      // The form is percent-encoded; in characters the limits are tested with the message itself.
      maxBytes: 40_000,
    },
    {
      kind: 'slack by an incoming webhook',
      spec: () => ({ slack: { webhookUrlSecretRef: urlSecret } }),
      accepted: { status: 200, body: 'ok' },
      maxBytes: 20_000,
    },
  ],
  teams: [
    {
      kind: 'teams',
      spec: () => ({ teams: { webhookUrlSecretRef: urlSecret } }),
      accepted: { status: 202, body: '' },
      maxBytes: 28 * 1024,
    },
  ],
  pagerDuty: [
    {
      kind: 'pagerDuty',
      spec: (url) => ({ pagerDuty: { routingKeySecretRef: { name: 'secret', key: 'token' }, url } }),
      accepted: { status: 202, body: '{"status":"success"}' },
      maxBytes: 512 * 1024,
    },
  ],
  alertmanager: [
    {
      kind: 'alertmanager',
      spec: (url) => ({ alertmanager: { url } }),
      accepted: { status: 200, body: '' },
      maxBytes: 64 * 1024,
    },
  ],
};

let world: SinkWorld;

beforeEach(() => {
  world = new SinkWorld();
});
afterEach(async () => {
  await world.close();
});

interface Sent {
  readonly result: SendResult;
  readonly receiver: Receiver;
}

async function send({ spec }: Kind, answer: Answer, notification: Notification = NOTIFICATION, tries = 1): Promise<Sent> {
  const receiver = await world.keep(startReceiver(answer));
  world.secret('ops', 'secret', { url: receiver.url, token: 'xoxb-secret-token' });
  const http = await world.keep(aClient({ timeoutMs: timeoutFor(answer) }));
  const described = { name: 'ops', ...spec(`http://${receiver.host}`) };
  let result = await world.send(described, { http, notification });
  for (let i = 1; i < tries; i++) result = await world.send(described, { http, notification });
  return { result, receiver };
}

/** The receipt after the first attempt; undefined if there will be another attempt. */
function receiptOf(result: SendResult): Receipt | undefined {
  const verdict = judgeAttempt(result, { attempts: 1, timedOut: false, elapsedMs: 0 }, 0);
  if (verdict.kind === 'Retry') return undefined;
  const delivery = { id: NOTIFICATION.id, sink: 'ops', batch: 'kernel-7f3c-4', batchUid: 'uid-of-kernel-7f3c-4' };
  return makeReceipt(delivery, verdict, { node: 'node-1', attempts: 1, now: 0 });
}

function say(status: number, headers: Record<string, string> = {}, body = ''): Answer {
  return (response) => response.writeHead(status, headers).end(body);
}

describe.each(Object.values(KINDS).flat())('A sink of the kind $kind', (kind) => {
  const accepted = say(kind.accepted.status, {}, kind.accepted.body);

  it('delivers, and the receipt says so', async () => {
    const { result, receiver } = await send(kind, accepted);

    expect(result).toMatchObject({ kind: 'Delivered' });
    expect(receiver.requests).toHaveLength(1);
    expect(receiptOf(result)).toMatchObject({ outcome: 'Delivered', sink: 'ops', id: NOTIFICATION.id });
  });

  it('probes its receiver without a message', async () => {
    const receiver = await world.keep(startReceiver(accepted));
    world.secret('ops', 'secret', { url: receiver.url, token: 'xoxb-secret-token' });

    expect(await world.probe({ name: 'ops', ...kind.spec(`http://${receiver.host}`) })).toEqual({ kind: 'Reached' });
    // The probe of a Slack app also checks the token.
    const asked = kind.kind === 'slack as an app' ? { method: 'POST', path: '/auth.test' } : { method: 'HEAD', path: '/' };
    expect(receiver.requests).toEqual([expect.objectContaining({ ...asked, body: '' })]);
  });

  it.each([
    {
      title: '429 with Retry-After',
      answer: say(429, { 'retry-after': '42' }),
      result: { kind: 'Retry', reason: 'RateLimited', afterMs: 42_000 },
    },
    { title: '500', answer: say(500), result: { kind: 'Retry', reason: 'Unavailable' } },
    { title: '401', answer: say(401, {}, 'no xoxb-secret-token'), result: { kind: 'Permanent', reason: 'Refused' } },
    // A webhook gets a second request, without the nodes.
    {
      title: '413',
      answer: say(413),
      result: { kind: 'Permanent', reason: 'Refused' },
      requests: kind.kind === 'webhook' ? 2 : 1,
    },
    { title: 'nothing', answer: silence, result: { kind: 'Retry', reason: 'NoAnswer' } },
  ] satisfies { title: string; answer: Answer; result: object; requests?: number }[])(
    'is answered $title: $result',
    async ({ answer, result, requests = 1 }) => {
      const sent = await send(kind, answer);

      expect(sent.result).toMatchObject(result);
      expect(sent.receiver.requests).toHaveLength(requests);
      expect(JSON.stringify(sent.result)).not.toContain('secret-token');
      const receipt = receiptOf(sent.result);
      if (result.kind === 'Retry') expect(receipt).toBeUndefined();
      else expect(receipt).toMatchObject({ outcome: 'Failed', reason: 'Refused', message: expect.stringContaining('HTTP 4') });
    },
  );

  it('delivers the same after a 500', async () => {
    let count = 0;
    const { result, receiver } = await send(
      kind,
      (response, request) => {
        count += 1;
        if (count === 1) response.writeHead(500).end();
        else accepted(response, request);
      },
      NOTIFICATION,
      2,
    );

    expect(result).toMatchObject({ kind: 'Delivered' });
    expect(receiver.requests[1]?.path).toBe(receiver.requests[0]?.path);
    // Alertmanager's alerts have times.
    if (kind.kind !== 'alertmanager') expect(receiver.requests[1]?.body).toBe(receiver.requests[0]?.body);
  });

  it('stays within the limit of its receiver for a thousand nodes that all failed with long messages', async () => {
    const { result, receiver } = await send(kind, accepted, notificationOf('thousand-failures'));

    expect(result).toMatchObject({ kind: 'Delivered' });
    for (const { body } of receiver.requests) {
      expect(Buffer.byteLength(body)).toBeLessThan(kind.maxBytes);
      // Nothing was cut within a character.
      expect(body).not.toContain('\uFFFD');
      expect(body).not.toContain('%EF%BF%BD');
    }
  });
});
