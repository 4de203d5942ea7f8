import { asObject, type Json } from '../../src/core/json.ts';
import { differences } from './differences.ts';
import { countMessageOrders, messageOrders } from './message-orders.ts';
import { everyPoint, spread } from './every-point.ts';
import { describeFailure } from './failures.ts';
import { propertyEdits } from './property-edits.ts';
import type { Run, RunRequest, RunResult } from './run-port.ts';

/** Where results are printed. */
export type Print = (line: string) => void;

/** What systematic runs work with. */
export interface SystematicOptions {
  readonly run: Run;
  readonly print: Print;
  /** At most this many runs for each family of points. */
  readonly most: number;
  readonly seed: number;
}

/** How many runs there were, and how many of them failed. */
export interface Tally {
  readonly runs: number;
  readonly failed: number;
}

/** Injects every fault once at every point of a reference run, and compares each end with the reference's. */
export async function runEveryPoint(scenario: string, options: SystematicOptions): Promise<Tally> {
  const { run, print, most, seed } = options;
  const reference = await run({ scenario, seed, schedule: [] });
  print(`${scenario}: ${reference.writes.length} writes, ${reference.events} events, ${reference.steps} steps`);
  if (reference.failure !== undefined) {
    print(`${scenario}: the reference itself fails: ${reference.failure}`);
    return { runs: 1, failed: 1 };
  }
  let tally: Tally = { runs: 1, failed: 0 };
  for (const { name, schedules } of everyPoint(reference)) {
    const chosen = spread(schedules, most);
    let failed = 0;
    for (const schedule of chosen) {
      const request = { scenario, seed, schedule };
      const result = await run(request);
      if (!(await isAsReference(options, reference, request, result))) failed += 1;
    }
    print(`${scenario}, ${name}: ${chosen.length}/${schedules.length} points, ${failed} failed`);
    tally = { runs: tally.runs + chosen.length, failed: tally.failed + failed };
  }
  return tally;
}

async function isAsReference(
  { run, print }: SystematicOptions,
  reference: RunResult,
  request: RunRequest,
  result: RunResult,
): Promise<boolean> {
  if (result.failure !== undefined) {
    for (const line of await describeFailure(run, request, result)) print(line);
    return false;
  }
  const different = differences(reference, result);
  if (different.length === 0) return true;
  print(`${request.scenario} with ${JSON.stringify(request.schedule)} ends differently:`);
  for (const line of different) print(`  ${line}`);
  return false;
}

/** Runs the orders in which messages can arrive, up to a bound, and compares each end with the reference's. */
export async function runOrders(scenario: string, maxRuns: number, options: SystematicOptions): Promise<Tally> {
  const { run, print, seed } = options;
  const reference = await run({ scenario, seed, schedule: [] });
  let [runs, failed] = [0, 0];
  for (const schedule of messageOrders(reference)) {
    if (runs === maxRuns) break;
    runs += 1;
    const request = { scenario, seed, schedule };
    const result = await run(request);
    if (!(await isAsReference(options, reference, request, result))) failed += 1;
  }
  print(`${scenario}, orders of messages: ${runs}/${countMessageOrders(reference)} explored, ${failed} failed`);
  return { runs, failed };
}

/** When a property is changed, and when it is changed back (ms from the start of the run). */
const EDIT_MS = 100_000;
const BACK_MS = 160_000;

/** What is edited. */
export interface EditedPlan {
  readonly scenario: string;
  readonly plan: string;
  /** As stored. */
  readonly spec: Json;
  /** The schema of `spec`. */
  readonly schema: Json;
  /** Whether the API server accepts a spec. */
  readonly accepts: (spec: Json) => boolean;
}

/** Changes every property of a plan in mid-run, and back. */
export async function runEdits(
  { scenario, plan, spec, schema, accepts }: EditedPlan,
  options: SystematicOptions,
): Promise<Tally> {
  const { run, print, most, seed } = options;
  const edits = propertyEdits(schema, spec).map(({ property, candidates }) => ({ property, edited: candidates.find(accepts) }));
  const possible = edits.flatMap(({ property, edited }) => (edited === undefined ? [] : [{ property, edited }]));
  const step = Math.max(1, Math.ceil(possible.length / most));
  const chosen = possible.filter((_, index) => index % step === 0);
  let failed = 0;
  for (const { property, edited } of chosen) {
    const there = { atMs: EDIT_MS, plan, spec: edited };
    const back = { atMs: BACK_MS, plan, spec };
    const result = await run({ scenario, seed, schedule: [], edits: [there, back] });
    if (result.failure === undefined) continue;
    failed += 1;
    print(`${scenario} with ${property} changed and back: ${result.failure}`);
    for (const line of result.transcript) print(`  ${line}`);
  }
  print(
    `${scenario}, properties changed and back: ${chosen.length}/${edits.length} (${possible.length} possible), ${failed} failed`,
  );
  return { runs: chosen.length, failed };
}

/** Edits that the API server accepts and the operator finds wrong. */
export const WRONG_EDITS: readonly { readonly name: string; readonly change: (spec: Json) => Json }[] = [
  { name: 'a window that never opens', change: (spec) => ({ ...spec, windows: [window('0 0 31 2 *', 'UTC')] }) },
  { name: 'a time zone that does not exist', change: (spec) => ({ ...spec, windows: [window('0 0 * * *', 'Mars/Olympus')] }) },
  { name: 'no nodes', change: (spec) => ({ ...spec, nodeSelector: { matchLabels: { role: 'nobody' } } }) },
  { name: 'a plan that does not exist', change: (spec) => ({ ...spec, dependsOn: [{ name: 'nobody', version: '1' }] }) },
  {
    name: 'shared sinks that do not exist',
    change: (spec) => ({ ...spec, notify: { ...asObject(spec['notify']), sinksFrom: [{ configMapRef: { name: 'nobody' } }] } }),
  },
  {
    name: 'a DaemonSet that does not exist',
    change: (spec) => ({
      ...spec,
      processes: [
        ...(spec['processes'] as readonly Json[]),
        { name: 'cni', daemonSet: { namespace: 'kube-system', name: 'nobody' } },
      ],
    }),
  },
];

function window(schedule: string, timeZone: string): Json {
  return { name: 'wrong', schedule, durationSeconds: 3600, timeZone };
}

/** Edits a plan into an error in mid-run, and back: the end is that of a run without edits. */
export async function runWrongEdits({ scenario, plan, spec }: EditedPlan, options: SystematicOptions): Promise<Tally> {
  const { run, print, seed } = options;
  let failed = 0;
  for (const { name, change } of WRONG_EDITS) {
    const edits = [
      { atMs: EDIT_MS, plan, spec: change(spec) },
      { atMs: BACK_MS, plan, spec },
    ];
    const result = await run({ scenario, seed, schedule: [], edits });
    const succeeded = result.end.some((line) => line.startsWith(`plan ${plan}: Succeeded`));
    if (result.failure === undefined && succeeded) continue;
    failed += 1;
    print(`${scenario} with ${name}, and back: ${result.failure ?? result.end.find((line) => line.startsWith('plan')) ?? ''}`);
    for (const line of result.transcript) print(`  ${line}`);
  }
  print(`${scenario}, edited into an error and back: ${WRONG_EDITS.length} edits, ${failed} failed`);
  return { runs: WRONG_EDITS.length, failed };
}
