import { counted } from '../../core/text.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { Found } from '../yaml-objects.ts';
import { asObject } from '../../core/json.ts';
import { wrapText } from './display-width.ts';
import { unknownNames } from './check-names.ts';
import type { GivenFleet } from './given-fleet.ts';
import { checkObjects, type CheckedObjects } from './given-objects.ts';
import { jsonDocument } from './json-document.ts';
import { madeUpNodes } from './made-up-nodes.ts';
import { fleetTooLarge, MAX_NODES, type SimulateOptions } from './options.ts';
import { play } from './play.ts';
import { readState } from './rollout-state.ts';
import type { Output } from './screen.ts';
import type { Simulation, SimulationSetup } from './simulation-port.ts';
import { summarize } from './summary.ts';
import { summaryLines } from './summary-text.ts';
import { View, type ViewPorts } from './view.ts';

/** What `baton simulate` works with. */
export interface SimulatePorts extends ViewPorts {
  readonly createSimulation: (setup: SimulationSetup) => Simulation;
  /** Where problems and warnings go. */
  readonly problems: Output;
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Makes the simulation reachable before it runs. */
  readonly serve?: (simulation: Simulation) => Promise<Serving>;
}

/** A simulation that is reachable from outside. */
export interface Serving {
  /** How to reach it. */
  readonly lines: readonly string[];
  close(): Promise<void>;
}

/** The user's input. */
export interface SimulateInput {
  readonly options: SimulateOptions;
  readonly found: readonly Found[];
  /** A real fleet; undefined for one that is made up. */
  readonly fleet: Extract<GivenFleet, { kind: 'Read' }> | undefined;
}

export const EXIT = { succeeded: 0, stops: 1, badInput: 2 } as const;

/** How far virtual time may run ahead of its pace (milliseconds of real time). */
const PACE_MS = 50;
const LARGE_FLEET = 1000;

/** Simulates the plans of the input and shows what happens. Returns the exit code. */
export async function simulate(input: SimulateInput, ports: SimulatePorts): Promise<number> {
  const { options } = input;
  const { seed, start, durations, fail, hang, gates } = options;
  const setup = { seed, start, durations, fail, hang, gates };
  const checked = checkObjects(input.found, ports.createSimulation({ ...setup, nodes: [] }));
  if (checked.kind === 'Rejected') return reject(checked.problems, ports);
  const fleet = chooseFleet(input, checked);
  const problems = [...unknownNames(checked.plans, options), ...fleet.problems];
  if (problems.length > 0) return reject(problems, ports);
  const { warnings } = checked;
  const notes = [...fleet.notes, ...checked.notes, ...slowNotes(fleet.nodes.length)];
  for (const warning of warnings) ports.problems.write(`Warning: ${warning}\n`);

  const simulation = ports.createSimulation({ ...setup, nodes: fleet.nodes });
  const failed = simulation.apply([...checked.objects, ...fleet.workload]).filter(({ ok }) => !ok);
  if (failed.length > 0)
    return reject(
      failed.map(({ message }) => message),
      ports,
    );
  const serving = await ports.serve?.(simulation);
  const view = new View(simulation, { ports, options, nodes: fleet.nodes });
  view.print(notes.flatMap((note) => wrapText(note, ports.size().columns)));
  if (serving !== undefined) (options.output === 'json' ? ports.problems : ports.output).write(`${serving.lines.join('\n')}\n`);
  const verdict = await play(simulation, {
    approval: options.approval,
    limitMs: options.limitMs,
    onStep: () => view.step(),
    ...pacing(simulation, options.speed, ports),
  });
  view.end();
  await serving?.close();
  const state = readState(simulation);
  const summary = summarize({ simulation, state, verdict, seed, nodes: fleet.nodes.length });
  const exitCode = verdict.kind === 'Succeeded' ? EXIT.succeeded : EXIT.stops;
  if (options.output === 'json') ports.output.write(jsonDocument({ summary, state, simulation, exitCode, notes, warnings }));
  else view.print(['', ...summaryLines(summary, ports.size().columns)]);
  return exitCode;
}

/** A warning about fleets whose simulation takes hours: each pass of the operator looks at all nodes. */
function slowNotes(nodes: number): readonly string[] {
  return nodes <= LARGE_FLEET
    ? []
    : [`The simulation of ${nodes} nodes takes hours. ${LARGE_FLEET} nodes or fewer show the same plan sooner.`];
}

function reject(problems: readonly string[], { problems: output }: SimulatePorts): number {
  output.write(`${problems.join('\n')}\nNothing was simulated.\n`);
  return EXIT.badInput;
}

interface ChosenFleet {
  readonly nodes: readonly KubeObject[];
  readonly workload: readonly KubeObject[];
  readonly notes: readonly string[];
  readonly problems: readonly string[];
}

function chooseFleet({ options, fleet }: SimulateInput, { plans }: Extract<CheckedObjects, { kind: 'Checked' }>): ChosenFleet {
  if (fleet !== undefined) {
    const problems = fleet.nodes.length > MAX_NODES ? [fleetTooLarge(fleet.nodes.length)] : [];
    return { nodes: fleet.nodes, workload: fleet.workload, notes: fleet.notes, problems };
  }
  if (options.fleet.kind !== 'MadeUp') throw new Error('The fleet was not read.');
  const { nodes: count, zones } = options.fleet;
  const { nodes, problems } = madeUpNodes({ nodes: count, zones, plans });
  const note = `Made up: ${counted(count, 'Node')} in ${counted(zones, 'zone')}, with the labels that the plans select.`;
  return { nodes, workload: [], notes: [note], problems };
}

/** How virtual time follows real time; nothing if it is to be as fast as possible. */
function pacing(
  { now, start }: Simulation,
  speed: number | undefined,
  { monotonic, sleep }: SimulatePorts,
): { readonly sliceMs?: number; readonly pause?: () => Promise<void> } {
  if (speed === undefined) return {};
  const began = monotonic();
  return { sliceMs: PACE_MS * speed, pause: () => sleep(Math.max(0, (now() - start) / speed - (monotonic() - began))) };
}

/** The objects of the user's files that have a kind and a name, which is what can be applied; a sentence for each of the others. */
export function applicable(found: readonly Found[], problems: string[]): readonly Found[] {
  return found.filter(({ where, object }) => {
    const { name, generateName } = asObject(object['metadata']);
    const valid =
      typeof object['kind'] === 'string' &&
      typeof object['apiVersion'] === 'string' &&
      typeof (name ?? generateName) === 'string';
    if (!valid) problems.push(`${where}: is not a Kubernetes object: apiVersion, kind and metadata.name are required.`);
    return valid;
  });
}
