import type { Instant } from '../facts.ts';

/** The remaining work and its speed. Times in seconds. */
export interface WorkLeft {
  /** Expected duration of a node's turn. */
  readonly nodeSeconds: number;
  /** Maximum number of nodes that are in their turn at the same time. */
  readonly atOnce: number;
  /** For each node in its turn, how long the turn has taken so far. */
  readonly running: readonly number[];
  /** Number of nodes of the open batch that wait for their turn. */
  readonly waiting: number;
  /** The later batches: size of each, and the pause before it. */
  readonly batches: readonly { readonly nodes: number; readonly pauseSeconds: number }[];
}

/** The remaining time of a node whose turn takes longer than expected, as a share of the expected time. */
const MIN_REMAINING_SHARE = 0.1;

/** How long the remaining work takes if nothing fails or holds the rollout (seconds). */
export function secondsLeft({ nodeSeconds, atOnce, running, waiting, batches }: WorkLeft): number {
  const left = running.map((elapsed) => Math.max(nodeSeconds - elapsed, nodeSeconds * MIN_REMAINING_SHARE));
  const slots = Math.max(1, atOnce);
  const work = left.reduce((sum, seconds) => sum + seconds, 0) + waiting * nodeSeconds;
  const longest = Math.max(0, ...left, waiting > 0 ? nodeSeconds : 0);
  const open = Math.max(longest, work / slots);
  return batches.reduce((sum, { nodes, pauseSeconds }) => sum + pauseSeconds + Math.ceil(nodes / slots) * nodeSeconds, open);
}

/** Maximum time left and the unit that the end is then rounded up to (ms): nobody knows the minute in which a week-long rollout ends. */
const ROUNDING: readonly (readonly [number, number])[] = [
  [3_600_000, 60_000],
  [86_400_000, 600_000],
  [Infinity, 3_600_000],
];

/** How much a reported end may be wrong before it is replaced, as a share of the time left. */
const MAX_DEVIATION_SHARE = 0.1;

/**
 * The expected end to report, rounded up to a unit that grows with the time left. An end that was reported before is kept while it is
 * right to a tenth of the time left, so that the status is not written only because of a new estimate.
 */
export function reportableEnd(now: Instant, end: Instant, before: Instant | undefined): Instant {
  const left = end - now;
  const unit = ROUNDING.find(([limit]) => left <= limit)?.[1] ?? 60_000;
  if (before !== undefined && before > now && Math.abs(before - end) <= Math.max(left * MAX_DEVIATION_SHARE, unit)) return before;
  return Math.ceil(end / unit) * unit;
}
