import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import type { EmailSink } from '../../../src/api/generated/upgradeplan.ts';
import type { SendResult } from '../../../src/core/notification/send-result.ts';
import { tell } from '../../core/notify/tell.ts';
import { MAIL_SERVER_NAME, startMailServer, type MailServer, type MailServerBehaviour } from '../../support/mail-server.ts';
import { readMail, type Mail } from '../../support/read-mail.ts';
import { openSending, type Sending, type SendingChanges } from './sending.ts';

const EMAIL: EmailSink = {
  to: ['ops@example.com', 'night@example.com'],
  from: 'baton@example.com',
  smtpSecretRef: { name: 'smtp' },
};
const closing: { close(): Promise<void> }[] = [];

// nock would put itself between TLS and the codes of its errors.
beforeAll(() => {
  nock.restore();
});
afterEach(async () => {
  await Promise.all(closing.splice(0).map((each) => each.close()));
});

async function mailServer(behaviour?: MailServerBehaviour): Promise<MailServer> {
  const server = await startMailServer('127.0.0.1', behaviour);
  closing.push(server);
  return server;
}

/** An agent with the Secret for a server, and whatever a test makes different about it. */
function agentFor(server: MailServer, keys: Record<string, string | undefined> = {}, changes: SendingChanges = {}): Sending {
  const sending = openSending(changes);
  closing.push(sending);
  const secret: Record<string, string | undefined> = {
    host: server.host,
    port: String(server.port),
    username: server.user,
    password: server.password,
    'ca.crt': server.certificate,
    ...keys,
  };
  for (const [key, value] of Object.entries(secret)) if (value !== undefined) sending.secret('mail', 'smtp', key, `${value}\n`);
  return sending;
}

function send(sending: Sending, scenario = 'paused', email: EmailSink = EMAIL): Promise<SendResult> {
  return sending.send({ name: 'mail', email }, tell(scenario));
}

function received(server: MailServer): Mail[] {
  return server.mails.map(({ raw }) => readMail(raw));
}

describe('a mail', () => {
  it('goes to everybody by STARTTLS with a login, as text and as HTML', async () => {
    const server = await mailServer();

    expect(await send(agentFor(server), 'paused', { ...EMAIL, cc: ['boss@example.com'] })).toEqual({ kind: 'Delivered' });

    expect(server.mails).toHaveLength(1);
    expect(server.mails[0]).toMatchObject({
      from: 'baton@example.com',
      to: ['ops@example.com', 'night@example.com', 'boss@example.com'],
      user: 'baton',
      encrypted: true,
    });
    const [mail] = received(server);
    const { text } = tell('paused');
    expect(mail?.headers.get('subject')).toBe(text.split('\n')[0]);
    expect(mail?.headers.get('from')).toBe('Baton <baton@example.com>');
    expect(mail?.headers.get('auto-submitted')).toBe('auto-generated');
    expect(Date.parse(mail?.headers.get('date') ?? '')).toBeGreaterThan(Date.now() - 60_000);
    expect(mail?.text.startsWith(text)).toBe(true);
    expect(mail?.html).toContain('<b>7× JobFailed (kernel)</b>');
  });

  it('has the same id when it is sent again, and the thread of its rollout', async () => {
    const server = await mailServer();
    const sending = agentFor(server);

    for (const scenario of ['paused', 'paused', 'clean']) await send(sending, scenario);

    const headers = received(server).map((mail) => mail.headers);
    const ids = headers.map((each) => each.get('message-id'));
    expect(ids[0]).toBe('<baton.uid-of-kernel-7f3c-5.1@example.com>');
    expect(ids[1]).toBe(ids[0]);
    expect(ids[2]).not.toBe(ids[0]);
    for (const each of headers) {
      expect(each.get('references')).toBe('<baton.uid-of-plan.7f3c@example.com>');
      expect(each.get('in-reply-to')).toBe('<baton.uid-of-plan.7f3c@example.com>');
    }
  });

  it('of a thousand failures is taken by a server that takes 200 KB', async () => {
    const server = await mailServer({ options: { size: 200_000 } });

    expect(await send(agentFor(server), 'thousand-failures')).toEqual({ kind: 'Delivered' });
    expect(received(server)[0]?.text).toContain('設定ファイルが見つかりません');
  });

  it('goes by implicit TLS where the Secret says so', async () => {
    const server = await mailServer({ options: { secure: true } });

    expect(await send(agentFor(server, { tls: 'implicit' }))).toEqual({ kind: 'Delivered' });
    expect(server.mails[0]?.encrypted).toBe(true);
  });

  it('goes without TLS and login only when the Secret says so', async () => {
    const server = await mailServer({ options: { authOptional: true, hideSTARTTLS: true } });

    expect(await send(agentFor(server, { tls: 'none', username: undefined, password: undefined }))).toEqual({
      kind: 'Delivered',
    });
    expect(server.mails[0]).toMatchObject({ encrypted: false, user: undefined });
  });
});

