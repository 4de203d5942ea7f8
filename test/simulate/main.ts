/**
 * `make simulate`: whole simulations with faults. `SEEDS=n` runs that many seeds, `SEED=n` that one, `SYSTEMATIC=n` the systematic runs
 * with at most n runs for each family. A failing run is made shorter and printed with the command that repeats it.
 */
import { parseArgs } from 'node:util';
import type { FaultKind, Schedule } from '../../src/simulator/faults/schedule.ts';
import { describeFailure, kindOfFailure } from './failures.ts';
import { KNOWN_FAULTS } from './known-faults.ts';
import type { Run, RunRequest, RunResult } from './run-port.ts';
import { REFERENCES } from './scenarios.ts';
import { seededRequest } from './seeds.ts';
import { simulatedRun } from './simulated-run.ts';
import { editedPlan } from './edited-plan.ts';
import { runEdits, runEveryPoint, runOrders, runWrongEdits, type SystematicOptions, type Tally } from './systematic.ts';

const FIRST_SEED = 1;
/** With 500 runs for each family, 50,000 orders. */
const ORDERS_PER_POINT = 100;

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

/** Runs seeds one after the other, and returns how many failed. */
async function runSeeds(run: Run, first: number, count: number, seconds: number): Promise<number> {
  const began = performance.now();
  const faults = new Map<FaultKind, number>();
  const failures = new Map<string, number[]>();
  let [steps, checks, done] = [0, 0, 0];
  while (done < count && performance.now() - began < seconds * 1000) {
    const request = seededRequest(first + done);
    const result = await run(request);
    if (process.env['PROGRESS'] !== undefined) {
      process.stderr.write(
        `${request.seed}: ${result.steps} steps, ${result.injected.length} faults, ${result.failure ?? 'holds'}\n`,
      );
    }
    done += 1;
    steps += result.steps;
    checks += result.checks;
    for (const { fault } of result.injected) faults.set(fault.kind, (faults.get(fault.kind) ?? 0) + 1);
    if (result.failure === undefined) continue;
    const kind = kindOfFailure(result.failure);
    const seeds = failures.get(kind) ?? [];
    failures.set(kind, [...seeds, request.seed]);
    // One of a kind is enough to read.
    if (seeds.length === 0) for (const line of await describeFailure(run, request, result)) print(line);
  }
  const elapsed = (performance.now() - began) / 1000;
  const counted = [...faults].map(([kind, each]) => `${kind} ${each}`).toSorted();
  print(
    `${done} seeds, ${steps} steps, ${checks} checks in ${elapsed.toFixed(0)} s: ${(done / elapsed).toFixed(2)} seeds a second`,
  );
  print(`faults injected: ${counted.join(', ')}`);
  for (const [kind, seeds] of failures) print(`failed: ${kind}: ${seeds.length} seeds (${seeds.slice(0, 20).join(', ')})`);
  return [...failures.values()].flat().length;
}

async function runSystematic(run: Run, most: number): Promise<number> {
  const options: SystematicOptions = { run, print, most, seed: FIRST_SEED };
  const tallies: Tally[] = [];
  for (const { name } of REFERENCES) tallies.push(await runEveryPoint(name, options));
  tallies.push(await runOrders('two-nodes', most * ORDERS_PER_POINT, options));
  const plain = editedPlan('plain', 'os');
  tallies.push(await runEdits(plain, options), await runWrongEdits(plain, options));
  const failed = tallies.reduce((sum, tally) => sum + tally.failed, 0);
  print(`${tallies.reduce((sum, tally) => sum + tally.runs, 0)} systematic runs, ${failed} failed`);
  return failed;
}

async function runOne(run: Run, request: RunRequest): Promise<number> {
  const result: RunResult = await run(request);
  for (const line of result.transcript) print(line);
  for (const line of result.end) print(`end: ${line}`);
  print(result.failure ?? 'every invariant holds');
  return result.failure === undefined ? 0 : 1;
}

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    seed: { type: 'string' },
    first: { type: 'string', default: String(FIRST_SEED) },
    seconds: { type: 'string', default: 'Infinity' },
    scenario: { type: 'string', default: 'random' },
    schedule: { type: 'string' },
    systematic: { type: 'string' },
    strict: { type: 'boolean', default: false },
  },
});

const run = simulatedRun({ except: new Set(values.strict ? [] : Object.keys(KNOWN_FAULTS)) });

async function main(): Promise<number> {
  const { seed, scenario, schedule, systematic } = values;
  if (systematic !== undefined) return runSystematic(run, Number(systematic));
  if (seed === undefined) return runSeeds(run, Number(values.first), Number(values.seeds), Number(values.seconds));
  if (schedule !== undefined) return runOne(run, { scenario, seed: Number(seed), schedule: JSON.parse(schedule) as Schedule });
  return runOne(run, scenario === 'random' ? seededRequest(Number(seed)) : { scenario, seed: Number(seed), schedule: [] });
}

// What a simulation leaves waiting must not keep the process.
process.exit((await main()) === 0 ? 0 : 1);
