import process from 'node:process';
import { afterAll, describe, expect, it } from '@jest/globals';
import { runScenario, type RunResult } from './run.ts';
import { makeScenario } from './scenario.ts';

const RUNS = Number(process.env['SIMULATION_RUNS'] ?? 300);
const FIRST = Number(process.env['SIMULATION_SEED'] ?? 1);
const CHUNK = 20;
/** Of the transcript of a run that failed, so many lines are shown. */
const SHOWN_LINES = 80;

const results: RunResult[] = [];

/** Runs one seed; when it fails, again with a transcript, for a person to read. */
function run(seed: number): RunResult {
  try {
    return runScenario(makeScenario(seed));
  } catch (error) {
    const again = makeScenario(seed, true);
    try {
      runScenario(again);
    } catch {
      const transcript = again.world.transcript.slice(-SHOWN_LINES).join('\n');
      const how = `SIMULATION_SEED=${seed} SIMULATION_RUNS=1 npm test -- --selectProjects unit --testPathPatterns simulation`;
      throw new Error(`Seed ${seed}: ${String(error)}\n${transcript}\n\n${how}`, { cause: error });
    }
    throw new Error(`Seed ${seed} failed, and did not when it was run again: ${String(error)}`, { cause: error });
  }
}

afterAll(() => {
  const sum = (count: (result: RunResult) => number): number => results.reduce((total, result) => total + count(result), 0);
  const ends = Map.groupBy(results, (result) => result.end);
  const told = [...ends].map(([end, list]) => `${end} ${list.length}`).join(', ');
  process.stdout.write(
    `\n${results.length} runs, ${sum((r) => r.steps)} steps, ${sum((r) => r.checks)} checks of all invariants: ${told}\n`,
  );
});

describe('Every simulated run keeps the invariants after each step and comes to an end', () => {
  const starts = Array.from({ length: Math.ceil(RUNS / CHUNK) }, (_, i) => FIRST + i * CHUNK);
  it.each(starts)(
    'from seed %i on',
    (start) => {
      for (let seed = start; seed < Math.min(start + CHUNK, FIRST + RUNS); seed++) results.push(run(seed));
      expect(results.length).toBeGreaterThan(0);
    },
    120_000,
  );
});

it('The same seed gives the same run', () => {
  const [one, two] = [makeScenario(7, true), makeScenario(7, true)];
  expect(runScenario(one)).toEqual(runScenario(two));
  expect(one.world.transcript).toEqual(two.world.transcript);
});