describe('what a mail server replies', () => {
  it.each([
    { code: 421, result: { kind: 'Retry', reason: 'Unavailable' } },
    { code: 451, result: { kind: 'Retry', reason: 'Unavailable' } },
    { code: 552, result: { kind: 'Permanent', reason: 'Refused' } },
    { code: 554, result: { kind: 'Permanent', reason: 'Refused' } },
  ])('$code to the message means $result', async ({ code, result }) => {
    const server = await mailServer({ onMessage: () => ({ code, text: 'secret words' }) });

    const answer = await send(agentFor(server));

    expect(answer).toMatchObject(result);
    expect(answer).toMatchObject({ message: expect.stringContaining(`SMTP ${code}`) });
    expect(JSON.stringify(answer)).not.toContain('secret words');
  });

  it('is asked again after an error that passes', async () => {
    const server = await mailServer({ onMessage: (count) => (count === 1 ? { code: 450, text: '4.2.0 later' } : undefined) });
    const sending = agentFor(server);

    expect(await send(sending)).toMatchObject({ kind: 'Retry', message: expect.stringContaining('SMTP 450 4.2.0') });
    expect(await send(sending)).toEqual({ kind: 'Delivered' });
  });

  it('to a wrong password is told as such, without the password', async () => {
    const server = await mailServer();

    const answer = await send(agentFor(server, { password: 'wrong horse' }));

    expect(answer).toEqual({
      kind: 'Permanent',
      reason: 'AuthRefused',
      message: `SMTP 535 5.7.8 from 127.0.0.1:${server.port} to AUTH PLAIN`,
    });
    expect(server.mails).toEqual([]);
  });

  it('to a login may pass', async () => {
    const server = await mailServer({
      options: { onAuth: (_auth, _session, done) => done(Object.assign(new Error('4.7.0 no directory'), { responseCode: 454 })) },
    });

    expect(await send(agentFor(server))).toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });

  it('to some recipients is remarked, and the others have it', async () => {
    const server = await mailServer({
      onRecipient: (address) => (address === 'night@example.com' ? { code: 550, text: '5.1.1 nobody' } : undefined),
    });

    expect(await send(agentFor(server))).toEqual({
      kind: 'Delivered',
      remark: { reason: 'RecipientsRefused', message: '1 of 2 recipients were refused: night@example.com (SMTP 550 5.1.1)' },
    });
    expect(server.mails[0]?.to).toEqual(['ops@example.com']);
  });

  it('to all recipients is final, unless it may pass for one', async () => {
    const refusing = await mailServer({ onRecipient: () => ({ code: 550, text: '5.1.1 nobody' }) });
    const greylisting = await mailServer({
      onRecipient: (address) =>
        address.startsWith('ops') ? { code: 450, text: '4.7.1 later' } : { code: 550, text: '5.1.1 nobody' },
    });

    expect(await send(agentFor(refusing))).toMatchObject({ kind: 'Permanent', reason: 'Refused' });
    expect(await send(agentFor(greylisting))).toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });

  it('when the message is larger than it takes is final', async () => {
    const server = await mailServer({ options: { size: 1_000 } });

    expect(await send(agentFor(server))).toMatchObject({ kind: 'Permanent', reason: 'Refused' });
  });
});

