import { Command } from 'commander';
import {
  parseApproval,
  parseDuration,
  parseGateClosure,
  parseProcessDuration,
  parseShare,
  parseTime,
  parseWhole,
  type ApprovalPolicy,
} from './values.ts';
import type { GateClosure } from './simulation-port.ts';
import { isMessageForm, MESSAGE_FORMS, type MessageForm } from './message-form.ts';

/** The largest fleet that can be simulated. */
export const MAX_NODES = 5000;
const MAX_ZONES = 100;
const MAX_SEED = 2 ** 32 - 1;
const MAX_SPEED = 100_000;

/** Where the nodes come from. */
export type FleetSource =
  | { readonly kind: 'MadeUp'; readonly nodes: number; readonly zones: number }
  | { readonly kind: 'File'; readonly file: string }
  | { readonly kind: 'Cluster'; readonly kubeconfig: string };

/** The options of `baton simulate`, checked. */
export interface SimulateOptions {
  readonly files: readonly string[];
  readonly fleet: FleetSource;
  /** By process (milliseconds). */
  readonly durations: ReadonlyMap<string, number>;
  readonly fail: number;
  readonly hang: number;
  readonly gates: readonly GateClosure[];
  readonly approval: ApprovalPolicy;
  /** Milliseconds since the epoch. */
  readonly start: number;
  /** After this much virtual time the simulation stops (milliseconds). */
  readonly limitMs: number;
  readonly seed: number;
  /** Virtual seconds in a second of real time; undefined for as fast as possible. */
  readonly speed: number | undefined;
  readonly serve: boolean;
  readonly output: 'text' | 'json';
  readonly messages: MessageForm;
}

/** The options as Commander read them. */
interface RawOptions {
  readonly filename: readonly string[];
  readonly nodes?: string;
  readonly nodesFrom?: string;
  readonly kubeconfig?: string;
  readonly zones?: string;
  readonly duration?: readonly string[];
  readonly fail: string;
  readonly hang: string;
  readonly gate?: readonly string[];
  readonly approve: readonly string[] | string;
  readonly start: string;
  readonly limit: string;
  readonly seed: string;
  readonly speed?: string;
  readonly serve?: true;
  readonly output: string;
  readonly messages: string;
}

/** The options, or one sentence for each problem. */
export type ReadOptions =
  | { readonly kind: 'Read'; readonly options: SimulateOptions }
  | { readonly kind: 'Rejected'; readonly problems: readonly string[] };

/** The command with its options. It throws a CommanderError for an unknown option or a missing value. */
export function simulateCommand(): Command {
  const repeated = (value: string, values: string[] | undefined): string[] => [...(values ?? []), value];
  return new Command('baton simulate')
    .description(
      'Play UpgradePlans on a virtual fleet: the operator, the agents and the sinks run as they are, on a cluster in memory and in virtual ' +
        'time. Shows what happens, every message, how long it takes, and where it stops. Needs no cluster and changes nothing.\n\n' +
        'Example: baton simulate -f plan.yaml --nodes 400 --duration os=6m --fail 2%\n\n' +
        'Exit code: 0 if every plan succeeded, 1 if one would stop or fail, 2 when something is wrong with the input.',
    )
    .requiredOption<string[]>(
      '-f, --filename <file>',
      'YAML or JSON file with UpgradePlans and other objects, or - for standard input; repeat it for several files',
      repeated,
    )
    .option('--nodes <count>', `number of nodes to make up, at most ${MAX_NODES} (default: 60)`)
    .option('--nodes-from <file>', 'YAML or JSON file with Nodes, as `kubectl get nodes -o json` prints them')
    .option('--kubeconfig <file>', 'read the Nodes, Pods and PodDisruptionBudgets of this cluster once, and simulate those')
    .option('--zones <count>', 'number of zones of the nodes that are made up (default: 3)')
    .option<string[]>('--duration <process=time>', 'how long a process takes, such as os=6m; repeat it for several', repeated)
    .option('--fail <percent>', 'share of the nodes whose upgrade fails', '0%')
    .option('--hang <percent>', 'share of the nodes whose upgrade hangs', '0%')
    .option<string[]>(
      '--gate <name=closed@from+length>',
      'when a gate is closed, such as no-pages=closed@2h+30m; gates are open otherwise; repeat it for several',
      repeated,
    )
    .option('--approve <when...>', 'give approvals `after 10m`, or `never`', ['after', '10m'])
    .option('--start <time>', 'when the simulation starts, RFC 3339; windows and freezes depend on it', '2026-01-05T08:00:00Z')
    .option('--limit <time>', 'stop after this much virtual time', '30d')
    .option('--seed <number>', 'the same seed gives the same result, byte for byte', '1')
    .option('--speed <factor>', 'virtual seconds in a real second (default: as fast as possible; 60 with --serve)')
    .option('--serve', 'serve the cluster on 127.0.0.1 while it runs, and print a kubeconfig for kubectl')
    .option('-o, --output <format>', 'text or json', 'text')
    .option('--messages <form>', `how to show messages: ${MESSAGE_FORMS.join(', ')}`, 'text')
    .exitOverride()
    .showHelpAfterError("Run 'baton simulate --help' for usage.");
}

