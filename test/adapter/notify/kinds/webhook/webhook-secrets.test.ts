import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Webhook } from 'standardwebhooks';
import type { WebhookSink } from '../../../../../src/api/generated/upgradeplan.ts';
import type { SendResult } from '../../../../../src/core/notification/model/send-result.ts';
import { NOTIFICATION, SinkWorld } from '../../a-sink.ts';
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

function send(webhook: WebhookSink): Promise<SendResult> {
  return world.send({ name: 'ops', webhook });
}

function reference(key: string): { name: string; key: string } {
  return { name: 'ops-webhook', key };
}

describe('A signed webhook', () => {
  const whsec = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const binary = Uint8Array.from({ length: 32 }, (_, i) => i * 8);
  it.each([
    { title: 'whsec_', file: whsec, verifier: new Webhook(whsec) },
    { title: 'whsec_ with a line break', file: `${whsec}\n`, verifier: new Webhook(whsec) },
    {
      title: 'a plain text',
      file: 'correct horse battery staple',
      verifier: new Webhook('correct horse battery staple', { format: 'raw' }),
    },
    {
      title: 'a plain text with a line break',
      file: 'correct horse\r\n',
      verifier: new Webhook('correct horse', { format: 'raw' }),
    },
    { title: 'bytes', file: binary, verifier: new Webhook(binary, { format: 'raw' }) },
    {
      title: 'bytes that end like a line',
      file: Uint8Array.of(0xff, 0x0a),
      verifier: new Webhook(Uint8Array.of(0xff, 0x0a), { format: 'raw' }),
    },
  ])('can be verified with the standardwebhooks package: $title', async ({ file, verifier }) => {
    const ops = await receiver();
    world.secret('ops', 'ops-webhook', { secret: file });

    expect(await send({ url: ops.url, signingSecretRef: reference('secret') })).toEqual({ kind: 'Delivered' });
    const { body, headers } = ops.requests[0]!;
    expect(verifier.verify(body, headers as Record<string, string>)).toMatchObject({ id: NOTIFICATION.id });
  });

  it.each([
    { title: 'there is no file', file: undefined, reason: 'SecretMissing' },
    { title: 'the file is empty', file: '\n', reason: 'SecretInvalid' },
    { title: 'the file begins with whsec_ but is not base64', file: 'whsec_***', reason: 'SecretInvalid' },
  ])('is not sent when $title', async ({ file, reason }) => {
    const ops = await receiver();
    if (file !== undefined) world.secret('ops', 'ops-webhook', { secret: file });

    const result = await send({ url: ops.url, signingSecretRef: reference('secret') });

    expect(result).toMatchObject({ kind: 'Permanent', reason });
    expect(JSON.stringify(result)).not.toContain('***');
    expect(ops.requests).toHaveLength(0);
  });
});

describe('A webhook whose signing secret is being changed', () => {
  const oldSecret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
  const newSecret = 'whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD';
  const changing = { signingSecretRef: reference('secret'), previousSigningSecretRef: reference('previous') };

  it('is signed with the new secret and with the old one, so that either verifies it', async () => {
    const ops = await receiver();
    world.secret('ops', 'ops-webhook', { secret: newSecret, previous: oldSecret });

    expect(await send({ url: ops.url, ...changing })).toEqual({ kind: 'Delivered' });
    const { body, headers } = ops.requests[0]!;
    expect(headers['webhook-signature']).toMatch(/^v1,[^ ]+ v1,[^ ]+$/);
    for (const secret of [newSecret, oldSecret]) {
      expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toMatchObject({ id: NOTIFICATION.id });
    }
  });

  it('is signed with the new one alone once the old one is gone', async () => {
    const ops = await receiver();
    world.secret('ops', 'ops-webhook', { secret: newSecret });

    expect(await send({ url: ops.url, ...changing })).toEqual({ kind: 'Delivered' });
    expect(ops.requests[0]?.headers['webhook-signature']).toMatch(/^v1,[^ ]+$/);
  });

  it.each([
    { title: 'the new one is missing', secrets: { previous: oldSecret }, reason: 'SecretMissing' },
    { title: 'the old one is broken', secrets: { secret: newSecret, previous: 'whsec_***' }, reason: 'SecretInvalid' },
  ])('is not sent when $title', async ({ secrets, reason }) => {
    const ops = await receiver();
    world.secret('ops', 'ops-webhook', { ...secrets });

    expect(await send({ url: ops.url, ...changing })).toMatchObject({ kind: 'Permanent', reason });
    expect(ops.requests).toHaveLength(0);
  });
});

describe('A webhook whose URL is secret', () => {
  it('is read from the Secret, and an error names only its host', async () => {
    const ops = await receiver((response) => response.writeHead(410).end());
    world.secret('ops', 'ops-webhook', { url: `${ops.url}\n` });

    const result = await send({ urlSecretRef: reference('url') });

    expect(ops.requests.map(({ path }) => path)).toEqual(['/services/T0/secret-path?token=secret-token']);
    expect(result).toEqual({
      kind: 'Permanent',
      reason: 'Refused',
      message: `HTTP 410 from ${ops.host}: the endpoint was removed; remove the sink from the plan or change its URL`,
    });
  });

  it.each([
    { title: 'is missing', url: undefined, reason: 'SecretMissing', message: 'is missing' },
    { title: 'is empty', url: '\n', reason: 'SecretInvalid', message: 'is empty' },
    {
      title: 'has another scheme',
      url: 'ftp://hush.example/',
      reason: 'SecretInvalid',
      message: 'must be a URL that begins with https:// or http://',
    },
    {
      title: 'has a password',
      url: 'https://a:hush@b.example/',
      reason: 'SecretInvalid',
      message: 'must not have a user name or a password in the URL',
    },
  ])('is not sent when it $title', async ({ url, reason, message }) => {
    if (url !== undefined) world.secret('ops', 'ops-webhook', { url });

    expect(await send({ urlSecretRef: reference('url') })).toEqual({
      kind: 'Permanent',
      reason,
      message: `the key url of the Secret ops-webhook ${message}; nothing was sent`,
    });
  });
});

describe('A webhook with an Authorization header', () => {
  it('gets the value of the Secret', async () => {
    const ops = await receiver();
    world.secret('ops', 'ops-webhook', { authorization: 'Bearer hush-hush\n' });

    expect(await send({ url: ops.url, authorizationSecretRef: reference('authorization') })).toEqual({ kind: 'Delivered' });
    expect(ops.requests[0]?.headers.authorization).toBe('Bearer hush-hush');
  });

  it.each([
    { title: 'it is missing', value: undefined, reason: 'SecretMissing' },
    { title: 'it has several lines', value: 'Bearer a\nX-Other: b', reason: 'SecretInvalid' },
  ])('is not sent when $title', async ({ value, reason }) => {
    const ops = await receiver();
    if (value !== undefined) world.secret('ops', 'ops-webhook', { authorization: value });

    const result = await send({ url: ops.url, authorizationSecretRef: reference('authorization') });

    expect(result).toMatchObject({ kind: 'Permanent', reason });
    expect(JSON.stringify(result)).not.toContain('Bearer');
    expect(ops.requests).toHaveLength(0);
  });
});
