import { readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { Agent } from 'undici';
import { createApiServer } from '../../../src/simulator/api-server/create-api-server.ts';
import { ApiServerDispatcher, directTransport } from '../../../src/simulator/api-server/dispatcher.ts';
import { ClusterClient } from '../../../src/simulator/cluster/cluster-client.ts';
import { startControllers } from '../../../src/simulator/cluster/start-controllers.ts';
import { RecordingLog } from '../../adapter/kube/support/recording-log.ts';
import { keyPair } from '../../cluster/certificates.ts';
import { startCluster } from '../../cluster/cluster.ts';
import { waitFor } from '../../cluster/wait-for.ts';
import { createApi, type Api } from '../api.ts';

/** A control plane that the suite runs on: an API server, a scheduler and controllers. The suite plays the kubelets. */
export interface ControlPlane {
  readonly api: Api;
  /** Creates a namespace in which pods can be created. */
  readonly createNamespace: (name: string) => Promise<void>;
  readonly close: () => Promise<void>;
}

const NODE_GRACE_S = 120;

/** The control plane in memory, in real time. */
export function startEmbeddedPlane(): Promise<ControlPlane> {
  const ports = {
    now: Date.now,
    random: Math.random,
    setTimer: (milliseconds: number, run: () => void): (() => void) => {
      const timer = setTimeout(run, milliseconds).unref();
      return () => {
        clearTimeout(timer);
      };
    },
  };
  const server = createApiServer({ definitions: [], ...ports, log: new RecordingLog() });
  const dispatcher = new ApiServerDispatcher(directTransport(server));
  const api = createApi('http://embedded.invalid', dispatcher);
  const stop = startControllers(new ClusterClient(server, 'control-plane'), { definitions: [], ...ports });
  return Promise.resolve({
    api,
    createNamespace: async (name) => {
      await api.post('/api/v1/namespaces', { metadata: { name } });
    },
    close: async () => {
      stop();
      await dispatcher.close();
    },
  });
}

/** kube-apiserver, kube-scheduler and kube-controller-manager. */
export async function startRealPlane(): Promise<ControlPlane> {
  const cluster = await startCluster({
    name: 'conformance-plane',
    controlPlaneOnly: true,
    controllers: true,
    nodeMonitorGracePeriodSeconds: NODE_GRACE_S,
  });
  const [authority, admin] = [keyPair(cluster.name, 'ca'), keyPair(cluster.name, 'admin')];
  const [ca, cert, key] = [authority.certificate, admin.certificate, admin.key].map((path) => readFileSync(path));
  const agent = new Agent({ connect: { ca, cert, key } });
  const api = createApi(cluster.server, agent);
  // The controllers read everything first.
  await wait(3000);
  return {
    api,
    createNamespace: async (name) => {
      await api.post('/api/v1/namespaces', { metadata: { name } });
      const account = `/api/v1/namespaces/${name}/serviceaccounts/default`;
      const exists = async (): Promise<boolean> => (await api.get(account)).status === 200;
      await waitFor(exists, { what: 'the default ServiceAccount', timeoutMs: 30_000 });
    },
    close: async () => {
      await agent.destroy();
      await cluster.stop();
    },
  };
}
