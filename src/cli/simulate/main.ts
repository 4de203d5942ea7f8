import process from 'node:process';
import { CommanderError } from 'commander';
import { createKubeClient } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { loadKubeConfig } from '../../kube/client/pooled-kube-config.ts';
import { random, systemClock } from '../../runtime/clock.ts';
import { createLogger } from '../../runtime/logging.ts';
import { VERSION } from '../../settings/version.ts';
import { createSimulation } from './create-simulation.ts';
import { readSources } from '../read-sources.ts';
import { objectsOf, type Found } from '../yaml-objects.ts';
import { fleetFromCluster, fleetFromFile, type GivenFleet } from './given-fleet.ts';
import { readOptions, simulateCommand, type FleetSource } from './options.ts';
import { isLive } from './screen.ts';
import { serveCluster } from './serve-cluster.ts';
import { applicable, EXIT, simulate, type SimulatePorts } from './simulate.ts';

const DEFAULT_COLUMNS = 80;
const DEFAULT_ROWS = 24;

/** `baton simulate`. Exit code 0: every plan succeeds; 1: one would stop or fail; 2: the problems are on standard error. */
export async function main(args: readonly string[]): Promise<number> {
  const command = simulateCommand();
  try {
    command.parse(args, { from: 'user' });
  } catch (error) {
    // Commander has already printed the error or the help.
    if (error instanceof CommanderError) return error.exitCode === 0 ? EXIT.succeeded : EXIT.badInput;
    throw error;
  }
  const read = readOptions(command);
  if (read.kind === 'Rejected') return reject([...read.problems, "Run 'baton simulate --help' for usage."]);
  const { options } = read;
  const { sources, problems: unreadable } = await readSources(options.files);
  const problems = [...unreadable];
  const found = applicable(
    sources.flatMap((source) => objectsOf(source, problems)),
    problems,
  );
  const fleet = problems.length > 0 ? undefined : await readFleet(options.fleet);
  if (fleet?.kind === 'Rejected') problems.push(...fleet.problems);
  if (problems.length > 0 || fleet?.kind === 'Rejected') return reject(problems);
  return simulate({ options, found, fleet }, portsFor(options.serve, found));
}

function reject(problems: readonly string[]): number {
  process.stderr.write(`${problems.join('\n')}\n`);
  return EXIT.badInput;
}

/** The fleet that the user gives; undefined for one that is made up. */
async function readFleet(source: FleetSource): Promise<GivenFleet | undefined> {
  if (source.kind === 'MadeUp') return undefined;
  if (source.kind === 'File') {
    const { sources, problems } = await readSources([source.file]);
    const [file] = sources;
    return file === undefined ? { kind: 'Rejected', problems } : fleetFromFile(file);
  }
  try {
    const { monotonic, sleep, setTimer, now } = systemClock;
    const kubeConfig = loadKubeConfig({ kubeconfigPath: source.kubeconfig });
    const log = createLogger({ component: 'cli', level: 'error', now });
    const client = createKubeClient({
      kubeConfig,
      userAgent: `baton-cli/${VERSION}`,
      log,
      now: monotonic,
      random,
      sleep,
      setTimer,
    });
    return await fleetFromCluster(client);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const where = isKubeError(error) ? 'The request to the cluster failed' : `--kubeconfig ${source.kubeconfig} cannot be used`;
    return { kind: 'Rejected', problems: [`${where}: ${message}.`] };
  }
}

function portsFor(serves: boolean, found: readonly Found[]): SimulatePorts {
  const { stdout, stderr, env } = process;
  const { monotonic, sleep, now } = systemClock;
  return {
    createSimulation,
    output: stdout,
    problems: stderr,
    size: () => ({
      columns: stdout.isTTY ? stdout.columns : DEFAULT_COLUMNS,
      rows: stdout.isTTY ? stdout.rows : DEFAULT_ROWS,
    }),
    live: isLive({ isTTY: stdout.isTTY, environment: env }),
    monotonic,
    sleep,
    userAgent: `baton/${VERSION}`,
    ...(serves
      ? {
          serve: async (simulation) => {
            const namespace = namespaceOf(found);
            const log = createLogger({ component: 'cli', level: 'error', now, stream: stderr });
            const cluster = await serveCluster({ api: simulation.api, log, namespace });
            return { lines: kubectlLines(cluster.kubeconfig), close: () => cluster.close() };
          },
        }
      : {}),
  };
}

function kubectlLines(kubeconfig: string): readonly string[] {
  return [
    'The cluster is served while the simulation runs. In another terminal:',
    `  export KUBECONFIG=${kubeconfig}`,
    '  kubectl get uplan --watch',
  ];
}

/** The namespace of the first plan, so that kubectl needs no `-n`. */
function namespaceOf(found: readonly Found[]): string {
  const plan = found.find(({ object }) => object['kind'] === 'UpgradePlan');
  const { namespace } = (plan?.object['metadata'] ?? {}) as { readonly namespace?: unknown };
  return typeof namespace === 'string' ? namespace : 'default';
}