/** Checks the values of the options. */
export function readOptions(command: Command): ReadOptions {
  const raw = command.opts<RawOptions>();
  const problems: string[] = [];
  const check = <Value>(value: Value | undefined, problem: string, fallback: Value): Value => {
    if (value === undefined) problems.push(problem);
    return value ?? fallback;
  };
  const share = (name: string, text: string): number =>
    check(parseShare(text), `--${name} must be a percentage from 0% to 100%, such as 2%; got '${text}'.`, 0);
  const approval = [raw.approve].flat().join(' ');
  const speed = raw.speed ?? (raw.serve === true ? '60' : undefined);
  const output = raw.output === 'text' || raw.output === 'json' ? raw.output : undefined;
  const options: SimulateOptions = {
    files: raw.filename,
    fleet: readFleet(raw, problems),
    durations: readDurations(raw.duration ?? [], problems),
    fail: share('fail', raw.fail),
    hang: share('hang', raw.hang),
    gates: readGates(raw.gate ?? [], problems),
    approval: check(parseApproval(approval), `--approve must be 'after TIME', such as after 10m, or never; got '${approval}'.`, {
      kind: 'Never',
    }),
    start: check(parseTime(raw.start), `--start must be an RFC 3339 time, such as 2026-01-05T08:00:00Z; got '${raw.start}'.`, 0),
    limitMs: check(parseDuration(raw.limit), `--limit must be a time such as 12h or 30d; got '${raw.limit}'.`, 0),
    seed: check(parseWhole(raw.seed, 0, MAX_SEED), `--seed must be a whole number from 0 to ${MAX_SEED}; got '${raw.seed}'.`, 0),
    speed:
      speed === undefined
        ? undefined
        : check(parseSpeed(speed), `--speed must be a number from 1 to ${MAX_SPEED}; got '${speed}'.`, 1),
    serve: raw.serve === true,
    output: check(output, `--output must be text or json; got '${raw.output}'.`, 'text'),
    messages: check(
      isMessageForm(raw.messages) ? raw.messages : undefined,
      `--messages must be one of ${MESSAGE_FORMS.join(', ')}; got '${raw.messages}'.`,
      'text',
    ),
  };
  return problems.length > 0 ? { kind: 'Rejected', problems } : { kind: 'Read', options };
}

function readFleet({ nodes, nodesFrom, kubeconfig, zones }: RawOptions, problems: string[]): FleetSource {
  const given = [nodes, nodesFrom, kubeconfig].filter((value) => value !== undefined);
  if (given.length > 1) problems.push('--nodes, --nodes-from and --kubeconfig exclude each other: pass only one of them.');
  if (zones !== undefined && (nodesFrom !== undefined || kubeconfig !== undefined)) {
    problems.push('--zones is only for nodes that are made up: remove it, or use --nodes.');
  }
  if (nodesFrom !== undefined) return { kind: 'File', file: nodesFrom };
  if (kubeconfig !== undefined) return { kind: 'Cluster', kubeconfig };
  const count = parseWhole(nodes ?? '60', 1, Number.MAX_SAFE_INTEGER);
  if (count === undefined) problems.push(`--nodes must be a whole number of at least 1; got '${nodes ?? ''}'.`);
  else if (count > MAX_NODES) problems.push(fleetTooLarge(count));
  const zoneCount = parseWhole(zones ?? '3', 1, MAX_ZONES);
  if (zoneCount === undefined) problems.push(`--zones must be a whole number from 1 to ${MAX_ZONES}; got '${zones ?? ''}'.`);
  return { kind: 'MadeUp', nodes: count ?? 1, zones: zoneCount ?? 1 };
}

/** Why a fleet is rejected. */
export function fleetTooLarge(nodes: number): string {
  return `The simulation is limited to ${MAX_NODES} nodes, and these are ${nodes}: pass a part of the fleet.`;
}

function parseSpeed(text: string): number | undefined {
  const speed = Number(text);
  return /^\d+(?:\.\d+)?$/.test(text) && speed >= 1 && speed <= MAX_SPEED ? speed : undefined;
}

function readDurations(texts: readonly string[], problems: string[]): ReadonlyMap<string, number> {
  const durations = new Map<string, number>();
  for (const text of texts) {
    const parsed = parseProcessDuration(text);
    if (parsed === undefined) problems.push(`--duration must be PROCESS=TIME, such as os=6m; got '${text}'.`);
    else durations.set(...parsed);
  }
  return durations;
}

function readGates(texts: readonly string[], problems: string[]): readonly GateClosure[] {
  return texts.flatMap((text) => {
    const closure = parseGateClosure(text);
    if (closure === undefined)
      problems.push(`--gate must be NAME=closed@FROM+LENGTH, such as no-pages=closed@2h+30m; got '${text}'.`);
    return closure ?? [];
  });
}
