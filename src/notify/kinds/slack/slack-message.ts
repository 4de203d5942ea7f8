import { fitLines } from '../../../core/fit.ts';
import { cutText } from '../../../core/text.ts';
import type { Notification } from '../../../core/notification/model/notification.ts';
import { messageLines, moreLines, type MessageLine, type ProseLine } from '../../message-lines.ts';

/** A message as Slack's chat.postMessage and its incoming webhooks take it. */
export interface SlackMessage {
  /** For what shows no blocks: notifications of the phone, screen readers, and programs that only resemble Slack. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** The blocks that are used here. */
export type SlackBlock =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: true } }
  | { readonly type: 'section'; readonly text: SlackText }
  | { readonly type: 'context'; readonly elements: readonly [SlackText] };

/** Verbatim: Slack makes no links of what looks like a host or a channel. */
interface SlackText {
  readonly type: 'mrkdwn';
  readonly text: string;
  readonly verbatim: true;
}

/**
 * Slack's limits in characters, once escaped. That of all blocks together is not documented: somewhere above 13,000 Slack answers
 * msg_blocks_too_long.
 */
const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3_000;
const BLOCKS_LENGTH = 12_000;
const MOST_BLOCKS = 50;
const TEXT_LENGTH = 4_000;
/** What bold print adds. */
const BOLD_LENGTH = 2;

/** Lines that go into one block. */
interface Section {
  readonly kind: MessageLine['kind'] | 'Cause';
  /** Escaped. */
  readonly text: string;
  readonly lines: number;
}

/**
 * A notification as a Slack message: the headline, prose in which causes stand out, each command as code to copy, and in small print who
 * speaks. It is within Slack's limits whatever the notification says; what does not fit is counted. Nothing in it can mention people or
 * channels, and the only link is the plan's runbook.
 */
export function slackMessage(notification: Notification): SlackMessage {
  // Two of these, in two messages of processes, would make code of all that stands between them.
  const text = notification.text.replaceAll('```', "'''");
  const { headline, lines } = messageLines({ ...notification, text });
  const more = (left: number): string => moreLines(left, notification);
  return {
    text: escape(fitLines(text.split('\n'), TEXT_LENGTH, more, escapedLength).join('\n')),
    blocks: [headerBlock(headline), ...fitSections(sectionsOf(lines), more)],
  };
}

/** The first sections that fit beside a header, then the words for the lines that do not. */
function fitSections(sections: readonly Section[], more: (left: number) => string): SlackBlock[] {
  let room = BLOCKS_LENGTH - SECTION_LENGTH / 2;
  let left = sections.reduce((sum, { lines }) => sum + lines, 0);
  const told: SlackBlock[] = [];
  for (const { kind, text, lines } of sections) {
    room -= text.length;
    // The header and the words for what is left out are blocks too.
    if (room < 0 || told.length + 2 >= MOST_BLOCKS) break;
    told.push(kind === 'Footer' ? { type: 'context', elements: [slackText(text)] } : sectionBlock(text));
    left -= lines;
  }
  return left === 0 ? told : [...told, sectionBlock(escape(more(left)))];
}

/** Causes that stand together go into one section, as far as they fit, and so does other prose; each command has its own. */
function sectionsOf(lines: readonly MessageLine[]): Section[] {
  const sections: Section[] = [];
  for (const line of lines) {
    const kind = line.kind === 'Prose' && line.lead !== '' ? 'Cause' : line.kind;
    const text = lineText(line);
    if (text.trim() === '') continue;
    const before = sections.at(-1);
    const joined = `${before?.text ?? ''}\n${text}`;
    if (line.kind === 'Prose' && before?.kind === kind && joined.length <= SECTION_LENGTH) {
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
  if (line.kind === 'Footer') return escape(cutText(line.text, SECTION_LENGTH, escapedLength));
  const code = `${bold(line.intro)}\n\`\`\`${escape(line.command)}\`\`\``.trimStart();
  // A command that is cut would be another command.
  return code.length <= SECTION_LENGTH ? code : escape(`${line.intro} too long for Slack, see the notification of another sink`);
}

function proseText({ text, lead }: ProseLine): string {
  const cut = cutText(text, SECTION_LENGTH - BOLD_LENGTH, escapedLength);
  return lead !== '' && cut.startsWith(lead) ? `${bold(lead)}${escape(cut.slice(lead.length))}` : escape(cut);
}

/** A URL between angle brackets. Beside what is escaped everywhere, a bar would end it. */
function linkTarget(url: string): string {
  return escape(url.replaceAll(/[<>|]/g, encodeURIComponent));
}

/** Text of ours in bold. Slack knows no escape for an asterisk. */
function bold(text: string): string {
  return text === '' || text.includes('*') ? escape(text) : `*${escape(text)}*`;
}

function headerBlock(headline: string): SlackBlock {
  // A headline that is cut would lose its end, which says whether to act.
  if (headline.length > HEADER_LENGTH) return sectionBlock(escape(cutText(headline, SECTION_LENGTH / 2, escapedLength)));
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
