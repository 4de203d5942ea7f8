/**
 * `make test`: everything that proves the project, in the order in which it fails soonest. While types, lint and unit tests run,
 * the programs of the test cluster are built in the background; that takes about 20 minutes the first time, and no time later.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, setPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { requireBuildable } from './cluster/binaries.ts';
import { stopCluster } from './cluster/cluster.ts';
import { requirePrerequisites } from './cluster/prerequisites.ts';
import { listClusters } from './cluster/state.ts';
import { binaryNames } from './cluster/versions.ts';
import { stopSystemCluster, systemClusterName } from './support/shared-cluster.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const running = new Set<ChildProcess>();
/** Simulations with faults: the first seeds, as many as fit into this time (s). `make simulate` runs more. */
const SEEDS = 20;
const SEEDS_SECONDS = 300;
/** Clusters that are no business of this run: those that were there before, and those that a person may start meanwhile. */
const others = new Set([...listClusters().filter((name) => name !== systemClusterName), 'demo', 'dev']);
let interruption = false;

interface Outcome {
  readonly what: string;
  readonly ok: boolean;
  readonly seconds: number;
}

/** The counts of a jest project, from its JSON report. */
interface JestReport {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly numTodoTests: number;
  /** Files that could not even be loaded: their tests are in none of the other counts. */
  readonly numRuntimeErrorTestSuites: number;
}

function start(args: readonly string[], output: 'inherit' | 'pipe'): ChildProcess {
  // A process group of its own, so that an interruption reaches whatever the child has started.
  const child = spawn(process.execPath, args, { cwd: root, stdio: ['ignore', output, output], detached: true });
  running.add(child);
  child.once('close', () => running.delete(child));
  return child;
}

function closed(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    child.once('error', () => resolve(null));
    child.once('close', resolve);
  });
}

async function succeeded(child: ChildProcess): Promise<boolean> {
  const code = await closed(child);
  // Nothing more is to start once the run was told to end: this step never reports back.
  if (interruption) await new Promise<never>(() => undefined);
  return code === 0;
}

function title(text: string): void {
  console.log(`\n=== ${text}`);
}

async function step(what: string, args: readonly string[]): Promise<Outcome> {
  title(what);
  const started = performance.now();
  const ok = await succeeded(start(args, 'inherit'));
  return { what, ok, seconds: (performance.now() - started) / 1000 };
}

function tool(path: string): string {
  return join(root, 'node_modules', path);
}

const jest = [
  '--experimental-vm-modules',
  '--disable-warning=ExperimentalWarning',
  tool('jest/bin/jest.js'),
  '--config',
  'test/jest.config.mjs',
];

function readReport(path: string): JestReport | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as JestReport;
  } catch {
    // jest ended before it could write one; its exit code says so already.
    return undefined;
  }
}

/** Something that runs beside the steps. */
interface Background {
  readonly done: Promise<boolean>;
  /** Shows what it has said, and from then on what it says. */
  show(): void;
}

/** Starts something whose lines are kept until somebody has to wait for it. */
function startInBackground(args: readonly string[], { priority }: { readonly priority?: number } = {}): Background {
  const child = start(args, 'pipe');
  if (priority !== undefined && child.pid !== undefined) setPriority(child.pid, priority);
  let held: string[] | undefined = [];
  for (const stream of [child.stdout, child.stderr]) {
    stream?.on('data', (chunk: Buffer) => {
      if (held === undefined) process.stdout.write(chunk);
      else held.push(chunk.toString());
    });
  }
  return {
    done: succeeded(child),
    show: () => {
      process.stdout.write((held ?? []).join(''));
      held = undefined;
    },
  };
}

