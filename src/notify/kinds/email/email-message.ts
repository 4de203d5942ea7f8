import { fitLines } from '../../../core/fit.ts';
import type { Notification, NotifiedNode } from '../../../core/notification/model/notification.ts';
import { oneLine } from '../../../core/notification/text/text-line.ts';
import { emailHtml } from './email-html.ts';
import { moreNodes } from '../../more-nodes.ts';
import { headline } from '../../severity.ts';

/** A mail as a person gets it, and what mail programs put it in order by. */
export interface EmailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** The thread: all mails of a rollout refer to the same one, which was never sent. */
  readonly thread: string;
}

/** For the nodes in the text part, bytes. */
const NODES_BYTES = 24_000;

/**
 * The mail of a notification.
 *
 * @param from the sender's address: its domain makes our message ids unique.
 */
export function emailMessage(notification: Notification, from: string): EmailMessage {
  const domain = from.slice(from.lastIndexOf('@') + 1);
  const { id, plan } = notification;
  return {
    subject: headline(notification),
    text: emailText(notification),
    html: emailHtml(notification),
    messageId: `<baton.${atom(id)}@${domain}>`,
    thread: `<baton.${atom(`${plan.uid}/${plan.revision}`)}@${domain}>`,
  };
}

/** The text, and what became of each node that did not succeed. */
function emailText(notification: Notification): string {
  const troubled = notification.nodes.filter(({ state }) => state !== 'Succeeded').map(nodeLine);
  if (troubled.length === 0) return `${notification.text}\n`;
  const nodes = fitLines(troubled, NODES_BYTES, (left) => moreNodes(notification, left));
  return `${notification.text}\n\nNodes:\n${nodes.join('\n')}\n`;
}

function nodeLine({ name, state, reason, message, quarantined }: NotifiedNode): string {
  const words = [state, ...(reason === undefined ? [] : [reason]), ...(quarantined ? ['QUARANTINED'] : [])].join(' · ');
  return `  ${oneLine(`${name}: ${words}${message === undefined ? '' : `: ${message}`}`)}`;
}

/** What may stand before the `@` of a message id (RFC 5322, dot-atom). */
function atom(text: string): string {
  return text.replaceAll(/[^\w-]+/g, '.');
}
