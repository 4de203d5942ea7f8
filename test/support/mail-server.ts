import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as the server got it. */
export interface ReceivedMail {
  readonly from: string;
  readonly to: readonly string[];
  /** Who logged in. */
  readonly user: string | undefined;
  readonly encrypted: boolean;
  /** The server's name as the client asked for it (SNI); false without one. */
  readonly servername: string | false | undefined;
  readonly raw: string;
}

/** A reply of SMTP that is not the usual one. */
export interface SmtpReply {
  readonly code: number;
  readonly text: string;
}

/** Where a server replies otherwise than usual. */
export interface MailServerBehaviour {
  readonly onRecipient?: (address: string) => SmtpReply | undefined;
  /** After the whole message. */
  readonly onMessage?: (count: number) => SmtpReply | undefined;
  readonly options?: SMTPServerOptions;
}

/** A real SMTP server that takes the mails of who logs in, by STARTTLS unless told otherwise. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
  /** The certificate that it shows, PEM; clients trust it as `ca.crt`. */
  readonly certificate: string;
  readonly mails: readonly ReceivedMail[];
  close(): Promise<void>;
}

const CREDENTIALS = { user: 'baton', password: 'correct horse battery staple' } as const;

/** The name in the certificate, beside the server's address. */
export const MAIL_SERVER_NAME = 'mail.example';

/** Starts one on a free port of `host`. Close it. */
export async function startMailServer(host = '127.0.0.1', behaviour: MailServerBehaviour = {}): Promise<MailServer> {
  const { key, certificate } = makeCertificate(host);
  const mails: ReceivedMail[] = [];
  let messages = 0;
  const server = new SMTPServer({
    key,
    cert: certificate,
    authMethods: ['PLAIN', 'LOGIN'],
    disableReverseLookup: true,
    onAuth: ({ username, password }, _session, done) => {
      if (username === CREDENTIALS.user && password === CREDENTIALS.password) done(null, { user: username });
      else done(failure({ code: 535, text: `5.7.8 no such user or password: ${password ?? ''}` }));
    },
    onRcptTo: ({ address }, _session, done) => {
      const reply = behaviour.onRecipient?.(address);
      done(reply === undefined ? undefined : failure(reply));
    },
    onData: (stream, session, done) => {
      const chunks: Buffer[] = [];
      stream.on('data', (chunk: Buffer) => chunks.push(chunk));
      stream.on('end', () => {
        messages += 1;
        const reply = stream.sizeExceeded ? { code: 552, text: '5.3.4 too large' } : behaviour.onMessage?.(messages);
        if (reply !== undefined) {
          done(failure(reply));
          return;
        }
        const { envelope, secure } = session;
        const user: unknown = session.user;
        mails.push({
          from: envelope.mailFrom === false ? '' : envelope.mailFrom.address,
          to: envelope.rcptTo.map(({ address }) => address),
          user: typeof user === 'string' ? user : undefined,
          encrypted: secure,
          servername: (session as { readonly servername?: string | false }).servername,
          raw: Buffer.concat(chunks).toString('utf8'),
        });
        done();
      });
    },
    ...behaviour.options,
  });
  // A client that breaks off, for instance over the certificate.
  server.on('error', () => undefined);
  const { promise: listening, resolve, reject } = Promise.withResolvers<undefined>();
  server.once('error', reject);
  server.listen(0, host, () => {
    resolve(undefined);
  });
  await listening;
  const { port } = server.server.address() as AddressInfo;
  return {
    ...{ host, port, certificate, mails, ...CREDENTIALS },
    close: () => {
      const { promise, resolve: done } = Promise.withResolvers<undefined>();
      server.close(() => {
        done(undefined);
      });
      return promise;
    },
  };
}

function failure({ code, text }: SmtpReply): Error {
  return Object.assign(new Error(text), { responseCode: code });
}

function makeCertificate(host: string): { readonly key: string; readonly certificate: string } {
  const directory = mkdtempSync(join(tmpdir(), 'baton-mail-'));
  try {
    const [key, certificate] = [join(directory, 'key.pem'), join(directory, 'certificate.pem')];
    const kind = ['-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'];
    const names = `subjectAltName=IP:${host},DNS:${MAIL_SERVER_NAME}`;
    const subject = ['-subj', '/CN=baton-test-mail', '-addext', names];
    execFileSync('openssl', ['req', ...kind, ...subject, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    return { key: readFileSync(key, 'utf8'), certificate: readFileSync(certificate, 'utf8') };
  } finally {
    rmSync(directory, { recursive: true });
  }
}
