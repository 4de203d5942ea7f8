import type { Schedule } from '../../src/simulator/faults/schedule.ts';

/** How shrinking ended. */
export interface Shrunk {
  readonly schedule: Schedule;
  /** How many runs it took. */
  readonly runs: number;
}

/**
 * Makes a failing schedule shorter while it still fails, by leaving out ever smaller parts (delta debugging). The result is minimal when
 * the runs suffice: no single fault of it can be left out.
 */
export async function shrink(
  schedule: Schedule,
  fails: (schedule: Schedule) => Promise<boolean>,
  { maxRuns }: { readonly maxRuns: number },
): Promise<Shrunk> {
  let current = schedule;
  let parts = 2;
  let runs = 0;
  while (current.length > 0 && runs < maxRuns) {
    const size = Math.ceil(current.length / parts);
    let shorter: Schedule | undefined;
    for (let start = 0; start < current.length && runs < maxRuns; start += size) {
      const candidate = [...current.slice(0, start), ...current.slice(start + size)];
      runs += 1;
      if (!(await fails(candidate))) continue;
      shorter = candidate;
      break;
    }
    if (shorter !== undefined) {
      current = shorter;
      parts = Math.max(parts - 1, 2);
    } else if (size === 1) {
      break;
    } else {
      parts = Math.min(parts * 2, current.length);
    }
  }
  return { schedule: current, runs };
}
