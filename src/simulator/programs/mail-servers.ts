import { createTransport, type SendMailOptions } from 'nodemailer';
import { destinationOf, notAllowedError } from '../../net/guarded-lookup.ts';
import type { OpenMailTransport, SmtpFailure, SmtpSettings } from '../../notify/mail-transport.ts';
import type { Connected } from './outside-servers.ts';
import type { MessageLog } from './message-log.ts';

/** What a mail server does with an email or, if there is none, with a login. */
export type MailAnswer =
  | { readonly kind: 'Accepts' }
  /** It rejects it; see judge-smtp.ts for the fields. */
  | { readonly kind: 'Rejects'; readonly failure: SmtpFailure }
  /** It never answers. */
  | { readonly kind: 'Silent' };

/** Answers emails and, without an email, logins. */
export type MailReceiver = (settings: SmtpSettings, email: string | undefined) => MailAnswer;

/** What the mail servers are made from. */
export interface MailServersOptions {
  /** How long a whole dialogue with a server takes (ms). */
  readonly latencyMs: () => number;
  /** Keeps the clock still until the promise settles: nodemailer takes several turns of the event loop to compose an email. */
  readonly hold: <T>(work: Promise<T>) => Promise<T>;
  /** Records every email that arrives. */
  readonly log: MessageLog;
}

/** nodemailer separates parts by a random text. */
const RANDOM_BOUNDARY = /--_NmP-[0-9a-f]{16}-/g;

/** The mail servers outside of the cluster. Emails are composed by nodemailer; nothing is sent. */
export class MailServers {
  readonly #options: MailServersOptions;
  #answer: MailReceiver = () => ({ kind: 'Accepts' });

  constructor(options: MailServersOptions) {
    this.#options = options;
  }

  /** Sets what all servers answer. Until then, they accept everything. */
  answerWith(answer: MailReceiver): void {
    this.#answer = answer;
  }

  /** Opens transports for one program. Once it was killed, nothing arrives and no answer comes back. */
  transports(connected: Connected): OpenMailTransport {
    return (settings, signal) => ({
      sendMail: async (mail) => {
        const email = await this.#options.hold(compose(mail));
        await this.#dialogue(connected, settings, signal, email);
        return {};
      },
      verify: () => this.#dialogue(connected, settings, signal, undefined),
      close: () => Promise.resolve(),
    });
  }

  async #dialogue(
    { process, policy, sender }: Connected,
    settings: SmtpSettings,
    signal: AbortSignal,
    email: string | undefined,
  ): Promise<void> {
    const { host, port } = settings;
    const url = new URL(`smtp://${host.includes(':') ? `[${host}]` : host}:${port}`);
    if (!policy.allowsName(destinationOf(url))) throw notAllowedError();
    signal.throwIfAborted();
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    const cancel = process.setTimer(this.#options.latencyMs(), () => {
      const given = this.#answer(settings, email);
      const accepted = given.kind === 'Accepts';
      const message = { method: 'MAIL', url: url.href, headers: {}, contentType: 'message/rfc822' } as const;
      if (email !== undefined) this.#options.log.add({ ...sender, ...message, body: email, accepted });
      if (given.kind === 'Accepts') resolve(undefined);
      if (given.kind === 'Rejects') reject(Object.assign(new Error('The mail server rejected it'), given.failure));
    });
    const abort = (): void => {
      cancel();
      reject(new DOMException('The operation was aborted', 'AbortError'));
    };
    signal.addEventListener('abort', abort, { once: true });
    try {
      await promise;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

async function compose(mail: SendMailOptions): Promise<string> {
  const transport = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  const { message } = await transport.sendMail(mail);
  if (!Buffer.isBuffer(message)) throw new Error('nodemailer returned no bytes');
  return message.toString('utf8').replaceAll(RANDOM_BOUNDARY, '--_NmP-0000000000000000-');
}
