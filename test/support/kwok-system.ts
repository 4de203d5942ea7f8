import { afterAll, beforeAll } from '@jest/globals';
import { startCluster, stopCluster, type Cluster } from '../cluster/cluster.ts';
import { buildBundle, installBaton } from './installation.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { startOperator } from './operator-process.ts';
import { print } from './print.ts';
import { openTimeoutMs } from './system-cluster.ts';

/** A cluster in which no container runs: its nodes are kwok's, and the operator is a process of this machine. */
export interface KwokSystem {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  close(): Promise<void>;
}

/** Starts a cluster of this name, without nodes yet, and installs Baton. */
async function openKwokSystem(name: string): Promise<KwokSystem> {
  const cluster = await startCluster({ name, nodes: 0, kwokNodes: 0, log: print });
  const kubectl = createKubectl((args, input) => cluster.kubectl(args, input === undefined ? {} : { input }));
  await buildBundle();
  await installBaton({
    helm: (args) => cluster.helm(args),
    image: { repository: 'registry.example/baton', tag: 'none' },
    clusterName: name,
    // No Pod comes up that could be waited for, and no node has to offer a socket.
    wait: false,
    values: ['reporter.enabled=false'],
  });
  const operator = await startOperator(cluster, kubectl);
  return {
    cluster,
    kubectl,
    async close() {
      await operator.stop();
      await stopCluster(name);
    },
  };
}

/** One for all tests of a file: opened before the first of them, closed after the last. */
export function kwokSystemForFile(name: string): Omit<KwokSystem, 'close'> {
  let opened: KwokSystem | undefined;
  const system = (): KwokSystem => {
    if (opened === undefined) throw new Error(`The cluster ${name} is not open: it is there for tests alone.`);
    return opened;
  };
  beforeAll(async () => {
    opened = await openKwokSystem(name);
  }, openTimeoutMs);
  afterAll(() => opened?.close(), 120_000);
  return {
    get cluster() {
      return system().cluster;
    },
    get kubectl() {
      return system().kubectl;
    },
  };
}
