import { NOTIFY_REASONS } from '../../api/conditions.ts';
import type { SecretValue } from '../secret-values.ts';

/**
 * The URL that a plan has, or that of a path below it. What the API server takes for one may be none here (`http://1.2.3.256`).
 *
 * @param path to be added to the URL's own; begins with a slash.
 */
export function planUrl(text: string, path?: string): SecretValue<URL> {
  if (!URL.canParse(text)) return { kind: 'Permanent', reason: NOTIFY_REASONS.Refused, message: 'the URL cannot be read' };
  const url = new URL(text);
  if (path !== undefined) url.pathname = `${url.pathname.replace(/\/+$/, '')}${path}`;
  return { kind: 'Found', value: url };
}
