import { Webhook } from 'standardwebhooks';
import type { WebhookSink } from '../api/generated/upgradeplan.ts';
import { withoutSecret, type ReadSecret, type SecretContent } from './secret-files.ts';
import type { SecretValue } from './secret-values.ts';

/** Signs by Standard Webhooks. */
export type Signer = Pick<Webhook, 'sign'>;

/** A signer, or why there is none. */
type ParsedSigner = { readonly kind: 'Found'; readonly signer: Signer } | Exclude<SecretContent, { readonly kind: 'Found' }>;

const ENCODED_PREFIX = 'whsec_';

/**
 * What signs the requests of a webhook: nothing, the plan's secret, or that and the one of before. A missing secret of before is no
 * problem: taking it away ends the change to a new one.
 */
export async function readSigners(
  { signingSecretRef, previousSigningSecretRef }: WebhookSink,
  readSecret: ReadSecret,
): Promise<SecretValue<readonly Signer[]>> {
  if (signingSecretRef === undefined) return { kind: 'Found', value: [] };
  const current = parseSigningSecret(await readSecret(signingSecretRef));
  if (current.kind !== 'Found') return withoutSecret(current, 'the signing secret');
  if (previousSigningSecretRef === undefined) return { kind: 'Found', value: [current.signer] };
  const previous = parseSigningSecret(await readSecret(previousSigningSecretRef));
  if (previous.kind === 'Invalid') return withoutSecret(previous, 'the previous signing secret');
  return { kind: 'Found', value: [current.signer, ...(previous.kind === 'Found' ? [previous.signer] : [])] };
}

/**
 * The signer that a Secret's key holds. `whsec_…` is taken as Standard Webhooks encodes secrets; anything else is the secret itself,
 * byte by byte. One line break at the end of a text does not belong to it: editors and `echo` put it there.
 */
function parseSigningSecret(content: SecretContent): ParsedSigner {
  if (content.kind !== 'Found') return content;
  const { bytes } = content;
  const text = bytes.toString('latin1').replace(/\r?\n$/, '');
  const isText = /^[\x20-\x7e]*$/.test(text);
  try {
    if (isText && text.startsWith(ENCODED_PREFIX)) return { kind: 'Found', signer: new Webhook(text) };
    return { kind: 'Found', signer: new Webhook(isText ? text : new Uint8Array(bytes), { format: 'raw' }) };
  } catch {
    // The package's message could quote the secret.
    return { kind: 'Invalid', message: 'the signing secret is empty, or begins with whsec_ but is not base64' };
  }
}
