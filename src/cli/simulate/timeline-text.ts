import { displayWidth, wrapText } from './display-width.ts';
import { messageLines, type MessageForm } from './message-form.ts';
import type { ReceivedMessage, SimulationEvent } from './simulation-port.ts';

/** How to show the timeline. */
export interface TimelineStyle {
  readonly columns: number;
  readonly messages: MessageForm;
  readonly userAgent: string;
}

/** What the timeline is made of. */
export type TimelineEntry =
  { readonly kind: 'Event'; readonly event: SimulationEvent } | { readonly kind: 'Message'; readonly message: ReceivedMessage };

const KIND_COLUMNS = 9;
const MIN_TEXT_COLUMNS = 20;

/** Renders entries in order, with a line for each day. It remembers the day of the last entry. */
export class Timeline {
  readonly #style: TimelineStyle;
  #day = '';

  constructor(style: TimelineStyle) {
    this.#style = style;
  }

  /** The lines of an entry. */
  lines(entry: TimelineEntry): readonly string[] {
    const time = entry.kind === 'Event' ? entry.event.time : entry.message.time;
    const lines = entry.kind === 'Event' ? eventLines(entry.event, this.#style) : receivedLines(entry.message, this.#style);
    const day = new Date(time).toISOString().slice(0, 10);
    if (day === this.#day) return lines;
    this.#day = day;
    return [dayLine(time), ...lines];
  }
}

function eventLines({ time, kind, text, node, batch, plan }: SimulationEvent, style: TimelineStyle): readonly string[] {
  const subject = node ?? batch ?? plan;
  const sentence = subject === undefined ? text : `${subject} ${text}`;
  return entryLines(time, kind, sentence, style);
}

function receivedLines(message: ReceivedMessage, style: TimelineStyle): readonly string[] {
  const { time, sink, senderNode, notification } = message;
  const about = `${notification.batch.name}${notification.kind === 'BatchSettled' ? '' : `, ${notification.kind}`}`;
  const body = messageLines(message, style.messages, style.userAgent);
  return [
    ...entryLines(time, 'message', `to ${sink} from ${senderNode}: ${about}`, style),
    ...body.map((line) => `         │ ${line}`),
  ];
}

function entryLines(time: number, kind: string, text: string, { columns }: TimelineStyle): readonly string[] {
  const start = `${clock(time)} ${kind.padEnd(KIND_COLUMNS)} `;
  const room = Math.max(MIN_TEXT_COLUMNS, columns - displayWidth(start));
  return wrapText(text, room).map((line, index) => (index === 0 ? start : ' '.repeat(start.length)) + line);
}

/** `08:12:30`, in UTC. */
function clock(time: number): string {
  return new Date(time).toISOString().slice(11, 19);
}

/** `--- Monday, 5 January 2026, UTC ---`. */
function dayLine(time: number): string {
  return `--- ${dayText(time)}, UTC ---`;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November', 'December'],
];

/** `Monday, 5 January 2026`, in UTC. It does not depend on the locale data of Node, so that the same seed gives the same bytes. */
export function dayText(time: number): string {
  const date = new Date(time);
  return `${DAYS[date.getUTCDay()] ?? ''}, ${date.getUTCDate()} ${MONTHS[date.getUTCMonth()] ?? ''} ${date.getUTCFullYear()}`;
}
