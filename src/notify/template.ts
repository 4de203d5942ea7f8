import { Liquid } from 'liquidjs';
import { cutText, characters } from '../core/text.ts';
import type { Notification } from '../core/notification/model/notification.ts';

/** The result of rendering a template. */
export type Rendered =
  { readonly kind: 'Rendered'; readonly text: string } | { readonly kind: 'Failed'; readonly message: string };

/**
 * Limits of one rendering, because the agent has a Lease to renew, and plans come from users. They count characters of the template,
 * milliseconds, and what liquidjs counts as memory (characters and elements created).
 */
const LIMITS = { parseLimit: 65_536, renderLimit: 500, memoryLimit: 4_000_000 } as const;
/** Maximum size of a rendered text (bytes). */
const MAX_BYTES = 262_144;
/** Maximum length of an error in a receipt (UTF-16 code units). */
const MAX_MESSAGE_LENGTH = 160;

// Without templates from files and with own properties only, a template can access neither files nor code.
const engine = new Liquid({ ...LIMITS, templates: {}, ownPropertyOnly: true, strictFilters: true, timezoneOffset: 0 });

/**
 * Renders a template (Liquid) with the fields of a notification as variables, as docs/templates.md describes. Failures are returned as
 * results, so that the built-in text can replace the template.
 */
export function renderTemplate(template: string, notification: Notification): Rendered {
  try {
    const text = String(engine.parseAndRenderSync(template, notification));
    if (text.trim() === '') return { kind: 'Failed', message: 'the template produced an empty text' };
    const bytes = Buffer.byteLength(text);
    return bytes > MAX_BYTES
      ? { kind: 'Failed', message: `the template produced ${bytes} bytes; the maximum is ${MAX_BYTES}` }
      : { kind: 'Rendered', text };
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { kind: 'Failed', message: `the template failed: ${cutText(message, MAX_MESSAGE_LENGTH, characters)}` };
  }
}
