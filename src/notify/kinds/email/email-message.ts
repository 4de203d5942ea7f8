import { fitLines } from '../../../core/fit.ts';
import type { Notification, NotifiedNode } from '../../../core/notification/model/notification.ts';
import { oneLine } from '../../../core/notification/text/text-line.ts';
import { emailHtml } from './email-html.ts';
import { moreNodes } from '../../more-nodes.ts';
import { headline } from '../../severity.ts';

/** An email, with the headers by which mail programs sort it into a thread. */
export interface EmailMessage {
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  readonly messageId: string;
  /** Message ID that starts the thread: all emails of a rollout refer to it, but it was never sent. */
  readonly thread: string;
}

/** Maximum size of the list of nodes in the text part (bytes). */
const MAX_NODES_BYTES = 24_000;

/**
 * The email for a notification.
 *
 * @param from the sender's address, whose domain is part of the message IDs.
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

/** The text, and the state of each node that did not succeed. */
function emailText(notification: Notification): string {
  const troubled = notification.nodes.filter(({ state }) => state !== 'Succeeded').map(nodeLine);
  if (troubled.length === 0) return `${notification.text}\n`;
  const nodes = fitLines(troubled, MAX_NODES_BYTES, (left) => moreNodes(notification, left));
  return `${notification.text}\n\nNodes:\n${nodes.join('\n')}\n`;
}

function nodeLine({ name, state, reason, message, quarantined }: NotifiedNode): string {
  const words = [state, ...(reason === undefined ? [] : [reason]), ...(quarantined ? ['QUARANTINED'] : [])].join(' · ');
  return `  ${oneLine(`${name}: ${words}${message === undefined ? '' : `: ${message}`}`)}`;
}

/** A valid left side of a message ID (RFC 5322, dot-atom-text). */
function atom(text: string): string {
  return text.replaceAll(/[^\w-]+/g, '.');
}
