import type { Instant } from '../facts.ts';

/** What is left to do, and how fast it goes. Times in seconds. */
export interface WorkLeft {
  /** How long a node is in its turn, as far as is known. */
  readonly nodeSeconds: number;
  /** How many nodes may be in their turn at once. */
  readonly atOnce: number;
  /** How long each node has been in its turn that is in it now. */
  readonly running: readonly number[];
  /** How many nodes of the open batch wait for their turn. */
  readonly waiting: number;
  /** Sizes of the batches to come, and how long is waited before each. */
  readonly batches: readonly { readonly nodes: number; readonly pauseSeconds: number }[];
}

/** A node that has been in its turn for longer than usual is given this share of the usual time more: nobody knows better. */
const LEAST_SHARE = 0.1;

/** How long the work takes (seconds), if nothing fails and nothing holds it. */
export function secondsLeft({ nodeSeconds, atOnce, running, waiting, batches }: WorkLeft): number {
  const left = running.map((elapsed) => Math.max(nodeSeconds - elapsed, nodeSeconds * LEAST_SHARE));
  const slots = Math.max(1, atOnce);
  const work = left.reduce((sum, seconds) => sum + seconds, 0) + waiting * nodeSeconds;
  const longest = Math.max(0, ...left, waiting > 0 ? nodeSeconds : 0);
  const open = Math.max(longest, work / slots);
  return batches.reduce((sum, { nodes, pauseSeconds }) => sum + pauseSeconds + Math.ceil(nodes / slots) * nodeSeconds, open);
}

/** The grains in which an end is told, by how far away it is (ms): nobody knows the minute in which a week's rollout ends. */
const GRAINS: readonly (readonly [number, number])[] = [
  [3_600_000, 60_000],
  [86_400_000, 600_000],
  [Infinity, 3_600_000],
];

/** How far an end may be from the one that was told before it is told anew: this share of the time that is left. */
const TOLD_SHARE = 0.1;

/**
 * The end to be told: rounded up to a grain that grows with its distance. One that was told stays as long as it is right to a tenth of
 * what is left, so that a status is not written for the sake of its estimate alone.
 */
export function tellEnd(now: Instant, end: Instant, before: Instant | undefined): Instant {
  const left = end - now;
  const grain = GRAINS.find(([limit]) => left <= limit)?.[1] ?? 60_000;
  if (before !== undefined && before > now && Math.abs(before - end) <= Math.max(left * TOLD_SHARE, grain)) return before;
  return Math.ceil(end / grain) * grain;
}
