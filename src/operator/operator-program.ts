import { createHash } from 'node:crypto';
import type { ReadFile } from '../api/read-file.ts';
import { createKubeClient } from '../kube/client/client.ts';
import type { ProgramPorts } from '../kube/program-ports.ts';
import type { HttpFetcher } from '../net/http-fetcher.ts';
import { VERSION } from '../settings/version.ts';
import { BatonOperator } from './baton-operator.ts';
import { createGateClients } from './create-gate-clients.ts';
import type { MetricSources } from './metrics.ts';
import type { OperatorConfig } from './operator-config.ts';
import { createCron } from './validation/cron.ts';

/** What the operator reports about itself. */
export interface OperatorHealth {
  /** Whether all caches have synced. */
  readonly isReady: () => boolean;
  readonly metricSources: MetricSources;
}

/** What the operator program depends on. */
export interface OperatorEnvironment extends ProgramPorts {
  readonly config: OperatorConfig;
  /** Sends the requests of gates and silences. It must enforce the policy of the configuration. */
  readonly http: HttpFetcher;
  /** Reads the credentials of gates. */
  readonly readFile: ReadFile;
  /** Serves health and metrics until it is closed. */
  readonly serveHealth: (health: OperatorHealth) => Promise<{ close(): void }>;
}

/** Runs the operator until `stop` is aborted. Rejects when it cannot start, or when one of its watch loops fails. */
export async function runOperatorProgram(environment: OperatorEnvironment): Promise<void> {
  const { config, kubeConfig, clock, setTimer, random, log, stop } = environment;
  const { now, monotonic, sleep } = clock;
  const ports = { log, now, random, sleep, setTimer };
  const client = createKubeClient({ ...ports, kubeConfig, userAgent: `baton-operator/${VERSION}` });
  const hash = (text: string): string => createHash('sha256').update(text).digest('hex');
  const operator = new BatonOperator({
    ...ports,
    kubeConfig,
    client,
    monotonic,
    hash,
    ...createGateClients(
      { client, now, monotonic, hash },
      {
        http: environment.http,
        readFile: environment.readFile,
        credentials: config.gateCredentials,
        credentialsDirectory: config.gateCredentialsDirectory,
        userAgent: `baton/${VERSION}`,
      },
    ),
    reporterNamespace: config.reporterNamespace,
    settings: {
      image: config.image,
      imagePullPolicy: config.imagePullPolicy,
      agentResources: config.agentResources,
      clusterName: config.clusterName,
      sinkAllow: config.sinkAllow,
      reporterInstalled: config.reporterNamespace !== '',
      operator: { podUid: config.podUid, nodeSelector: config.nodeSelector },
      leaseDurationSeconds: 15,
      historyLimit: 10,
      namespace: config.namespace,
      cron: createCron(),
    },
  });
  stop.addEventListener('abort', () => operator.stop());
  const health = await environment.serveHealth({
    isReady: () => operator.ready,
    metricSources: operator.metricSources,
  });
  log.info('Starting', { version: VERSION });
  try {
    await operator.start();
    await operator.stopped();
  } catch (error) {
    if (!stop.aborted) throw error;
  } finally {
    health.close();
  }
  log.info('Stopped');
}
