import { parseArgs } from 'node:util';
import { ensureBinaries } from './binaries.ts';
import { startCluster, stopCluster } from './cluster.ts';
import { keptLogsDirectory } from './locations.ts';
import { isAlive } from './processes.ts';
import { listClusters, readState } from './state.ts';
import { InterruptedError } from './undo-on-signal.ts';
import { binaryNames } from './versions.ts';

const usage = `The test cluster: real Kubernetes on this machine, without Docker.

  npm run cluster -- up [--name NAME] [--nodes 3] [--kwok 0] [--grace 16]
  npm run cluster -- up [--name NAME] --control-plane-only [--controllers]
  npm run cluster -- down [--name NAME | --all] [--keep-logs]
  npm run cluster -- list
  npm run cluster -- build
`;

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}

function parseCount(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`--${option} ${text}: give a whole number`);
  return Number(text);
}

function list(): void {
  for (const name of listClusters()) {
    const state = readState(name);
    const dead = state?.processes.filter((recorded) => !isAlive(recorded)).map((recorded) => recorded.role) ?? [];
    const condition = state?.ready !== true ? 'incomplete' : dead.length > 0 ? `ended: ${dead.join(', ')}` : 'up';
    say(`${name}\t${state?.shape.nodes ?? 0} nodes\t${state?.kwokNodeNames.length ?? 0} kwok\t${condition}`);
  }
}

async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      name: { type: 'string' },
      nodes: { type: 'string' },
      kwok: { type: 'string' },
      grace: { type: 'string' },
      'control-plane-only': { type: 'boolean' },
      controllers: { type: 'boolean' },
      all: { type: 'boolean' },
      'keep-logs': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  const [command] = positionals;
  const name = values.name ?? 'baton';
  if (values.help === true || command === undefined) {
    say(usage);
  } else if (command === 'up') {
    const nodes = parseCount('nodes', values.nodes);
    const kwokNodes = parseCount('kwok', values.kwok);
    const grace = parseCount('grace', values.grace);
    const cluster = await startCluster({
      name,
      log: say,
      ...(nodes === undefined ? {} : { nodes }),
      ...(kwokNodes === undefined ? {} : { kwokNodes }),
      ...(grace === undefined ? {} : { nodeMonitorGracePeriodSeconds: grace }),
      ...(values['control-plane-only'] === true ? { controlPlaneOnly: true } : {}),
      ...(values.controllers === true ? { controllers: true } : {}),
    });
    say(`export KUBECONFIG=${cluster.kubeconfigPath}`);
  } else if (command === 'down') {
    const keepLogs = values['keep-logs'] === true;
    for (const each of values.all === true ? listClusters() : [name]) {
      await stopCluster(each, { keepLogs });
      say(`${each}: down${keepLogs ? `, logs kept in ${keptLogsDirectory()}` : ''}`);
    }
  } else if (command === 'list') {
    list();
  } else if (command === 'build') {
    const paths = await ensureBinaries(binaryNames, say);
    for (const path of Object.values(paths)) say(path);
  } else {
    throw new Error(`unknown command ${command}\n\n${usage}`);
  }
}

try {
  await main();
} catch (error) {
  const lines: string[] = [];
  for (let cause: unknown = error; cause instanceof Error; cause = cause.cause) lines.push(cause.message);
  // The shell that waits for this process shall see that the signal had its effect.
  if (error instanceof InterruptedError) process.kill(process.pid, error.signal);
  process.stderr.write(`${lines.length > 0 ? lines.join('\n  because ') : String(error)}\n`);
  process.exitCode = 1;
}
