import { setTimeout as wait } from 'node:timers/promises';
import { createKubeClient, type KubeClient, type KubeObject } from '../../../src/kube/client/client.ts';
import { loadKubeConfig, PooledKubeConfig, type PoolTimeouts } from '../../../src/kube/client/pooled-kube-config.ts';
import { Reflector, type ReflectorOptions } from '../../../src/kube/watch/reflector.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { startRelay, type Relay } from '../../adapter/kube/support/relay.ts';
import { RecordingLog } from '../../adapter/kube/support/recording-log.ts';
import type { Cluster } from '../../cluster/cluster.ts';

/** Path of the collection that the tests use. */
export const CONFIG_MAPS = '/api/v1/namespaces/default/configmaps';
/** User agent of the clients here, for the audit log. */
export const USER_AGENT = 'baton-kube-test/1';

/** The little that is kept of an object. */
export interface Kept {
  readonly uid: string | undefined;
  readonly version: number;
  readonly value: string | undefined;
}

/** A client with a pool of its own. */
export interface TestClient {
  readonly client: KubeClient;
  readonly log: RecordingLog;
  readonly close: () => Promise<void>;
}

const ports = {
  now: Date.now,
  random: Math.random,
  sleep: async (milliseconds: number, signal?: AbortSignal): Promise<void> => {
    await wait(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
  setTimer: systemClock.setTimer,
};

/** A client that talks to the API server directly. */
export function connectDirectly(cluster: Cluster): TestClient {
  return clientOf(loadKubeConfig({ kubeconfigPath: cluster.kubeconfigPath }));
}

/** A client whose connections can be made to fail. */
export async function connectThroughRelay(
  cluster: Cluster,
  timeouts?: PoolTimeouts,
): Promise<TestClient & { readonly relay: Relay }> {
  const relay = await startRelay(Number(new URL(cluster.server).port));
  const config = new PooledKubeConfig(timeouts);
  config.loadFromFile(cluster.kubeconfigPath);
  config.clusters = config.clusters.map((entry) => ({ ...entry, server: `https://127.0.0.1:${relay.port}` }));
  const { close, ...rest } = clientOf(config);
  return {
    ...rest,
    relay,
    close: async () => {
      await close();
      await relay.close();
    },
  };
}

function clientOf(kubeConfig: PooledKubeConfig): TestClient {
  const log = new RecordingLog();
  return { client: createKubeClient({ kubeConfig, userAgent: USER_AGENT, log, ...ports }), log, close: () => kubeConfig.close() };
}

/** A reflector that runs. */
export interface RunningReflector {
  readonly reflector: Reflector<Kept>;
  readonly stop: () => Promise<void>;
}

/** Reflects a collection, of config maps unless said otherwise. */
export async function reflect(
  { client, log }: TestClient,
  options: Partial<ReflectorOptions<Kept>> = {},
): Promise<RunningReflector> {
  const reflector = new Reflector<Kept>({ client, log, path: CONFIG_MAPS, project: keep, ...ports, ...options });
  const stop = new AbortController();
  const run = reflector.run(stop.signal);
  await reflector.whenSynced(AbortSignal.timeout(30_000));
  return {
    reflector,
    stop: async () => {
      stop.abort();
      await run;
    },
  };
}

function keep({ metadata, data }: KubeObject): Kept {
  const value = typeof data === 'object' && data !== null && 'value' in data ? String(data.value) : undefined;
  return { uid: metadata.uid, version: Number(metadata.resourceVersion), value };
}

/** A config map to create. */
export function configMap(name: string, value = '', labels: Readonly<Record<string, string>> = {}): unknown {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, labels }, data: { value } };
}
