import { join } from 'node:path';
import type { SendResult } from '../core/notification/model/send-result.ts';
import type { ReadFile } from '../api/read-file.ts';
import { NOTIFY_REASONS } from '../api/conditions.ts';
import { secretFile } from '../core/sinks/sink-secrets.ts';
import { errorCode } from '../net/error-code.ts';

/** The content of a key of a Secret. No message quotes it. */
export type SecretContent =
  | { readonly kind: 'Found'; readonly bytes: Buffer }
  | { readonly kind: 'Missing' }
  | { readonly kind: 'Invalid'; readonly message: string };

/** The result of an attempt that cannot succeed. */
export type PermanentResult = Extract<SendResult, { readonly kind: 'Permanent' }>;

/** Reads a key of a Secret of one sink. It reads the file each time, because it may appear late and may change. */
export type ReadSecret = (reference: { readonly name: string; readonly key: string }) => Promise<SecretContent>;

/** A path segment that cannot leave its directory. */
const SEGMENT = /^(?!\.{1,2}$)[-._a-zA-Z0-9]+$/;

const MISSING_FILE_ERRORS: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/** The Secrets of a sink as the kubelet mounts them: `<directory>/<sink>/<secret>/<key>`. */
export function secretFiles(readFile: ReadFile, directory: string, sink: string): ReadSecret {
  return async ({ name, key }) => {
    // The schema allows no other name, but the newest mounted copy of a shared sink may not be validated yet.
    if (![sink, name, key].every((part) => SEGMENT.test(part)))
      return {
        kind: 'Invalid',
        message: 'the name of the sink, the Secret or the key is not a valid file name; nothing was read',
      };
    try {
      return { kind: 'Found', bytes: await readFile(join(directory, secretFile(sink, name, key))) };
    } catch (error) {
      const code = errorCode(error) ?? 'unknown error';
      return MISSING_FILE_ERRORS.has(code)
        ? { kind: 'Missing' }
        : { kind: 'Invalid', message: `the key ${key} of the Secret ${name} cannot be read (${code})` };
    }
  };
}

/** The text of a Secret. It omits one line break at the end, which editors and `echo` add. */
export function secretText(bytes: Buffer): string {
  return bytes.toString('utf8').replace(/\r?\n$/, '');
}

/** The result of an attempt for which a Secret is missing or invalid. Nothing was sent. */
export function secretFailure(content: Exclude<SecretContent, { kind: 'Found' }>, what: string): PermanentResult {
  return content.kind === 'Missing'
    ? { kind: 'Permanent', reason: NOTIFY_REASONS.SecretMissing, message: `${what} is missing; nothing was sent` }
    : { kind: 'Permanent', reason: NOTIFY_REASONS.SecretInvalid, message: content.message };
}
