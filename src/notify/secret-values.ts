import { NOTIFY_REASONS } from '../api/conditions.ts';
import { secretText, secretFailure, type PermanentResult, type ReadSecret } from './secret-files.ts';

/** The value of a key of a Secret, or why nothing can be sent. */
export type SecretValue<T> = { readonly kind: 'Found'; readonly value: T } | PermanentResult;

type Reference = Parameters<ReadSecret>[0];

/** Reads the text of a Secret's key, which must not be empty. */
export async function readSecretText(readSecret: ReadSecret, reference: Reference): Promise<SecretValue<string>> {
  const content = await readSecret(reference);
  if (content.kind !== 'Found') return secretFailure(content, keyName(reference));
  const text = secretText(content.bytes).trim();
  return text === '' ? invalidSecret(reference, 'is empty') : { kind: 'Found', value: text };
}

/** Reads the http or https URL in a Secret's key. */
export async function readSecretUrl(
  readSecret: ReadSecret,
  reference: Reference,
  { credentials = false }: { readonly credentials?: boolean } = {},
): Promise<SecretValue<URL>> {
  const text = await readSecretText(readSecret, reference);
  if (text.kind !== 'Found') return text;
  const url = URL.canParse(text.value) ? new URL(text.value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return invalidSecret(reference, 'must be a URL that begins with https:// or http://');
  }
  if (!credentials && (url.username !== '' || url.password !== '')) {
    return invalidSecret(reference, 'must not have a user name or a password in the URL');
  }
  return { kind: 'Found', value: url };
}

/** Reads the Authorization header in a Secret's key. Without a reference, there is no header. */
export async function readAuthorization(
  readSecret: ReadSecret,
  reference: Reference | undefined,
): Promise<SecretValue<Readonly<Record<string, string>>>> {
  if (reference === undefined) return { kind: 'Found', value: {} };
  const text = await readHeaderText(readSecret, reference);
  return text.kind === 'Found' ? { kind: 'Found', value: { authorization: text.value } } : text;
}

/** Reads a Secret's key for a header, which must be one line of ASCII. */
export async function readHeaderText(readSecret: ReadSecret, reference: Reference): Promise<SecretValue<string>> {
  const text = await readSecretText(readSecret, reference);
  if (text.kind !== 'Found' || /^[\x20-\x7e]+$/.test(text.value)) return text;
  return invalidSecret(reference, 'must be one line of ASCII, because it is sent as a header');
}

/** The result of an attempt for which a Secret's key is invalid. `problem` must not quote it. Nothing was sent. */
export function invalidSecret(reference: Reference, problem: string): PermanentResult {
  return {
    kind: 'Permanent',
    reason: NOTIFY_REASONS.SecretInvalid,
    message: `${keyName(reference)} ${problem}; nothing was sent`,
  };
}

/** The name of a Secret's key in messages. */
export function keyName({ name, key }: Reference): string {
  return `the key ${key} of the Secret ${name}`;
}
