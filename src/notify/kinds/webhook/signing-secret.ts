import { Webhook } from 'standardwebhooks';
import { NOTIFY_REASONS } from '../../../api/conditions.ts';
import type { SecretKeyReference, WebhookSink } from '../../../api/generated/upgradeplan.ts';
import { withoutSecret, type ReadSecret } from '../../secret-files.ts';
import { invalid, keyName, type SecretValue } from '../../secret-values.ts';

/** Signs by Standard Webhooks. */
export type Signer = Pick<Webhook, 'sign'>;

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
  const current = await readSigner(signingSecretRef, readSecret);
  if (current.kind !== 'Found') return current;
  if (previousSigningSecretRef === undefined) return { kind: 'Found', value: [current.value] };
  const previous = await readSigner(previousSigningSecretRef, readSecret);
  if (previous.kind === 'Found') return { kind: 'Found', value: [current.value, previous.value] };
  return previous.reason === NOTIFY_REASONS.SecretMissing ? { kind: 'Found', value: [current.value] } : previous;
}

/**
 * The signer that a Secret's key holds. `whsec_…` is taken as Standard Webhooks encodes secrets; anything else is the secret itself,
 * byte by byte. One line break at the end of a text does not belong to it: editors and `echo` put it there.
 */
async function readSigner(reference: SecretKeyReference, readSecret: ReadSecret): Promise<SecretValue<Signer>> {
  const content = await readSecret(reference);
  if (content.kind !== 'Found') return withoutSecret(content, keyName(reference));
  const { bytes } = content;
  const text = bytes.toString('latin1').replace(/\r?\n$/, '');
  const isText = /^[\x20-\x7e]*$/.test(text);
  try {
    if (isText && text.startsWith(ENCODED_PREFIX)) return { kind: 'Found', value: new Webhook(text) };
    return { kind: 'Found', value: new Webhook(isText ? text : new Uint8Array(bytes), { format: 'raw' }) };
  } catch {
    // The package's message could quote the secret.
    return invalid(reference, 'is empty, or begins with whsec_ but is not base64');
  }
}
