import { readFile } from 'node:fs/promises';
import { Webhook } from 'standardwebhooks';
import { errorCode } from '../net/error-code.ts';

/** What was found where the secret that signs a sink's requests should be. */
export type SigningSecret =
  | { readonly kind: 'Found'; readonly webhook: Webhook }
  | { readonly kind: 'Missing' }
  | { readonly kind: 'Invalid'; readonly message: string };

const ENCODED_PREFIX = 'whsec_';
const NOT_THERE: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR']);

/**
 * Reads the secret from the file in which the kubelet keeps it, anew each time: it may come late, and may change. `whsec_…` is taken
 * as Standard Webhooks encodes secrets; anything else is the secret itself, byte by byte. One line break at the end of a text does
 * not belong to it: editors and `echo` put it there.
 */
export async function readSigningSecret(file: string): Promise<SigningSecret> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (error) {
    const code = errorCode(error) ?? 'unknown error';
    return NOT_THERE.has(code)
      ? { kind: 'Missing' }
      : { kind: 'Invalid', message: `the signing secret cannot be read (${code})` };
  }
  const text = bytes.toString('latin1').replace(/\r?\n$/, '');
  const isText = /^[\x20-\x7e]*$/.test(text);
  try {
    if (isText && text.startsWith(ENCODED_PREFIX)) return { kind: 'Found', webhook: new Webhook(text) };
    return { kind: 'Found', webhook: new Webhook(isText ? text : new Uint8Array(bytes), { format: 'raw' }) };
  } catch {
    // The package's message could quote the secret.
    return { kind: 'Invalid', message: 'the signing secret is empty, or begins with whsec_ but is not base64' };
  }
}
