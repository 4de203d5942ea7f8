import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { notificationOf } from '../../../../unit/notify/notification-of.ts';
import { MAIL_SERVER_NAME, startMailServer } from '../../../../support/mail-server.ts';
import type { WayOut } from '../../a-sink.ts';
import { agentFor, closeMailing, EMAIL, mailServer, send } from '../../mailing.ts';

// nock would put itself between TLS and the codes of its errors.
beforeAll(() => {
  nock.restore();
});
afterEach(closeMailing);

/** Every name leads to the loopback. */
const toLoopback: NonNullable<WayOut['lookup']> = (_name, _options, callback) => {
  callback(null, [{ address: '127.0.0.1', family: 4 }]);
};

describe('A mail server that cannot be trusted or reached', () => {
  it('without STARTTLS gets neither password nor mail', async () => {
    const server = await mailServer({ options: { disabledCommands: ['STARTTLS'], allowInsecureAuth: true, hideSTARTTLS: true } });

    expect(await send(agentFor(server))).toMatchObject({ kind: 'Permanent', reason: 'TlsRefused' });
    expect(server.mails).toEqual([]);
  });

  it.each([
    { title: 'a certificate of an unknown authority', keys: { 'ca.crt': undefined }, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { title: 'a certificate of another name', keys: { host: 'other.example' }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  ])('with $title gets nothing, and is retried', async ({ keys, code }) => {
    const server = await mailServer();

    const answer = await send(agentFor(server, keys, { lookup: toLoopback }));

    expect(answer).toMatchObject({ kind: 'Retry', reason: 'NoAnswer', message: expect.stringContaining(code) });
    expect(server.mails).toEqual([]);
  });

  it('is verified by its name, whatever its address', async () => {
    const server = await mailServer();

    expect(await send(agentFor(server, { host: MAIL_SERVER_NAME }, { lookup: toLoopback }))).toEqual({ kind: 'Delivered' });
    expect(server.mails[0]?.servername).toBe(MAIL_SERVER_NAME);
  });

  it.each([
    { title: 'a guarded address', keys: {}, allow: '' },
    { title: 'a name that leads to a guarded address', keys: { host: MAIL_SERVER_NAME }, allow: MAIL_SERVER_NAME },
  ])('at $title gets no connection', async ({ keys, allow }) => {
    const server = await mailServer();

    const answer = await send(agentFor(server, keys, { allow, lookup: toLoopback }));

    expect(answer).toMatchObject({ kind: 'Permanent', reason: 'AddressNotAllowed' });
    expect(server.mails).toEqual([]);
  });

  it('that does not exist is retried', async () => {
    const server = await startMailServer();
    const sending = agentFor(server);
    await server.close();

    expect(await send(sending)).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `127.0.0.1:${server.port}: ECONNREFUSED`,
    });
  });

  it('that stays silent leads to a timeout', async () => {
    const silent = await mailServer({ options: { onConnect: () => undefined } });

    expect(await send(agentFor(silent, {}, { smtpTimeoutMs: 300 }))).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `127.0.0.1:${silent.port}: not finished within 0.3 s`,
    });
  });

  it('is disconnected at once when the agent must not send any more', async () => {
    const baton = new AbortController();
    const server = await mailServer({
      options: {
        onConnect: () => {
          baton.abort();
        },
      },
    });

    const sent = agentFor(server).send(
      { name: 'mail', email: EMAIL },
      { notification: notificationOf('clean'), signal: baton.signal },
    );
    expect(await sent).toMatchObject({
      kind: 'Retry',
      message: `127.0.0.1:${server.port}: the agent stopped waiting`,
    });
  });
});

describe('The Secret of an email sink', () => {
  it.each([
    {
      title: 'has no host',
      keys: { host: undefined },
      reason: 'SecretMissing',
      message: 'the key host of the Secret smtp is missing; nothing was sent',
    },
    {
      title: 'has a password for a connection without TLS',
      keys: { tls: 'none' },
      reason: 'SecretInvalid',
      message: 'the key tls of the Secret smtp must not be none with a password',
    },
    {
      title: 'has half a login',
      keys: { password: undefined },
      reason: 'SecretInvalid',
      message: 'the key password of the Secret smtp is missing although there is a username',
    },
    { title: 'has an invalid port', keys: { port: '99999' }, reason: 'SecretInvalid', message: 'must be a port number' },
    {
      title: 'has an unknown tls',
      keys: { tls: 'ssl' },
      reason: 'SecretInvalid',
      message: 'the key tls of the Secret smtp must be starttls, implicit or none',
    },
    {
      title: 'has an invalid host',
      keys: { host: 'a b' },
      reason: 'SecretInvalid',
      message: 'the key host of the Secret smtp must be a host name or an IP address',
    },
  ])('that $title prevents the email', async ({ keys, reason, message }) => {
    const server = await mailServer();

    expect(await send(agentFor(server, keys))).toMatchObject({
      kind: 'Permanent',
      reason,
      message: expect.stringContaining(message),
    });
    expect(server.mails).toEqual([]);
  });
});
