import { cutText, fitLines } from '../core/fit.ts';
import type { Notification } from '../core/notification/notification.ts';
import { messageLines, moreLines, type MessageLine } from './message-lines.ts';

/** A message as Slack's chat.postMessage and its incoming webhooks take it. */
export interface SlackMessage {
  /** For what shows no blocks: notifications of the phone, screen readers, and programs that only resemble Slack. */
  readonly text: string;
  readonly blocks: readonly SlackBlock[];
}

/** The blocks that are used here. */
export type SlackBlock =
  | { readonly type: 'header'; readonly text: { readonly type: 'plain_text'; readonly text: string; readonly emoji: true } }
  | { readonly type: 'section'; readonly text: { readonly type: 'mrkdwn'; readonly text: string; readonly verbatim: true } };

/**
 * Slack's limits in characters, once escaped. That of all blocks together is not documented: somewhere above 13,000 Slack answers
 * msg_blocks_too_long.
 */
const HEADER_LENGTH = 150;
const SECTION_LENGTH = 3_000;
const BLOCKS_LENGTH = 12_000;
const MOST_BLOCKS = 50;
const TEXT_LENGTH = 4_000;

/** Lines that go into one block. */
interface Section {
  /** Escaped. */
  readonly text: string;
  readonly lines: number;
}

/**
 * A notification as a Slack message: the headline, prose, and each command as code to copy. It is within Slack's limits whatever the
 * notification says; what does not fit is counted. Nothing in it can mention people or channels.
 */
export function slackMessage(notification: Notification): SlackMessage {
  const { headline, lines } = messageLines(notification);
  const more = (left: number): string => moreLines(left, notification);
  return {
    text: escape(fitLines(notification.text.split('\n'), TEXT_LENGTH, more, escapedLength).join('\n')),
    blocks: [headerBlock(headline), ...fitSections(sectionsOf(lines), more).map(sectionBlock)],
  };
}

/** The first sections that fit beside a header, then the words for the lines that do not. */
function fitSections(sections: readonly Section[], more: (left: number) => string): string[] {
  let room = BLOCKS_LENGTH - SECTION_LENGTH / 2;
  let left = sections.reduce((sum, { lines }) => sum + lines, 0);
  const told: string[] = [];
  for (const section of sections) {
    room -= section.text.length;
    // The header and the words for what is left out are blocks too.
    if (room < 0 || told.length + 2 >= MOST_BLOCKS) break;
    told.push(section.text);
    left -= section.lines;
  }
  return left === 0 ? told : [...told, escape(more(left))];
}

/** Prose that stands together goes into one section, as far as it fits; each command has its own. */
function sectionsOf(lines: readonly MessageLine[]): Section[] {
  const sections: Section[] = [];
  let prose: Section | undefined;
  for (const line of lines) {
    const text = lineText(line);
    if (text.trim() === '') continue;
    const joined: string = prose === undefined ? text : `${prose.text}\n${text}`;
    if (line.kind === 'Prose' && prose !== undefined && joined.length <= SECTION_LENGTH) {
      prose = { text: joined, lines: prose.lines + 1 };
      sections[sections.length - 1] = prose;
    } else {
      sections.push({ text, lines: 1 });
      prose = line.kind === 'Prose' ? sections.at(-1) : undefined;
    }
  }
  return sections;
}

function lineText(line: MessageLine): string {
  if (line.kind === 'Prose') return escape(cutText(line.text, SECTION_LENGTH, escapedLength));
  const code = `${escape(line.intro)}:\n\`\`\`${escape(line.command)}\`\`\``;
  // A command that is cut would be another command.
  return code.length <= SECTION_LENGTH ? code : escape(`${line.intro}: too long for Slack, see the notification of another sink`);
}

function headerBlock(headline: string): SlackBlock {
  // A headline that is cut would lose its end, which says whether to act.
  if (headline.length > HEADER_LENGTH) return sectionBlock(escape(cutText(headline, SECTION_LENGTH / 2, escapedLength)));
  return { type: 'header', text: { type: 'plain_text', text: headline === '' ? 'Baton' : headline, emoji: true } };
}

function sectionBlock(text: string): SlackBlock {
  // Verbatim: Slack makes no links of what looks like a host or a channel.
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

function escapedLength(text: string): number {
  return escape(text).length;
}