describe('a mail server that cannot be trusted or reached', () => {
  it('without STARTTLS gets neither password nor mail', async () => {
    const server = await mailServer({ options: { disabledCommands: ['STARTTLS'], allowInsecureAuth: true, hideSTARTTLS: true } });

    expect(await send(agentFor(server))).toMatchObject({ kind: 'Permanent', reason: 'TlsRefused' });
    expect(server.mails).toEqual([]);
  });

  it.each([
    { title: 'a certificate of nobody known', keys: { 'ca.crt': undefined }, code: 'DEPTH_ZERO_SELF_SIGNED_CERT' },
    { title: 'a certificate of another name', keys: { host: 'other.example' }, code: 'ERR_TLS_CERT_ALTNAME_INVALID' },
  ])('with $title gets nothing, and is tried again', async ({ keys, code }) => {
    const server = await mailServer();

    const answer = await send(agentFor(server, keys, { lookup: toLoopback }));

    expect(answer).toMatchObject({ kind: 'Retry', reason: 'NoAnswer', message: expect.stringContaining(code) });
    expect(server.mails).toEqual([]);
  });

  it('is known by its name, whatever its address', async () => {
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

  it('that is not there is tried again', async () => {
    const server = await startMailServer();
    const sending = agentFor(server);
    await server.close();

    expect(await send(sending)).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `127.0.0.1:${server.port}: ECONNREFUSED`,
    });
  });

  it('that stays silent is given up in time', async () => {
    const silent = await mailServer({ options: { onConnect: () => undefined } });

    expect(await send(agentFor(silent, {}, { smtpTimeoutMs: 300 }))).toEqual({
      kind: 'Retry',
      reason: 'NoAnswer',
      message: `127.0.0.1:${silent.port}: not done within 0.3 s`,
    });
  });

  it('is left at once when the agent may no longer send', async () => {
    const baton = new AbortController();
    const server = await mailServer({
      options: {
        onConnect: () => {
          baton.abort();
        },
      },
    });

    expect(await agentFor(server).send({ name: 'mail', email: EMAIL }, tell('clean'), baton.signal)).toMatchObject({
      kind: 'Retry',
      message: `127.0.0.1:${server.port}: the agent stopped waiting`,
    });
  });
});

describe('the Secret of a mail sink', () => {
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
      message: 'never sent without TLS',
    },
    {
      title: 'has half a login',
      keys: { password: undefined },
      reason: 'SecretInvalid',
      message: 'one of username and password is missing',
    },
    { title: 'has a port that is none', keys: { port: '99999' }, reason: 'SecretInvalid', message: 'the port is not a port' },
    {
      title: 'has an unknown tls',
      keys: { tls: 'ssl' },
      reason: 'SecretInvalid',
      message: 'tls is not starttls, implicit or none',
    },
    {
      title: 'has a host that is none',
      keys: { host: 'a b' },
      reason: 'SecretInvalid',
      message: 'neither a name nor an address',
    },
  ])('that $title stops the mail', async ({ keys, reason, message }) => {
    const server = await mailServer();

    expect(await send(agentFor(server, keys))).toMatchObject({
      kind: 'Permanent',
      reason,
      message: expect.stringContaining(message),
    });
    expect(server.mails).toEqual([]);
  });
});

/** Every name leads to the loopback. */
const toLoopback: SendingChanges['lookup'] = (_name, _options, callback) => {
  callback(null, [{ address: '127.0.0.1', family: 4 }]);
};
