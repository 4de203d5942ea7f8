import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SendResult } from '../core/notification/model/send-result.ts';
import { NOTIFY_REASONS } from '../api/conditions.ts';
import { secretFile } from '../core/sinks/sink-secrets.ts';
import { errorCode } from '../net/error-code.ts';

/** What was found where a Secret's key should be. No message quotes the content. */
export type SecretContent =
  | { readonly kind: 'Found'; readonly bytes: Buffer }
  | { readonly kind: 'Missing' }
  | { readonly kind: 'Invalid'; readonly message: string };

/** A try that cannot succeed. */
export type PermanentResult = Extract<SendResult, { readonly kind: 'Permanent' }>;

/** Reads a key of a Secret of one sink, anew each time: it may come late, and may change. */
export type ReadSecret = (reference: { readonly name: string; readonly key: string }) => Promise<SecretContent>;

/** A part of a path that leads nowhere else. */
const SEGMENT = /^(?!\.{1,2}$)[-._a-zA-Z0-9]+$/;

const NOT_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** The Secrets of a sink as the kubelet mounts them: `<directory>/<sink>/<secret>/<key>`. */
export function secretFiles(directory: string, sink: string): ReadSecret {
  return async ({ name, key }) => {
    // The schema lets no other name pass, but nobody has held the kubelet's newest copy of a shared sink against it.
    if (![sink, name, key].every((part) => SEGMENT.test(part)))
      return { kind: 'Invalid', message: 'a sink, a Secret or a key has a name that no file may have; nothing was read' };
    try {
      return { kind: 'Found', bytes: await readFile(join(directory, secretFile(sink, name, key))) };
    } catch (error) {
      const code = errorCode(error) ?? 'unknown error';
      return NOT_THERE.has(code)
        ? { kind: 'Missing' }
        : { kind: 'Invalid', message: `the key ${key} of the Secret ${name} cannot be read (${code})` };
    }
  };
}

/** The text of a Secret without one line break at its end, which editors and `echo` put there. */
export function secretText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

/** The result of a try that cannot begin, because a Secret is missing or cannot be used. */
export function withoutSecret(content: Exclude<SecretContent, { kind: 'Found' }>, what: string): PermanentResult {
  return content.kind === 'Missing'
    ? { kind: 'Permanent', reason: NOTIFY_REASONS.SecretMissing, message: `${what} is missing; nothing was sent` }
    : { kind: 'Permanent', reason: NOTIFY_REASONS.SecretInvalid, message: content.message };
}
