import type { RunResult } from './run-port.ts';

/** What must happen as often with faults as without, whatever is retried. */
const COUNTED = ['created Job', 'created UpgradeBatch', 'evicted Pod', 'deleted UpgradeBatch'];

/** How a run with faults differs from the reference, line by line. A wrong but quiet end breaks no invariant. */
export function differences(reference: RunResult, run: RunResult): readonly string[] {
  const missing = reference.end.filter((line) => !run.end.includes(line)).map((line) => `missing in the end: ${line}`);
  const added = run.end.filter((line) => !reference.end.includes(line)).map((line) => `only with faults: ${line}`);
  const counts = COUNTED.flatMap((what) => {
    const [expected, found] = [reference.counts[what] ?? 0, run.counts[what] ?? 0];
    return expected === found ? [] : [`${what}: ${found} times instead of ${expected}`];
  });
  return [...missing, ...added, ...counts];
}
