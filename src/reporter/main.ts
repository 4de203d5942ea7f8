import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { SOCKET_PATH } from '../api/names.ts';
import { createKubeClient } from '../kube/client/client.ts';
import { loadKubeConfig } from '../kube/client/pooled-kube-config.ts';
import { random, systemClock } from '../runtime/clock.ts';
import { logLevel, parseConfig } from '../runtime/config.ts';
import { ExitError } from '../runtime/exit-error.ts';
import { createLogger } from '../runtime/logging.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { VERSION } from '../runtime/version.ts';
import { kubeReportStore } from './kube-report-store.ts';
import { ledgerFile } from './ledger-file.ts';
import { runReporter } from './run-reporter.ts';
import { watchTurn } from './watch-turn.ts';

const USAGE = `Usage: baton reporter [options]

Accept reports from the processes on this node and post them as Events. Runs in the DaemonSet of Baton's manifests.
docs/reports.md lists the environment variables.

Options:
  --kubeconfig <path>  path of a kubeconfig; by default the Pod's ServiceAccount is used
  -h, --help           print this help
`;

/** Timeout of a request to the API server. It is short, because callers and the Pod's termination wait for it. */
const REQUEST_TIMEOUT_MS = 5000;
/** How long a caller waits for its Event before the answer says that the report is queued. */
const ANSWER_TIMEOUT_MS = 3000;

const schema = z.object({
  node: z.string().describe('the name of this node (in a Pod: fieldRef spec.nodeName)'),
  pod: z.string().optional().describe('the name of this Pod (fieldRef metadata.name)'),
  socket: z.string().default(SOCKET_PATH).describe('the path of the socket'),
  heartbeatSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .default(60)
    .describe('a whole number of at least 1: interval between heartbeats in seconds'),
  queueLimit: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('a whole number of at least 1: maximum number of queued reports'),
  drainSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .default(15)
    .describe('a whole number of at least 0: how long to empty the queue on shutdown, in seconds'),
  logLevel,
});

const names = {
  node: 'BATON_NODE',
  pod: 'BATON_POD_NAME',
  socket: 'BATON_SOCKET',
  heartbeatSeconds: 'BATON_BEAT_SECONDS',
  queueLimit: 'BATON_QUEUE_LIMIT',
  drainSeconds: 'BATON_DRAIN_SECONDS',
  logLevel: 'BATON_LOG_LEVEL',
} as const;

/** `baton reporter`: runs until SIGTERM and then exits with 0. */
export async function main(args: readonly string[]): Promise<number> {
  const { kubeconfig, help } = parseOptions(args);
  if (help === true) {
    process.stdout.write(USAGE);
    return 0;
  }
  const config = parseConfig(schema, process.env, names);
  const log = createLogger({ component: 'reporter', level: config.logLevel });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: kubeconfig });
  const shutdown = onShutdown();
  const { now, monotonic, sleep } = systemClock;
  // The client and the watch measure durations, which must not change when the host's clock is set.
  const measured = { now: monotonic, sleep, random, log };
  const client = createKubeClient({
    ...measured,
    kubeConfig,
    userAgent: `baton-reporter/${VERSION}`,
    deadlineMs: REQUEST_TIMEOUT_MS,
  });
  const turns = watchTurn({ ...measured, client, node: config.node });
  const watching = turns.run(shutdown);
  await runReporter(
    {
      now,
      sleep,
      random,
      log,
      turns,
      store: kubeReportStore(client),
      ledgerStore: ledgerFile(join(dirname(config.socket), 'reporter.json'), log),
      socketPath: config.socket,
      hash: (text) => createHash('sha256').update(text).digest('hex'),
      instance: config.pod ?? config.node,
      queueLimit: config.queueLimit,
      heartbeatMs: config.heartbeatSeconds * 1000,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      drainTimeoutMs: config.drainSeconds * 1000,
    },
    shutdown,
  );
  await watching;
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
