import { Liquid } from 'liquidjs';
import { cutText, characters } from '../core/text.ts';
import type { Notification } from '../core/notification/model/notification.ts';

/** What a user's own template came to. */
export type Rendered =
  { readonly kind: 'Rendered'; readonly text: string } | { readonly kind: 'Failed'; readonly message: string };

/**
 * What one rendering may cost: the agent has a Lease to renew, and templates come from whoever writes plans. The limits count characters
 * of the template, milliseconds, and what liquidjs takes for memory (characters and elements made).
 */
const LIMITS = { parseLimit: 65_536, renderLimit: 500, memoryLimit: 4_000_000 } as const;
/** A longer text than this is no message (bytes). */
const MOST_BYTES = 262_144;
/** As much of an error as is told: it goes into a receipt. */
const MESSAGE_LENGTH = 160;

// No templates of the file system, and nothing but the data's own fields: a template can reach neither files nor code.
const engine = new Liquid({ ...LIMITS, templates: {}, ownPropertyOnly: true, strictFilters: true, timezoneOffset: 0 });

/**
 * Renders a user's template (Liquid) over a notification: its fields are the template's variables, as docs/templates.md describes them.
 * What goes wrong is a result, so that the built-in text can take the template's place.
 */
export function renderTemplate(template: string, notification: Notification): Rendered {
  try {
    const text = String(engine.parseAndRenderSync(template, notification));
    if (text.trim() === '') return { kind: 'Failed', message: 'the template gives an empty text' };
    const bytes = Buffer.byteLength(text);
    return bytes > MOST_BYTES
      ? { kind: 'Failed', message: `the template gives ${bytes} bytes; ${MOST_BYTES} are allowed` }
      : { kind: 'Rendered', text };
  } catch (error) {
    const [message = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
    return { kind: 'Failed', message: `the template fails: ${cutText(message, MESSAGE_LENGTH, characters)}` };
  }
}
