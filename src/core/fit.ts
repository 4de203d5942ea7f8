import { byteLength, cutText, ELLIPSIS, type Cost } from './text.ts';

/** Size of a text within a JSON string, in bytes of UTF-8. */
export function jsonBytes(text: string): number {
  return byteLength(JSON.stringify(text)) - 2;
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
