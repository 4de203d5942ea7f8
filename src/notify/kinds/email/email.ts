import { isIP } from 'node:net';
import { createTransport, type SMTPSentMessageInfo, type Transporter } from 'nodemailer';
import type { EmailSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import { errorCode } from '../../../net/error-code.ts';
import type { Connect } from '../../../net/guarded-socket.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import { emailMessage } from './email-message.ts';
import { asProbe } from '../../http/judge-answer.ts';
import { judgeSmtpFailure, judgeSmtpSuccess, type SmtpFailure } from './judge-smtp.ts';
import type { SendOptions, Sink, AttemptOptions } from '../../sink.ts';
import { readSmtpSettings, type SmtpSettings } from './smtp-settings.ts';

type Transport = Transporter<SMTPSentMessageInfo>;

/** A sink that sends emails through the plan's mail server. The message ID is derived from the notification's id, so that duplicates can be recognized. */
export function createEmail(
  name: string,
  sink: EmailSink,
  { connect, userAgent, readSecret, smtpTimeoutMs: timeoutMs }: SinkEnvironment,
): Sink {
  const recipients = sink.to.length + (sink.cc?.length ?? 0);

  /** Connects to the mail server. Failures are returned as results. */
  async function withTransport(
    signal: AbortSignal,
    use: (transport: Transport, signal: AbortSignal) => Promise<SendResult>,
  ): Promise<SendResult> {
    const found = await readSmtpSettings(readSecret, sink.smtpSecretRef.name);
    if (found.kind === 'Permanent') return found;
    const settings = found.value;
    const host = `${settings.host}:${settings.port}`;
    const timeout = AbortSignal.timeout(timeoutMs);
    const bounded = AbortSignal.any([signal, timeout]);
    const transport = createTransport(transportOptions(settings, connect, bounded));
    try {
      return await use(transport, bounded);
    } catch (error) {
      if (signal.aborted) return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: the agent stopped waiting` };
      if (timeout.aborted)
        return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: not finished within ${timeoutMs / 1000} s` };
      return judgeSmtpFailure(failureOf(error), host);
    } finally {
      transport.close();
    }
  }

  async function send(notification: Notification, { signal, now }: SendOptions): Promise<SendResult> {
    const { subject, text, html, messageId, thread } = emailMessage(notification, sink.from);
    return withTransport(signal, async (transport, bounded) => {
      const info = await transport.sendMail({
        ...{ from: { name: 'Baton', address: sink.from }, to: [...sink.to], cc: [...(sink.cc ?? [])] },
        ...{ subject, text, html, messageId, inReplyTo: thread, references: thread, date: new Date(now), signal: bounded },
        // RFC 3834: prevents out-of-office replies.
        headers: { 'Auto-Submitted': 'auto-generated' },
        xMailer: userAgent,
      });
      return judgeSmtpSuccess(info.rejectedErrors ?? [], recipients);
    });
  }

  /** Connects and logs in. */
  async function probe({ signal }: AttemptOptions): Promise<ProbeResult> {
    const result = await withTransport(signal, async (transport) => {
      await transport.verify();
      return { kind: 'Delivered' };
    });
    return asProbe(result);
  }

  return {
    name,
    preview: (notification) => {
      const { subject, text } = emailMessage(notification, sink.from);
      return { contentType: 'text/plain', body: `Subject: ${subject}\n\n${text}` };
    },
    send,
    probe,
  };
}

function transportOptions({ host, port, tls, login, ca }: SmtpSettings, connect: Connect, signal: AbortSignal): object {
  return {
    ...{ host, port, secure: tls === 'implicit', requireTLS: tls === 'starttls', ignoreTLS: tls === 'none' },
    // The certificate must match the host name, whatever address the connection has.
    tls: { ...(ca === undefined ? {} : { ca }), ...(isIP(host) === 0 ? { servername: host } : {}) },
    // Without `forceAuth`, nodemailer sends without a login if the server does not offer one.
    ...(login === undefined ? {} : { auth: { user: login.user, pass: login.password }, forceAuth: true }),
    getSocket: (_options: unknown, callback: (error: Error | null, socket?: object | false) => void) => {
      connect({ host, port }, signal).then(
        (connection) => {
          // Nothing else ends a probe.
          signal.addEventListener('abort', () => connection.destroy(), { once: true });
          callback(null, { connection });
        },
        (error: unknown) => {
          callback(Object.assign(new Error('No connection to the mail server.', { cause: error }), { code: errorCode(error) }));
        },
      );
    },
    // The message must not include files or URLs.
    ...{ disableFileAccess: true, disableUrlAccess: true },
  };
}

function failureOf(error: unknown): SmtpFailure {
  if (typeof error !== 'object' || error === null) return {};
  const text = (key: string): string | undefined => {
    const value: unknown = Reflect.get(error, key);
    return typeof value === 'string' ? value : undefined;
  };
  const responseCode: unknown = Reflect.get(error, 'responseCode');
  return {
    code: text('code'),
    originalCode: text('originalCode'),
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    response: text('response'),
    command: text('command'),
  };
}
