import { SMTP_KEYS } from '../../../core/sinks/sink-kinds.ts';
import type { SmtpSettings, SmtpTls } from '../../mail-transport.ts';
import { secretFailure, secretText, type ReadSecret, type SecretContent } from '../../secret-files.ts';
import { invalidSecret, keyName, type SecretValue } from '../../secret-values.ts';

type SmtpKey = (typeof SMTP_KEYS)[number];

const SUBMISSION_PORT = 587;
const IMPLICIT_TLS_PORT = 465;

/** Reads the settings from the Secret of an email sink. No message quotes their values. */
export async function readSmtpSettings(readSecret: ReadSecret, secret: string): Promise<SecretValue<SmtpSettings>> {
  const read = await Promise.all(SMTP_KEYS.map(async (key) => [key, await readSecret({ name: secret, key })] as const));
  const contents = new Map<SmtpKey, SecretContent>(read);
  for (const content of contents.values()) if (content.kind === 'Invalid') return secretFailure(content, '');
  const text = (key: SmtpKey): string | undefined => {
    const content = contents.get(key);
    const value = content?.kind === 'Found' ? secretText(content.bytes) : '';
    return value === '' ? undefined : value;
  };
  const invalid = (key: SmtpKey, problem: string): SecretValue<never> => invalidSecret({ name: secret, key }, problem);

  const host = text('host');
  if (host === undefined) return secretFailure({ kind: 'Missing' }, keyName({ name: secret, key: 'host' }));
  if (!/^[\w.:-]+$/.test(host)) return invalid('host', 'must be a host name or an IP address');
  const tls = parseTls(text('tls'), text('port'));
  if (tls === undefined) return invalid('tls', 'must be starttls, implicit or none');
  const port = Number(text('port') ?? (tls === 'implicit' ? IMPLICIT_TLS_PORT : SUBMISSION_PORT));
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return invalid('port', 'must be a port number');

  const user = text('username');
  const password = text('password');
  if (user === undefined && password !== undefined) return invalid('username', 'is missing although there is a password');
  if (user !== undefined && password === undefined) return invalid('password', 'is missing although there is a username');
  if (password !== undefined && tls === 'none') return invalid('tls', 'must not be none with a password');
  const login = user === undefined || password === undefined ? undefined : { user, password };
  return { kind: 'Found', value: { host, port, tls, login, ca: text('ca.crt') } };
}

function parseTls(tls: string | undefined, port: string | undefined): SmtpTls | undefined {
  if (tls === undefined) return port === String(IMPLICIT_TLS_PORT) ? 'implicit' : 'starttls';
  return tls === 'starttls' || tls === 'implicit' || tls === 'none' ? tls : undefined;
}