function groupSignal(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, signal);
  } catch (error) {
    // It has just ended.
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

async function interrupted(signal: NodeJS.Signals): Promise<void> {
  interruption = true;
  console.error(`\n${signal}: ending what runs and removing the test clusters`);
  const ending = [...running];
  for (const child of ending) groupSignal(child, 'SIGTERM');
  const grace = setTimeout(() => {
    for (const child of running) groupSignal(child, 'SIGKILL');
  }, 20_000);
  await Promise.all(ending.filter((child) => running.has(child)).map(closed));
  clearTimeout(grace);
  for (const name of listClusters().filter((candidate) => !others.has(candidate))) await stopCluster(name);
  process.exit(130);
}

/** Installs what is missing, or says what the machine needs, before anything runs rather than after the first tests. */
async function prepareMachine(): Promise<boolean> {
  try {
    await requireBuildable(binaryNames);
    await requirePrerequisites({
      realNodes: true,
      scripts: true,
      withoutRoot: 'run what needs no root: make lint typecheck verify test-unit test-adapter test-apiserver test-conformance',
      log: console.log,
    });
    return true;
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return false;
  }
}

async function main(): Promise<number> {
  const reports = mkdtempSync(join(tmpdir(), 'baton-test-'));
  const outcomes: Outcome[] = [];
  const total = { passed: 0, failed: 0, skipped: 0 };

  function count(name: string, outcome: Outcome): void {
    const counts = readReport(join(reports, `${name}.json`));
    outcomes.push({ ...outcome, ok: outcome.ok && counts !== undefined });
    total.passed += counts?.numPassedTests ?? 0;
    total.failed += counts === undefined ? 1 : counts.numFailedTests + counts.numRuntimeErrorTestSuites;
    total.skipped += (counts?.numPendingTests ?? 0) + (counts?.numTodoTests ?? 0);
  }

  function jestArgs(name: string, options: readonly string[]): readonly string[] {
    return [...jest, '--selectProjects', name, '--json', `--outputFile=${join(reports, `${name}.json`)}`, ...options];
  }

  async function project(name: string, ...options: readonly string[]): Promise<void> {
    count(name, await step(`tests: ${name}`, jestArgs(name, options)));
  }

  /** Runs a project beside others; its output comes when it is waited for. */
  function projectBeside(name: string, ...options: readonly string[]): { wait(): Promise<void> } {
    const started = performance.now();
    const background = startInBackground(jestArgs(name, options));
    const ended = background.done.then((ok) => ({ what: `tests: ${name}`, ok, seconds: (performance.now() - started) / 1000 }));
    return {
      async wait() {
        title(`tests: ${name}`);
        background.show();
        count(name, await ended);
      },
    };
  }

  /** Runs whole simulations with faults in the time that other tests leave. */
  function simulationsBeside(): { wait(): Promise<void> } {
    const started = performance.now();
    const background = startInBackground(
      ['test/simulate/main.ts', '--seeds', String(SEEDS), '--seconds', String(SEEDS_SECONDS)],
      {
        priority: constants.priority.PRIORITY_LOW,
      },
    );
    const ended = background.done.then((ok) => ({ what: 'simulations', ok, seconds: (performance.now() - started) / 1000 }));
    return {
      async wait() {
        title('simulations with faults');
        background.show();
        outcomes.push(await ended);
      },
    };
  }

  const programs = startInBackground(['test/cluster/main.ts', 'build']);
  try {
    outcomes.push(await step('types', [tool('typescript/bin/tsc'), '-p', 'tsconfig.json']));
    outcomes.push(await step('lint', [tool('eslint/bin/eslint.js'), '.']));
    outcomes.push(
      await step('imports', [tool('dependency-cruiser/bin/dependency-cruiser.mjs'), '--output-type', 'err-long', 'src']),
    );
    outcomes.push(await step('format', [tool('prettier/bin/prettier.cjs'), '--check', '.']));
    outcomes.push(await step('generated files', ['src/generate/main.ts', '--check']));
    await project('unit');
    await project('adapter');

    title("the test cluster's programs");
    const waited = performance.now();
    programs.show();
    const built = await programs.done;
    outcomes.push({ what: 'waiting for programs', ok: built, seconds: (performance.now() - waited) / 1000 });

    // Once, so that the two below find it as it is to be.
    outcomes.push(await step('bundle', ['src/generate/bundle.ts']));
    const simulations = simulationsBeside();
    // Its clusters are its own, and it mostly waits, as the others do.
    const kwok = projectBeside('kwok', '--runInBand');
    await project('apiserver');
    await project('conformance');
    // One cluster serves all of its files, one after the other.
    await project('cluster', '--runInBand');
    await kwok.wait();
    await simulations.wait();
    // jest does so itself, unless it crashed.
    await stopSystemCluster();
  } finally {
    rmSync(reports, { recursive: true, force: true });
  }

  title('what ran');
  for (const { what, ok, seconds } of outcomes)
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${what.padEnd(22)} ${seconds.toFixed(0).padStart(5)} s`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  return outcomes.every((outcome) => outcome.ok) ? 0 : 1;
}

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void interrupted(signal));
process.exitCode = (await prepareMachine()) ? await main() : 1;
