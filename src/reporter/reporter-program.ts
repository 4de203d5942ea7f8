import { createHash } from 'node:crypto';
import { createKubeClient } from '../kube/client/client.ts';
import type { ProgramPorts } from '../kube/program-ports.ts';
import { VERSION } from '../settings/version.ts';
import { kubeReportStore } from './kube-report-store.ts';
import type { LedgerStore } from './report-ledger.ts';
import type { ReporterConfig } from './reporter-config.ts';
import { runReporter, type ReporterOptions } from './run-reporter.ts';
import { watchTurn } from './watch-turn.ts';

/** What the reporter program depends on. */
export interface ReporterEnvironment extends ProgramPorts, Pick<ReporterOptions, 'openSocket'> {
  readonly config: ReporterConfig;
  /** Keeps reports that are not posted yet, until the host reboots. */
  readonly ledgerStore: LedgerStore;
}

/** Timeout of a request to the API server. It is short, because callers and the Pod's termination wait for it. */
const REQUEST_TIMEOUT_MS = 5000;
/** How long a caller waits for its Event before the answer says that the report is queued. */
const ANSWER_TIMEOUT_MS = 3000;

/** Runs the reporter until `stop` is aborted. */
export async function runReporterProgram(environment: ReporterEnvironment): Promise<void> {
  const { config, kubeConfig, clock, setTimer, random, log, stop } = environment;
  const { now, monotonic, sleep } = clock;
  // The client and the watch measure durations, which must not change when the host's clock is set.
  const measured = { now: monotonic, sleep, random, log };
  const client = createKubeClient({
    ...measured,
    setTimer,
    kubeConfig,
    userAgent: `baton-reporter/${VERSION}`,
    deadlineMs: REQUEST_TIMEOUT_MS,
  });
  const turns = watchTurn({ ...measured, client, node: config.node });
  const watching = turns.run(stop);
  await runReporter(
    {
      now,
      sleep,
      random,
      log,
      turns,
      store: kubeReportStore(client),
      ledgerStore: environment.ledgerStore,
      openSocket: environment.openSocket,
      socketPath: config.socket,
      hash: (text) => createHash('sha256').update(text).digest('hex'),
      instance: config.pod ?? config.node,
      queueLimit: config.queueLimit,
      heartbeatMs: config.heartbeatSeconds * 1000,
      answerTimeoutMs: ANSWER_TIMEOUT_MS,
      drainTimeoutMs: config.drainSeconds * 1000,
    },
    stop,
  );
  await watching;
}
