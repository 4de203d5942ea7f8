import { fitLines } from '../../../core/fit.ts';
import { cutText } from '../../../core/text.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import { messageLines, moreLines, type MessageLine, type ProseLine } from '../../message-lines.ts';

/** A message for Slack's chat.postMessage and incoming webhooks. */
export interface SlackMessage {
  /** For notifications on phones, screen readers, and services that only imitate Slack. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** The kinds of blocks that are used here. */
export type SlackBlock =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: true } }
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'context'; readonly elements: readonly [SlackText] };

/** Text with markup. `verbatim` prevents links to what looks like a host or a channel. */
interface SlackText {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

/**
 * Slack's limits in characters, after escaping. The limit of all blocks together is not documented: above about 13,000, Slack answers
 * msg_blocks_too_long.
 */
const MAX_HEADER_LENGTH = 150;
const MAX_SECTION_LENGTH = 3_000;
const MAX_BLOCKS_LENGTH = 12_000;
const MAX_BLOCKS = 50;
const MAX_TEXT_LENGTH = 4_000;
/** Length of the markup for bold text. */
const BOLD_LENGTH = 2;

/** Lines that share one block. */
interface Section {
  readonly kind: MessageLine['kind'] | 'Cause';
  /** Escaped. */
  readonly text: string;
  readonly lines: number;
}

/**
 * A notification as a Slack message: the headline, prose with bold causes, each command as code to copy, and the agent in small print. It
 * is always within Slack's limits; lines that do not fit are counted. It cannot mention people or channels, and its only link is the
 * plan's runbook.
 */
export function slackMessage(notification: Notification): SlackMessage {
  // Two of these in messages of processes would turn everything between them into code.
  const text = notification.text.replaceAll('```', "'''");
  const { headline, lines } = messageLines({ ...notification, text });
  const more = (left: number): string => moreLines(left, notification);
  return {
    text: escape(fitLines(text.split('\n'), MAX_TEXT_LENGTH, more, escapedLength).join('\n')),
    blocks: [headerBlock(headline), ...fitSections(sectionsOf(lines), more)],
  };
}

/** The first sections that fit besides a header, then a line that counts the rest. */
function fitSections(sections: readonly Section[], more: (left: number) => string): SlackBlock[] {
  let room = MAX_BLOCKS_LENGTH - MAX_SECTION_LENGTH / 2;
  let left = sections.reduce((sum, { lines }) => sum + lines, 0);
  const blocks: SlackBlock[] = [];
  for (const { kind, text, lines } of sections) {
    room -= text.length;
    // The header and the line that counts the rest are blocks, too.
    if (room < 0 || blocks.length + 2 >= MAX_BLOCKS) break;
    blocks.push(kind === 'Footer' ? { type: 'context', elements: [slackText(text)] } : sectionBlock(text));
    left -= lines;
  }
  return left === 0 ? blocks : [...blocks, sectionBlock(escape(more(left)))];
}

/** Consecutive causes share a section as far as they fit, and so does other prose. Each command has a section of its own. */
function sectionsOf(lines: readonly MessageLine[]): Section[] {
  const sections: Section[] = [];
  for (const line of lines) {
    const kind = line.kind === 'Prose' && line.lead !== '' ? 'Cause' : line.kind;
    const text = lineText(line);
    if (text.trim() === '') continue;
    const before = sections.at(-1);
    const joined = `${before?.text ?? ''}\n${text}`;
    if (line.kind === 'Prose' && before?.kind === kind && joined.length <= MAX_SECTION_LENGTH) {
      sections[sections.length - 1] = { kind, text: joined, lines: before.lines + 1 };
    } else {
      sections.push({ kind, text, lines: 1 });
    }
  }
  return sections;
}

function lineText(line: MessageLine): string {
  if (line.kind === 'Prose') return proseText(line);
  if (line.kind === 'Link') return `${bold(line.intro)} <${linkTarget(line.url)}>`;
  if (line.kind === 'Footer') return escape(cutText(line.text, MAX_SECTION_LENGTH, escapedLength));
  const code = `${bold(line.intro)}\n\`\`\`${escape(line.command)}\`\`\``.trimStart();
  // A command that was cut would be another command.
  return code.length <= MAX_SECTION_LENGTH
    ? code
    : escape(`${line.intro} too long for Slack, see the notification of another sink`);
}

function proseText({ text, lead }: ProseLine): string {
  const cut = cutText(text, MAX_SECTION_LENGTH - BOLD_LENGTH, escapedLength);
  return lead !== '' && cut.startsWith(lead) ? `${bold(lead)}${escape(cut.slice(lead.length))}` : escape(cut);
}

/** A URL between angle brackets, in which a bar would end it. */
function linkTarget(url: string): string {
  return escape(url.replaceAll(/[<>|]/g, encodeURIComponent));
}

/** Text in bold, unless it contains an asterisk, which Slack cannot escape. */
function bold(text: string): string {
  return text === '' || text.includes('*') ? escape(text) : `*${escape(text)}*`;
}

function headerBlock(headline: string): SlackBlock {
  // A header would cut off the end of the headline, which says whether to act.
  if (headline.length > MAX_HEADER_LENGTH) return sectionBlock(escape(cutText(headline, MAX_SECTION_LENGTH / 2, escapedLength)));
  return { type: 'header', text: { type: 'plain_text', text: headline.trim() === '' ? 'Baton' : headline, emoji: true } };
}

function sectionBlock(text: string): SlackBlock {
  return { type: 'section', text: slackText(text) };
}

function slackText(text: string): SlackText {
  return { type: 'mrkdwn', text, verbatim: true };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapedLength(text: string): number {
  return escape(text).length;
}
