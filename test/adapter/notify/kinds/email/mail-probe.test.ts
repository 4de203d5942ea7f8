import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createServer, type AddressInfo } from 'node:net';
import nock from 'nock';
import type { ProbeResult } from '../../../../../src/core/notification/model/send-result.ts';
import { startMailServer } from '../../../../support/mail-server.ts';
import { agentFor, closeMailing, EMAIL, mailServer } from '../../mailing.ts';
import type { SinkWorld } from '../../a-sink.ts';

// nock would put itself between TLS and the codes of its errors.
beforeAll(() => {
  nock.restore();
});
afterEach(closeMailing);

function probe(world: SinkWorld, signal?: AbortSignal): Promise<ProbeResult | undefined> {
  return world.probe({ name: 'mail', email: EMAIL }, signal === undefined ? {} : { signal });
}

describe('A probe of a mail server', () => {
  it('logs in and sends no email', async () => {
    const users: (string | undefined)[] = [];
    const server = await mailServer({
      options: {
        onAuth: ({ username = '' }, session, done) => {
          users.push(`${username}, ${session.secure ? 'encrypted' : 'plain'}`);
          done(null, { user: username });
        },
      },
      onRecipient: () => {
        throw new Error('a probe has no recipient');
      },
    });

    expect(await probe(agentFor(server))).toEqual({ kind: 'Reached' });
    expect(users).toEqual(['baton, encrypted']);
    expect(server.mails).toEqual([]);
  });

  it.each([
    { title: 'a wrong password', keys: { password: 'wrong horse' }, reason: 'AuthRefused' },
    { title: 'no host', keys: { host: undefined }, reason: 'SecretMissing' },
    { title: 'an invalid port', keys: { port: 'smtp' }, reason: 'SecretInvalid' },
    { title: 'no authority', keys: { 'ca.crt': undefined }, reason: 'NoAnswer' },
  ])('fails with $title', async ({ keys, reason }) => {
    const server = await mailServer();

    const result = await probe(agentFor(server, keys));

    expect(result).toMatchObject({ reason });
    expect(JSON.stringify(result)).not.toContain('horse');
  });

  it('fails without STARTTLS', async () => {
    const server = await mailServer({ options: { disabledCommands: ['STARTTLS'], hideSTARTTLS: true } });

    expect(await probe(agentFor(server))).toMatchObject({ kind: 'Permanent', reason: 'TlsRefused' });
  });

  it('fails at a guarded address, and if nothing listens there', async () => {
    const server = await startMailServer();
    expect(await probe(agentFor(server, {}, { allow: '' }))).toMatchObject({ reason: 'AddressNotAllowed' });

    await server.close();
    expect(await probe(agentFor(server))).toMatchObject({
      kind: 'Retry',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  it.each([
    { title: 'it times out', smtpTimeoutMs: 300, stops: false, message: 'not finished within 0.3 s' },
    { title: 'the agent stops', smtpTimeoutMs: 60_000, stops: true, message: 'the agent stopped waiting' },
  ])('disconnects from a silent server when $title', async ({ smtpTimeoutMs, stops, message }) => {
    const { promise: closed, resolve } = Promise.withResolvers<undefined>();
    const silent = createServer((socket) => {
      socket.on('close', () => {
        resolve(undefined);
      });
      socket.on('error', () => undefined);
    });
    await new Promise<void>((listening) => silent.listen(0, '127.0.0.1', listening));
    const { port } = silent.address() as AddressInfo;
    const server = { ...(await mailServer()), port };

    const signal = stops ? AbortSignal.timeout(200) : undefined;
    expect(await probe(agentFor(server, {}, { smtpTimeoutMs }), signal)).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `127.0.0.1:${port}: ${message}`,
    });
    await closed;
    silent.close();
  });
});
