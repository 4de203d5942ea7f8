import { fitLines } from '../../../core/fit.ts';
import { shortDuration } from '../../../core/duration.ts';
import type { Cause, Notification, NodeState, NotifiedNode } from '../../../core/notification/model/notification.ts';
import { oneLine } from '../../../core/notification/text/text-line.ts';
import { byteLength, cutText } from '../../../core/text.ts';
import { messageLines, moreLines, type MessageLine, type ProseLine } from '../../message-lines.ts';
import { moreNodes } from '../../more-nodes.ts';
import { severityOf, type Severity } from '../../severity.ts';

/** Maximum sizes of the parts (bytes). Gmail cuts off HTML at 102 KB. */
const MAX_FACTS_BYTES = 16_000;
const MAX_CAUSES_BYTES = 16_000;
const MAX_NODES_BYTES = 56_000;
/** Maximum size of a message or a list of names in a cell (bytes). */
const MAX_CELL_BYTES = 600;

/** Colours that are readable on white and on black, because mail programs may use a dark background. */
const COLOURS: Readonly<Record<Severity, string>> = {
  critical: '#d1242f',
  error: '#d1242f',
  warning: '#bf8700',
  info: '#1a7f37',
};
const LINE = '#8c959f';

const FONT = "font:15px/1.5 system-ui,-apple-system,'Segoe UI',Roboto,Helvetica,Arial,sans-serif";
const CODE = 'font:13px/1.45 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace';

/** The order of nodes by state. Other states follow. */
const ORDER: readonly NodeState[] = ['Failed', 'NotAttempted', 'Skipped'];

/** The HTML part of an email: the text, and tables of all causes and nodes that fit. Styles are inline, because many programs drop others. */
export function emailHtml(notification: Notification): string {
  const { headline, lines } = messageLines(notification);
  const colour = COLOURS[severityOf(notification)];
  return [
    '<!doctype html>',
    '<html lang="en"><head><meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="color-scheme" content="light dark"><meta name="supported-color-schemes" content="light dark">',
    `<title>${escape(headline)}</title></head>`,
    '<body style="margin:0;padding:0">',
    `<div style="max-width:760px;margin:0 auto;padding:16px;${FONT};overflow-wrap:anywhere">`,
    `<h1 style="margin:0 0 12px;padding:2px 0 2px 12px;border-left:6px solid ${colour};font-size:19px;line-height:1.35">${escape(headline)}</h1>`,
    `<p style="margin:0 0 12px">${facts(lines, notification).map(escape).join('<br>\n')}</p>`,
    ...causesTable(notification),
    ...lines.flatMap(actionBlock),
    ...nodesTable(notification),
    `<p style="margin:20px 0 0;font-size:12px;color:${LINE}">${footer(lines, notification)}</p>`,
    '</div></body></html>',
    '',
  ].join('\n');
}

/** The lines of prose, without the causes if the table has them. */
function facts(lines: readonly MessageLine[], notification: Notification): readonly string[] {
  const inTable = ({ lead }: ProseLine): boolean => lead !== '' && notification.causes.length > 0;
  const prose = lines.flatMap((line) => (line.kind === 'Prose' && !inTable(line) ? [line.text] : []));
  return fitLines(prose, MAX_FACTS_BYTES, (left) => moreLines(left, notification), escapedBytes);
}

/** The last line of the text, with the agent, and the notification's id. */
function footer(lines: readonly MessageLine[], { id }: Notification): string {
  return [...lines.flatMap((line) => (line.kind === 'Footer' ? [line.text] : [])), id].map(escape).join('<br>');
}

function causesTable({ causes }: Notification): string[] {
  if (causes.length === 0) return [];
  const more = (left: number): string => row([`<td colspan="2">and ${left} more</td>`]);
  const rows = fitLines(causes.map(causeRow), MAX_CAUSES_BYTES, more);
  return [heading('Why'), table(rows)];
}

function causeRow({ state, reason, process, message, messages, count, nodes, quarantined, stillAt }: Cause): string {
  const words = state === 'Failed' ? [reason ?? state] : [state, ...(reason === undefined ? [] : [reason])];
  const what = `${words.join(', ')}${process === undefined ? '' : ` (${process})`}`;
  const others = messages > 1 ? ` and ${messages - 1} other ${messages === 2 ? 'message' : 'messages'}` : '';
  const why = message === undefined ? '' : `<br>${cell(message)}${others}`;
  const condition = quarantined ? '<br><b>QUARANTINED</b>' : stillAt === undefined ? '' : `<br>still ${cell(stillAt)}`;
  const names = td(`${cell(nodes.replaceAll(',', ', '))}${condition}`, 40);
  // On a phone, half of the width is too narrow for a reason, which is one long word.
  return row([td(`<b>${count}× ${cell(what)}</b>${why}`, 60), names]);
}

function nodesTable(notification: Notification): string[] {
  const nodes = notification.nodes.toSorted((a, b) => rank(a.state) - rank(b.state));
  if (nodes.length === 0) return [];
  const more = (left: number): string => row([`<td colspan="2">${escape(moreNodes(notification, left))}</td>`]);
  return [heading('Nodes'), table(fitLines(nodes.map(nodeRow), MAX_NODES_BYTES, more))];
}

function nodeRow({ name, state, reason, message, seconds, quarantined }: NotifiedNode): string {
  const colour = state === 'Failed' ? ` style="color:${COLOURS.critical}"` : '';
  const words = [
    `<b${colour}>${state}</b>`,
    ...(reason === undefined ? [] : [cell(reason)]),
    ...(quarantined ? ['QUARANTINED'] : []),
  ];
  const time = seconds === undefined ? '' : shortDuration(seconds);
  const why = message === undefined ? '' : `${time === '' ? '' : '<br>'}${cell(message)}`;
  return row([td([cell(name), ...words].join('<br>')), td(`${time}${why}`)]);
}

/** A command in a box to copy it from, or the link to the runbook. */
function actionBlock(line: MessageLine): string[] {
  if (line.kind === 'Link') {
    const target = escape(line.url);
    return [`<p style="margin:12px 0 4px"><b>${escape(line.intro)}</b> <a href="${target}">${target}</a></p>`];
  }
  if (line.kind !== 'Command') return [];
  return [
    `<p style="margin:12px 0 4px"><b>${escape(line.intro)}</b></p>`,
    `<pre style="margin:0;padding:8px;border:1px solid ${LINE};border-radius:4px;white-space:pre-wrap;${CODE}">${escape(line.command)}</pre>`,
  ];
}

function heading(text: string): string {
  return `<h2 style="margin:20px 0 4px;font-size:16px">${text}</h2>`;
}

function table(rows: readonly string[]): string {
  return `<table width="100%" cellpadding="5" cellspacing="0" border="0" style="border-collapse:collapse;${FONT};font-size:14px">\n${rows.join('\n')}\n</table>`;
}

function row(cells: readonly string[]): string {
  return `<tr valign="top" style="border-top:1px solid ${LINE}">${cells.join('')}</tr>`;
}

function td(html: string, percent = 50): string {
  return `<td width="${percent}%">${html}</td>`;
}

/** External text. It is cut before it is escaped, so that no escape sequence is cut. */
function cell(text: string): string {
  return escape(cutText(oneLine(text), MAX_CELL_BYTES, escapedBytes));
}

function rank(state: NodeState): number {
  const place = ORDER.indexOf(state);
  return place === -1 ? ORDER.length : place;
}

const ESCAPES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };

function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPES[character] ?? character);
}

function escapedBytes(text: string): number {
  return byteLength(escape(text));
}
