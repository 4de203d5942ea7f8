import { readFile } from 'node:fs/promises';
import process from 'node:process';
import { loadKubeConfig } from '../kube/client/pooled-kube-config.ts';
import { createHttpFetcher } from '../net/http-fetcher.ts';
import { random, systemClock } from '../runtime/clock.ts';
import { createLogger } from '../runtime/logging.ts';
import { onShutdown } from '../runtime/shutdown.ts';
import { MAX_ANSWER_BYTES } from './create-gate-clients.ts';
import { startHealthServer } from './health-server.ts';
import { createMetrics } from './metrics.ts';
import { readOperatorConfig } from './operator-config.ts';
import { runOperatorProgram } from './operator-program.ts';

/**
 * `baton operator`: runs until it gets SIGTERM or SIGINT.
 *
 * @throws ExitError with code 2 when its configuration is invalid.
 */
export async function main(_args: readonly string[]): Promise<number> {
  const config = readOperatorConfig(process.env);
  const log = createLogger({ component: 'operator', level: config.logLevel, now: systemClock.now });
  const stop = onShutdown();
  const { kubeconfig, gatePolicy: policy } = config;
  await runOperatorProgram({
    config,
    kubeConfig: loadKubeConfig(kubeconfig === undefined ? {} : { kubeconfigPath: kubeconfig }),
    clock: systemClock,
    setTimer: systemClock.setTimer,
    random,
    log,
    stop,
    http: createHttpFetcher({ policy, maxBodyBytes: MAX_ANSWER_BYTES }),
    readFile: (path) => readFile(path),
    serveHealth: ({ isReady, metricSources }) =>
      startHealthServer(config.healthPort, { isReady, metrics: createMetrics(metricSources), log }),
  });
  return 0;
}
