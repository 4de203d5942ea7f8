import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { SendResult } from '../../../src/core/notification/model/send-result.ts';
import { NOTIFICATION, SinkWorld } from './a-sink.ts';
import { startVerifyingReceiver, type VerifyingReceiver } from './verifying-receiver.ts';

const RIGHT = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
const WRONG = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';

let world: SinkWorld;
let receiver: VerifyingReceiver;

beforeEach(async () => {
  world = new SinkWorld();
  receiver = await world.keep(startVerifyingReceiver(RIGHT));
  world.secret('ops', 'ops-ca', { 'ca.crt': receiver.ca });
});
afterEach(async () => {
  await world.close();
});

function send(signing: { readonly signingSecretRef?: { readonly name: string; readonly key: string } }): Promise<SendResult> {
  const connection = { tls: { caSecretRef: { name: 'ops-ca', key: 'ca.crt' } } };
  return world.send({ name: 'ops', connection, webhook: { url: receiver.url, ...signing } });
}

const signingSecretRef = { name: 'ops-webhook', key: 'secret' };

describe('The receiver of the tests that verifies signatures', () => {
  it('accepts what is signed with its key', async () => {
    world.secret('ops', 'ops-webhook', { secret: RIGHT });

    expect(await send({ signingSecretRef })).toEqual({ kind: 'Delivered' });
    expect(receiver.taken.map(({ id }) => id)).toEqual([NOTIFICATION.id]);
  });

  it.each([
    { title: 'is signed with another key', signing: { signingSecretRef } },
    { title: 'is not signed', signing: {} },
  ])('rejects what $title', async ({ signing }) => {
    world.secret('ops', 'ops-webhook', { secret: WRONG });

    expect(await send(signing)).toMatchObject({
      kind: 'Permanent',
      reason: 'Refused',
      message: expect.stringContaining('HTTP 401'),
    });
    expect(receiver.taken).toEqual([]);
  });
});
