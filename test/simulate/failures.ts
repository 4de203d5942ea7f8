import { describeFault } from '../../src/simulator/faults/schedule.ts';
import type { Run, RunRequest, RunResult } from './run-port.ts';
import { shrink } from './shrink.ts';

const MAX_RUNS = 60;
/** Shrinking takes about this long at most (ms): a run that never comes to rest is long. */
const MAX_MS = 120_000;

/** The name of the invariant in a failure; for other failures, the text before the first colon. */
export function kindOfFailure(failure: string): string {
  return /^Invariant \d+ \((?<name>\w+)\)/.exec(failure)?.groups?.['name'] ?? failure.split(':')[0] ?? failure;
}

/**
 * Describes a failing run: with the shortest schedule of faults that was found to fail in the same way, its transcript, and the command
 * that repeats it.
 */
export async function describeFailure(run: Run, request: RunRequest, result: RunResult): Promise<readonly string[]> {
  const kind = kindOfFailure(result.failure ?? '');
  const { rates: _rates, ...exact } = request;
  let shortest = result;
  const began = performance.now();
  const replay = async (schedule: RunRequest['schedule']): Promise<boolean> => {
    if (performance.now() - began > MAX_MS) return false;
    const replayed = await run({ ...exact, schedule });
    const isSame = replayed.failure !== undefined && kindOfFailure(replayed.failure) === kind;
    if (isSame) shortest = replayed;
    return isSame;
  };
  const { schedule, runs } = await shrink(result.injected, replay, { maxRuns: MAX_RUNS });
  const again = `make simulate SEED=${request.seed} SCENARIO=${request.scenario} SCHEDULE='${JSON.stringify(schedule)}'`;
  return [
    `seed ${request.seed}, ${request.scenario}: ${shortest.failure ?? ''}`,
    `${schedule.length} of ${result.injected.length} faults are needed (${runs} runs):`,
    ...schedule.map((fault) => `  ${describeFault(fault)}`),
    ...shortest.transcript.map((line) => `  ${line}`),
    `again: ${again}`,
  ];
}
