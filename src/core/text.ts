const encoder = new TextEncoder();

/** Size of a text in bytes of UTF-8. */
export function byteLength(text: string): number {
  return encoder.encode(text).length;
}

/**
 * The size of a text in its destination, in the destination's unit. The cost of a text must be the sum of the costs of its parts. A text
 * is cut before it is escaped, so that no escape sequence is cut: `(text) => byteLength(escape(text))`.
 */
export type Cost = (text: string) => number;

/** Marks where a text was cut. */
export const ELLIPSIS = '…';

// One visible character may consist of several code points: flags, families, letters with combining accents.
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts `text` to a cost of at most `limit` without splitting a grapheme. A cut text ends with an ellipsis if that fits. */
export function cutText(text: string, limit: number, cost: Cost): string {
  if (cost(text) <= limit) return text;
  const ellipsis = cost(ELLIPSIS) <= limit ? ELLIPSIS : '';
  let room = limit - cost(ellipsis);
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    room -= cost(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end).trimEnd()}${ellipsis}`;
}

/** Cuts `text` to at most `limit` bytes of UTF-8, as {@link cutText} does. */
export function cutToBytes(text: string, limit: number): string {
  return cutText(text, limit, byteLength);
}

/** An instant as RFC 3339 in UTC and whole seconds, the format of Kubernetes' Time. */
export function toRfc3339(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}

/** An instant in the format of Kubernetes' MicroTime. */
export function toMicroTime(instant: number): string {
  return new Date(instant).toISOString().replace('Z', '000Z');
}

/** Parses an RFC 3339 time; undefined when absent or invalid. */
export function toInstant(time: string | undefined): number | undefined {
  if (time === undefined) return undefined;
  const instant = Date.parse(time);
  return Number.isNaN(instant) ? undefined : instant;
}

/** `3 nodes`, `1 node`. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

/**
 * Compares names so that node-2 sorts before node-10: runs of digits are compared as numbers, and a digit sorts before other characters. It
 * allocates nothing up to the first difference, because fleets are sorted in each pass.
 */
export function compareNames(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  let first = 0;
  while (first < length && a.charCodeAt(first) === b.charCodeAt(first)) first += 1;
  if (first === length && a.length === b.length) return 0;
  const start = digitsStart(a, first);
  const [left, right] = [digitsFrom(a, start), digitsFrom(b, start)];
  if (left !== '' && right !== '') {
    const numeric = Number(left) - Number(right);
    if (numeric !== 0) return numeric;
    // Runs of different length, such as 1 and 01, or numbers that JavaScript considers equal.
    if (left !== right) return left < right ? -1 : 1;
  }
  if (first === length) return a.length - b.length;
  const isNumber = isDigit(a.charCodeAt(first));
  if (isNumber !== isDigit(b.charCodeAt(first))) return isNumber ? -1 : 1;
  return a.charCodeAt(first) < b.charCodeAt(first) ? -1 : 1;
}

function isDigit(code: number): boolean {
  return code >= 48 && code <= 57;
}

/** Where the run of digits begins that ends before or contains `index`; `index` itself if there is none. */
function digitsStart(text: string, index: number): number {
  let start = index;
  while (start > 0 && isDigit(text.charCodeAt(start - 1))) start -= 1;
  return start;
}

function digitsFrom(text: string, start: number): string {
  let end = start;
  while (end < text.length && isDigit(text.charCodeAt(end))) end += 1;
  return text.slice(start, end);
}

/** Size of a text in UTF-16 code units, which is how Slack and most receivers count characters. */
export function characters(text: string): number {
  return text.length;
}
