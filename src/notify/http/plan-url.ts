import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { SecretValue } from '../secret-values.ts';

/**
 * Parses a URL of a plan. The API server accepts some that Node rejects (`http://1.2.3.256`).
 *
 * @param path is appended to the path of the URL. It begins with a slash.
 */
export function planUrl(text: string, path?: string): SecretValue<URL> {
  if (!URL.canParse(text)) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: 'the URL is invalid' };
  const url = new URL(text);
  if (path !== undefined) url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return { kind: 'Found', value: url };
}
