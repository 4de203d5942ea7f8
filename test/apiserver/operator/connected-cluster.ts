import { setTimeout as wait } from 'node:timers/promises';
import { createKubeClient, type KubeClient } from '../../../src/kube/client/client.ts';
import { loadKubeConfig } from '../../../src/kube/client/pooled-kube-config.ts';
import { systemClock } from '../../../src/runtime/clock.ts';
import { RecordingLog } from '../../adapter/kube/support/recording-log.ts';
import { startCluster, type Cluster, type ClusterOptions } from '../../cluster/cluster.ts';

/** A real API server without nodes, and a client of it. */
export interface ConnectedCluster {
  readonly cluster: Cluster;
  readonly client: KubeClient;
  close(): Promise<void>;
}

/** Starts it under a name of its own. */
export async function startConnectedCluster(
  name: string,
  options: Pick<ClusterOptions, 'controllers'> = {},
): Promise<ConnectedCluster> {
  const cluster = await startCluster({ name, controlPlaneOnly: true, ...options });
  const kubeConfig = loadKubeConfig({ kubeconfigPath: cluster.kubeconfigPath });
  const sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    await wait(ms, undefined, signal === undefined ? {} : { signal });
  };
  const ports = { log: new RecordingLog(), now: Date.now, random: Math.random, sleep, setTimer: systemClock.setTimer };
  return {
    cluster,
    client: createKubeClient({ kubeConfig, userAgent: 'baton-test/1', ...ports }),
    close: async () => {
      await kubeConfig.close();
      await cluster.stop();
    },
  };
}
