import type { Notification } from '../core/notification/notification.ts';

/** A line of a notification's text: for reading, or with a command to copy. */
export type MessageLine =
  | { readonly kind: 'Prose'; readonly text: string }
  | { readonly kind: 'Command'; readonly intro: string; readonly command: string };

/** A notification's text for places that show more than plain text. */
export interface MessageLines {
  /** The first line, which says whether to act. */
  readonly headline: string;
  readonly lines: readonly MessageLine[];
}

/** Takes a notification's text apart: its headline, and which of its lines are commands. */
export function messageLines({ text, commands }: Pick<Notification, 'text' | 'commands'>): MessageLines {
  const [headline = '', ...lines] = text.split('\n');
  return { headline, lines: lines.map((line) => lineOf(line, commands)) };
}

function lineOf(line: string, commands: Notification['commands']): MessageLine {
  const found = commands.find(({ command }) => line.endsWith(command));
  if (found === undefined) return { kind: 'Prose', text: line };
  const intro = line.slice(0, -found.command.length).trim().replace(/:$/, '');
  return { kind: 'Command', intro, command: found.command };
}

/** The words for what did not fit, with where to find it. */
export function moreLines(left: number, { batch, plan }: Pick<Notification, 'batch' | 'plan'>): string {
  return `…and ${left} more ${left === 1 ? 'line' : 'lines'}, see kubectl describe ubatch ${batch.name} -n ${plan.namespace}`;
}
