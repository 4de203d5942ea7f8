import type { Notification } from '../core/notification/model/notification.ts';
import { counted } from '../core/text.ts';

/** A line of a notification's text: prose, a command to copy, the link to the runbook, or the footer with the agent. */
export type MessageLine =
  | ProseLine
  /** `intro` is empty, or ends with a colon or a question mark. */
  | { readonly kind: 'Command'; readonly intro: string; readonly command: string }
  | { readonly kind: 'Link'; readonly intro: string; readonly url: string }
  | { readonly kind: 'Footer'; readonly text: string };

/** A line of prose. */
export interface ProseLine {
  readonly kind: 'Prose';
  readonly text: string;
  /** The beginning of a line with a cause: `7× JobFailed (kernel)`. Empty for other lines. */
  readonly lead: string;
}

/** The text of a notification, for sinks that show more than plain text. */
export interface MessageLines {
  /** The first line, which says whether to act. */
  readonly headline: string;
  readonly lines: readonly MessageLine[];
}

/** The beginning of a line with a cause, or with the number of causes left out. */
const LEAD = /^(?:\d+× [^:·]*[^:·\s]|and \d+ more causes?)(?=:| ·|$)/;
/** The end of the built-in text. The text of a template may end with anything. */
const FOOTER = /(?:^| · )rev [0-9a-f]{1,4}(?: · agent \S+)?$/;

/** Splits the text of a notification into its headline and its other lines. */
export function messageLines({ text, ...rest }: Pick<Notification, 'text' | 'commands' | 'runbookUrl'>): MessageLines {
  const [headline = '', ...lines] = text.split('\n');
  return { headline, lines: lines.map((line, i) => lineOf(line, rest, i === lines.length - 1)) };
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

/** The line for lines that did not fit: how many, and where to find them. */
export function moreLines(left: number, { batch, plan }: Pick<Notification, 'batch' | 'plan'>): string {
  return `…and ${counted(left, 'more line')}, see kubectl describe ubatch ${batch.name} -n ${plan.namespace}`;
}
