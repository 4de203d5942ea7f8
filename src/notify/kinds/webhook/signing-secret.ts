import { Webhook } from 'standardwebhooks';
import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { SecretKeyReference, WebhookSink } from '../../../api/generated/upgradeplan.ts';
import { secretFailure, type ReadSecret } from '../../secret-files.ts';
import { invalidSecret, keyName, type SecretValue } from '../../secret-values.ts';

/** Signs requests as Standard Webhooks defines. */
export type Signer = Pick<Webhook, 'sign'>;

const ENCODED_PREFIX = 'whsec_';

/**
 * The signers for the requests of a webhook: none, the current secret, or the current and the previous one. The previous secret may be
 * missing: deleting it ends the change to a new one.
 */
export async function readSigners(
  { signingSecretRef, previousSigningSecretRef }: WebhookSink,
  readSecret: ReadSecret,
): Promise<SecretValue<readonly Signer[]>> {
  if (signingSecretRef === undefined) return { kind: 'Found', value: [] };
  const current = await readSigner(signingSecretRef, readSecret);
  if (current.kind !== 'Found') return current;
  if (previousSigningSecretRef === undefined) return { kind: 'Found', value: [current.value] };
  const previous = await readSigner(previousSigningSecretRef, readSecret);
  if (previous.kind === 'Found') return { kind: 'Found', value: [current.value, previous.value] };
  return previous.reason === NOTIFY_REASONS.SecretMissing ? { kind: 'Found', value: [current.value] } : previous;
}

/**
 * The signer for a key of a Secret. `whsec_…` is decoded as Standard Webhooks defines; anything else is the secret itself, byte by byte.
 * One line break at the end of a text is removed, because editors and `echo` add it.
 */
async function readSigner(reference: SecretKeyReference, readSecret: ReadSecret): Promise<SecretValue<Signer>> {
  const content = await readSecret(reference);
  if (content.kind !== 'Found') return secretFailure(content, keyName(reference));
  const { bytes } = content;
  const text = bytes.toString('latin1').replace(/\r?\n$/, '');
  const isText = /^[\x20-\x7e]*$/.test(text);
  try {
    if (isText && text.startsWith(ENCODED_PREFIX)) return { kind: 'Found', value: new Webhook(text) };
    return { kind: 'Found', value: new Webhook(isText ? text : new Uint8Array(bytes), { format: 'raw' }) };
  } catch {
    // The package's message could quote the secret.
    return invalidSecret(reference, 'is empty, or begins with whsec_ but is not base64');
  }
}
