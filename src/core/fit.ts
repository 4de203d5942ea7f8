import { byteLength } from './text.ts';

/**
 * The size of a text in its destination, in the destination's unit. The cost of a text must be the sum of the costs of its parts. A text
 * is cut before it is escaped, so that no escape sequence is cut: `(text) => byteLength(escape(text))`.
 */
export type Cost = (text: string) => number;

/** Size of a text within a JSON string, in bytes of UTF-8. */
export function jsonBytes(text: string): number {
  return byteLength(JSON.stringify(text)) - 2;
}

/** Size of a text in UTF-16 code units, which is how Slack and most receivers count characters. */
export function characters(text: string): number {
  return text.length;
}

const ELLIPSIS = '…';

// One visible character may consist of several code points: flags, families, letters with combining accents.
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** Cuts `text` to `budget` without splitting a grapheme. A cut text ends with an ellipsis if that fits. */
export function cutText(text: string, budget: number, cost: Cost = byteLength): string {
  if (cost(text) <= budget) return text;
  const ellipsis = cost(ELLIPSIS) <= budget ? ELLIPSIS : '';
  let room = budget - cost(ellipsis);
  let end = 0;
  for (const { segment, index } of graphemes.segment(text)) {
    room -= cost(segment);
    if (room < 0) break;
    end = index + segment.length;
  }
  return `${text.slice(0, end).trimEnd()}${ellipsis}`;
}

/**
 * The first lines that fit into `budget` when they are joined by line breaks, then a line from `more`, which gets the number of omitted
 * lines (`and 12 more, see kubectl describe ubatch …`). A first line that is too long by itself is cut; as a last resort, `more` is too.
 */
export function fitLines(
  lines: readonly string[],
  budget: number,
  more: (left: number) => string,
  cost: Cost = byteLength,
): readonly string[] {
  const lineBreak = cost('\n');
  const costs = lines.map(cost);
  let sum = costs.reduce((total, each) => total + each, Math.max(0, lines.length - 1) * lineBreak);
  if (sum <= budget) return lines;

  let kept = lines.length;
  while (kept > 0) {
    kept -= 1;
    sum -= (costs[kept] ?? 0) + (kept === 0 ? 0 : lineBreak);
    const last = more(lines.length - kept);
    if (kept > 0 && sum + lineBreak + cost(last) <= budget) return [...lines.slice(0, kept), last];
  }
  const [first = ''] = lines;
  // A single line loses only its end, which the ellipsis shows.
  const last = lines.length === 1 ? undefined : more(lines.length - 1);
  if (last === undefined) return [cutText(first, budget, cost)];
  const room = budget - lineBreak - cost(last);
  return room > cost(ELLIPSIS) ? [cutText(first, room, cost), last] : [cutText(more(lines.length), budget, cost)];
}
