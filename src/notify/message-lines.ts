import type { Notification } from '../core/notification/model/notification.ts';
import { counted } from '../core/text.ts';

/** A line of a notification's text: for reading, with a command to copy, with the page of the runbook, or the last one, which says who speaks. */
export type MessageLine =
  | ProseLine
  /** `intro` is empty, or ends as the text has it: with a colon or a question mark. */
  | { readonly kind: 'Command'; readonly intro: string; readonly command: string }
  | { readonly kind: 'Link'; readonly intro: string; readonly url: string }
  | { readonly kind: 'Footer'; readonly text: string };

/** A line for reading. */
export interface ProseLine {
  readonly kind: 'Prose';
  readonly text: string;
  /** Of a line that tells a cause, the words that it begins with: `7× JobFailed (kernel)`; empty in others. */
  readonly lead: string;
}

/** A notification's text for places that show more than plain text. */
export interface MessageLines {
  /** The first line, which says whether to act. */
  readonly headline: string;
  readonly lines: readonly MessageLine[];
}

/** How a line begins that tells a cause, or the causes that there is no room for. */
const LEAD = /^(?:\d+× [^:·]*[^:·\s]|and \d+ more causes?)(?=:| ·|$)/;
/** What only the built-in text ends with: a user's own template may end with anything. */
const FOOTER = /(?:^| · )rev [0-9a-f]{1,4}(?: · agent \S+)?$/;

/** Takes a notification's text apart: its headline, and what each of its lines is. */
export function messageLines({ text, ...told }: Pick<Notification, 'text' | 'commands' | 'runbookUrl'>): MessageLines {
  const [headline = '', ...lines] = text.split('\n');
  return { headline, lines: lines.map((line, i) => lineOf(line, told, i === lines.length - 1)) };
}

function lineOf(
  line: string,
  { commands, runbookUrl }: Pick<Notification, 'commands' | 'runbookUrl'>,
  last: boolean,
): MessageLine {
  if (last && FOOTER.test(line)) return { kind: 'Footer', text: line };
  if (runbookUrl !== undefined && line === `Runbook: ${runbookUrl}`) return { kind: 'Link', intro: 'Runbook:', url: runbookUrl };
  const found = commands.find(({ command }) => line.endsWith(command));
  if (found === undefined) return { kind: 'Prose', text: line, lead: LEAD.exec(line)?.[0] ?? '' };
  const intro = line.slice(0, -found.command.length).trim();
  return { kind: 'Command', intro, command: found.command };
}

/** The words for what did not fit, with where to find it. */
export function moreLines(left: number, { batch, plan }: Pick<Notification, 'batch' | 'plan'>): string {
  return `…and ${counted(left, 'more line')}, see kubectl describe ubatch ${batch.name} -n ${plan.namespace}`;
}
