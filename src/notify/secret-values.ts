import { NOTIFY_REASONS } from '../api/conditions.ts';
import { secretText, withoutSecret, type PermanentResult, type ReadSecret } from './secret-files.ts';

/** What a key of a Secret says, or why nothing can be sent. */
export type SecretValue<T> = { readonly kind: 'Found'; readonly value: T } | PermanentResult;

type Reference = Parameters<ReadSecret>[0];

/** The text of a Secret's key, which must not be empty. */
export async function readSecretText(readSecret: ReadSecret, reference: Reference): Promise<SecretValue<string>> {
  const content = await readSecret(reference);
  if (content.kind !== 'Found') return withoutSecret(content, keyName(reference));
  const text = secretText(content.bytes).trim();
  return text === '' ? invalid(reference, 'is empty') : { kind: 'Found', value: text };
}

/** The http or https URL that a Secret's key holds. */
export async function readSecretUrl(
  readSecret: ReadSecret,
  reference: Reference,
  { credentials = false }: { readonly credentials?: boolean } = {},
): Promise<SecretValue<URL>> {
  const text = await readSecretText(readSecret, reference);
  if (text.kind !== 'Found') return text;
  const url = URL.canParse(text.value) ? new URL(text.value) : undefined;
  if (url === undefined || !['http:', 'https:'].includes(url.protocol)) {
    return invalid(reference, 'is no URL that begins with https:// or http://');
  }
  if (!credentials && (url.username !== '' || url.password !== '')) {
    return invalid(reference, 'must not have a user name or a password in the URL');
  }
  return { kind: 'Found', value: url };
}

/** The header Authorization that a Secret's key holds; no header without a reference. */
export async function readAuthorization(
  readSecret: ReadSecret,
  reference: Reference | undefined,
): Promise<SecretValue<Readonly<Record<string, string>>>> {
  if (reference === undefined) return { kind: 'Found', value: {} };
  const text = await readHeaderText(readSecret, reference);
  return text.kind === 'Found' ? { kind: 'Found', value: { authorization: text.value } } : text;
}

/** The text of a Secret's key that goes into a header, which takes one line of ASCII. */
export async function readHeaderText(readSecret: ReadSecret, reference: Reference): Promise<SecretValue<string>> {
  const text = await readSecretText(readSecret, reference);
  if (text.kind !== 'Found' || /^[\x20-\x7e]+$/.test(text.value)) return text;
  return invalid(reference, 'is not one line of ASCII, as a header must be');
}

/** The result of a try for which a Secret's key is of no use. `problem` must not quote it. */
export function invalid(reference: Reference, problem: string): PermanentResult {
  return {
    kind: 'Permanent',
    reason: NOTIFY_REASONS.SecretInvalid,
    message: `${keyName(reference)} ${problem}; nothing was sent`,
  };
}

/** What a key of a Secret is called in messages. */
export function keyName({ name, key }: Reference): string {
  return `the key ${key} of the Secret ${name}`;
}
