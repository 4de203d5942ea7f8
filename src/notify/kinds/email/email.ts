import type { EmailSink } from '../../../api/generated/upgradeplan.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import type { ProbeResult, SendResult } from '../../../core/notification/model/send-result.ts';
import { startDeadline } from '../../../timers/deadline.ts';
import type { MailTransport, SmtpFailure } from '../../mail-transport.ts';
import type { SinkEnvironment } from '../../sink-environment.ts';
import { emailMessage } from './email-message.ts';
import { asProbe } from '../../http/judge-answer.ts';
import { judgeSmtpFailure, judgeSmtpSuccess } from './judge-smtp.ts';
import type { SendOptions, Sink, AttemptOptions } from '../../sink.ts';
import { readSmtpSettings } from './smtp-settings.ts';

/** A sink that sends emails through the plan's mail server. The message ID is derived from the notification's id, so that duplicates can be recognized. */
export function createEmail(
  name: string,
  sink: EmailSink,
  { openMail, setTimer, userAgent, readSecret, smtpTimeoutMs: timeoutMs }: SinkEnvironment,
): Sink {
  const recipients = sink.to.length + (sink.cc?.length ?? 0);

  /** Connects to the mail server. Failures are returned as results. */
  async function withTransport(
    signal: AbortSignal,
    use: (transport: MailTransport, signal: AbortSignal) => Promise<SendResult>,
  ): Promise<SendResult> {
    const found = await readSmtpSettings(readSecret, sink.smtpSecretRef.name);
    if (found.kind === 'Permanent') return found;
    const settings = found.value;
    const host = `${settings.host}:${settings.port}`;
    const deadline = startDeadline(timeoutMs, signal, setTimer);
    const transport = openMail(settings, deadline.signal);
    try {
      return await use(transport, deadline.signal);
    } catch (error) {
      if (signal.aborted) return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: the agent stopped waiting` };
      if (deadline.abortedBy() === 'Deadline')
        return { kind: 'Retry', reason: 'NoAnswer', message: `${host}: not finished within ${timeoutMs / 1000} s` };
      return judgeSmtpFailure(failureOf(error), host);
    } finally {
      // Until then, the deadline goes on: it ends the connection if the server does not answer QUIT.
      void transport.close().then(() => deadline.dispose());
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
