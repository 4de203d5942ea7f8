import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import nock from 'nock';
import { notificationOf } from '../../../../unit/notify/notification-of.ts';
import type { MailServer } from '../../../../support/mail-server.ts';
import { readMail, type Mail } from '../../../../support/read-mail.ts';
import { agentFor, closeMailing, EMAIL, mailServer, send } from '../../mailing.ts';

// nock would put itself between TLS and the codes of its errors.
beforeAll(() => {
  nock.restore();
});
afterEach(closeMailing);

function received(server: MailServer): Mail[] {
  return server.mails.map(({ raw }) => readMail(raw));
}

describe('An email', () => {
  it('is sent to all recipients over STARTTLS with a login, as text and as HTML', async () => {
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
    const { text } = notificationOf('paused');
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

  it('about a thousand failures is accepted by a server with a limit of 200 KB', async () => {
    const server = await mailServer({ options: { size: 200_000 } });

    expect(await send(agentFor(server), 'thousand-failures')).toEqual({ kind: 'Delivered' });
    expect(received(server)[0]?.text).toContain('設定ファイルが見つかりません');
  });

  it('is sent over implicit TLS if the Secret says so', async () => {
    const server = await mailServer({ options: { secure: true } });

    expect(await send(agentFor(server, { tls: 'implicit' }))).toEqual({ kind: 'Delivered' });
    expect(server.mails[0]?.encrypted).toBe(true);
  });

  it('is sent without TLS and login only if the Secret says so', async () => {
    const server = await mailServer({ options: { authOptional: true, hideSTARTTLS: true } });

    expect(await send(agentFor(server, { tls: 'none', username: undefined, password: undefined }))).toEqual({
      kind: 'Delivered',
    });
    expect(server.mails[0]).toMatchObject({ encrypted: false, user: undefined });
  });
});

describe('The reply of a mail server', () => {
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

  it('leads to a retry after a temporary error', async () => {
    const server = await mailServer({ onMessage: (count) => (count === 1 ? { code: 450, text: '4.2.0 later' } : undefined) });
    const sending = agentFor(server);

    expect(await send(sending)).toMatchObject({ kind: 'Retry', message: expect.stringContaining('SMTP 450 4.2.0') });
    expect(await send(sending)).toEqual({ kind: 'Delivered' });
  });

  it('to a wrong password is reported without the password', async () => {
    const server = await mailServer();

    const answer = await send(agentFor(server, { password: 'wrong horse' }));

    expect(answer).toEqual({
      kind: 'Permanent',
      reason: 'AuthRefused',
      message: `SMTP 535 5.7.8 from 127.0.0.1:${server.port} to AUTH PLAIN`,
    });
    expect(server.mails).toEqual([]);
  });

  it('to a login may be temporary', async () => {
    const server = await mailServer({
      options: { onAuth: (_auth, _session, done) => done(Object.assign(new Error('4.7.0 no directory'), { responseCode: 454 })) },
    });

    expect(await send(agentFor(server))).toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });

  it('that rejects some recipients is a remark, and the others have the email', async () => {
    const server = await mailServer({
      onRecipient: (address) => (address === 'night@example.com' ? { code: 550, text: '5.1.1 nobody' } : undefined),
    });

    expect(await send(agentFor(server))).toEqual({
      kind: 'Delivered',
      remark: { reason: 'RecipientsRefused', message: '1 of 2 recipients were rejected: night@example.com (SMTP 550 5.1.1)' },
    });
    expect(server.mails[0]?.to).toEqual(['ops@example.com']);
  });

  it('that rejects all recipients is final, unless it is temporary for one', async () => {
    const refusing = await mailServer({ onRecipient: () => ({ code: 550, text: '5.1.1 nobody' }) });
    const greylisting = await mailServer({
      onRecipient: (address) =>
        address.startsWith('ops') ? { code: 450, text: '4.7.1 later' } : { code: 550, text: '5.1.1 nobody' },
    });

    expect(await send(agentFor(refusing))).toMatchObject({ kind: 'Permanent', reason: 'Refused' });
    expect(await send(agentFor(greylisting))).toMatchObject({ kind: 'Retry', reason: 'Unavailable' });
  });

  it('that the message is too large is final', async () => {
    const server = await mailServer({ options: { size: 1_000 } });

    expect(await send(agentFor(server))).toMatchObject({ kind: 'Permanent', reason: 'Refused' });
  });
});
