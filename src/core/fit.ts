import { byteLength } from './text.ts';

/**
 * What a text costs in the place where it goes, in that place's unit. The cost of a text must be the sum of the costs of its parts. So a
 * text is cut before it is escaped, and the cut never falls into an escape: `(text) => byteLength(escape(text))`.
 */
export type Cost = (text: string) => number;

/** The bytes that a text takes within a JSON string. */
export function jsonBytes(text: string): number {
  return byteLength(JSON.stringify(text)) - 2;
}

/** UTF-16 units, as Slack and most others count characters, at least as many as there are code points. */
export function characters(text: string): number {
  return text.length;
}

const ELLIPSIS = '…';

// What a person takes for one character may be many code points: flags, families, letters with accents of their own.
const graphemes = new Intl.Segmenter('en', { granularity: 'grapheme' });

/** `text` within `budget`, never cut within what a person takes for one character; a cut text ends with an ellipsis where that fits. */
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
 * The first lines that fit into `budget` when they are joined by line breaks, then the line that `more` makes from how many are left
 * out (`and 12 more, see kubectl describe ubatch …`). A first line that is too long on its own is cut; so is `more` as a last resort.
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
  // Of a single line nothing is left out but its end, which the ellipsis says.
  const last = lines.length === 1 ? undefined : more(lines.length - 1);
  if (last === undefined) return [cutText(first, budget, cost)];
  const room = budget - lineBreak - cost(last);
  return room > cost(ELLIPSIS) ? [cutText(first, room, cost), last] : [cutText(more(lines.length), budget, cost)];
}
