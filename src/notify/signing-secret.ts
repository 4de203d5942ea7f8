import { Webhook } from 'standardwebhooks';
import type { SecretContent } from './secret-files.ts';

/** What signs a sink's requests, or why it cannot. */
export type SigningSecret =
  { readonly kind: 'Found'; readonly webhook: Webhook } | Exclude<SecretContent, { readonly kind: 'Found' }>;

const ENCODED_PREFIX = 'whsec_';

/**
 * The signer that a Secret's key holds. `whsec_…` is taken as Standard Webhooks encodes secrets; anything else is the secret itself,
 * byte by byte. One line break at the end of a text does not belong to it: editors and `echo` put it there.
 */
export function parseSigningSecret(content: SecretContent): SigningSecret {
  if (content.kind !== 'Found') return content;
  const { bytes } = content;
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
