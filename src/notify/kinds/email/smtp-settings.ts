import { SMTP_KEYS } from '../../../core/sinks/sink-kinds.ts';
import { secretText, type ReadSecret, type SecretContent } from '../../secret-files.ts';

/** How the connection to a mail server is protected. */
export type SmtpTls = 'starttls' | 'implicit' | 'none';

/** A mail server, and who we are there. */
export interface SmtpSettings {
  readonly host: string;
  readonly port: number;
  readonly tls: SmtpTls;
  readonly login: { readonly user: string; readonly password: string } | undefined;
  /** Certificates (PEM) to be trusted instead of the system's. */
  readonly ca: string | undefined;
}

/** The settings, or what is wrong with their Secret. */
export type FoundSettings =
  | { readonly kind: 'Found'; readonly settings: SmtpSettings }
  | { readonly kind: 'Missing'; readonly what: string }
  | { readonly kind: 'Invalid'; readonly message: string };

const SUBMISSION_PORT = 587;
const IMPLICIT_TLS_PORT = 465;

/** Reads the Secret of an e-mail sink. No message quotes what it holds. */
export async function readSmtpSettings(readSecret: ReadSecret, secret: string): Promise<FoundSettings> {
  const read = await Promise.all(SMTP_KEYS.map(async (key) => [key, await readSecret({ name: secret, key })] as const));
  const contents = new Map<string, SecretContent>(read);
  for (const content of contents.values()) if (content.kind === 'Invalid') return content;
  const text = (key: (typeof SMTP_KEYS)[number]): string | undefined => {
    const content = contents.get(key);
    const value = content?.kind === 'Found' ? secretText(content.bytes) : '';
    return value === '' ? undefined : value;
  };
  const host = text('host');
  if (host === undefined) return { kind: 'Missing', what: `the key host of the Secret ${secret}` };
  const invalid = (message: string): FoundSettings => ({ kind: 'Invalid', message: `in the Secret ${secret} ${message}` });
  if (!/^[\w.:-]+$/.test(host)) return invalid('the host is neither a name nor an address');

  const tls = parseTls(text('tls'), text('port'));
  if (tls === undefined) return invalid('tls is not starttls, implicit or none');
  const port = Number(text('port') ?? (tls === 'implicit' ? IMPLICIT_TLS_PORT : SUBMISSION_PORT));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return invalid('the port is not a port');

  const user = text('username');
  const password = text('password');
  if ((user === undefined) !== (password === undefined)) return invalid('one of username and password is missing');
  if (user === undefined || password === undefined)
    return { kind: 'Found', settings: { host, port, tls, login: undefined, ca: text('ca.crt') } };
  if (tls === 'none') return invalid('there is a password, which is never sent without TLS');
  return { kind: 'Found', settings: { host, port, tls, login: { user, password }, ca: text('ca.crt') } };
}

function parseTls(tls: string | undefined, port: string | undefined): SmtpTls | undefined {
  if (tls === undefined) return port === String(IMPLICIT_TLS_PORT) ? 'implicit' : 'starttls';
  return tls === 'starttls' || tls === 'implicit' || tls === 'none' ? tls : undefined;
}
