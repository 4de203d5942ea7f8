import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { loadKubeConfig } from '../kube/client/pooled-kube-config.ts';
import { random, systemClock } from '../runtime/clock.ts';
import { ExitError } from '../settings/exit-error.ts';
import { createLogger } from '../runtime/logging.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { ledgerFile } from './ledger-file.ts';
import { openSocket } from './report-socket.ts';
import { readReporterConfig } from './reporter-config.ts';
import { runReporterProgram } from './reporter-program.ts';

const USAGE = `Usage: baton reporter [options]

Accept reports from the processes on this node and post them as Events. Runs in the DaemonSet of Baton's manifests.
docs/reports.md lists the environment variables.

Options:
  --kubeconfig <path>  path of a kubeconfig; by default the Pod's ServiceAccount is used
  -h, --help           print this help
`;

/** `baton reporter`: runs until SIGTERM and then exits with 0. */
export async function main(args: readonly string[]): Promise<number> {
  const { kubeconfig, help } = parseOptions(args);
  if (help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const config = readReporterConfig(process.env);
  const log = createLogger({ component: 'reporter', level: config.logLevel, now: systemClock.now });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: kubeconfig });
  await runReporterProgram({
    config,
    kubeConfig,
    clock: systemClock,
    setTimer: systemClock.setTimer,
    random,
    log,
    stop: onShutdown(),
    openSocket: (path, answer) => openSocket(path, answer, log),
    ledgerStore: ledgerFile(join(dirname(config.socket), 'reporter.json'), log),
  });
  return 0;
}

function parseOptions(args: readonly string[]): { readonly kubeconfig?: string; readonly help?: boolean } {
  try {
    return parseArgs({ args: [...args], options: { kubeconfig: { type: 'string' }, help: { type: 'boolean', short: 'h' } } })
      .values;
  } catch (error) {
    throw new ExitError(`${error instanceof Error ? error.message : String(error)}\n\n${USAGE}`, 2, { cause: error });
  }
}
