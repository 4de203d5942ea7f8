import { isDeepStrictEqual } from 'node:util';
import type { Change } from '../../src/simulator/invariants/observation.ts';

/** Counts what is created and removed, by kind, and returns whether anything has changed that a rollout is about. */
export function countChange({ kind, before, after }: Change, counts: Record<string, number>): boolean {
  const what = kind === 'Plan' || kind === 'Batch' || kind === 'Action' ? `Upgrade${kind}` : kind;
  if (before === undefined) increment(counts, `created ${what}`);
  if (after === undefined) increment(counts, `deleted ${what}`);
  // Renewals of Leases and heartbeats change nothing that is read.
  return !isDeepStrictEqual(before, after);
}

function increment(counts: Record<string, number>, key: string): void {
  counts[key] = (counts[key] ?? 0) + 1;
}
