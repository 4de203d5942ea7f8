import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { API_VERSION } from '../../src/api/names.ts';
import { startCluster, type Cluster, type RealNode } from '../cluster/cluster.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { namespaceManifest, signingSecretManifest } from './fleet.ts';
import { importImages, installBaton } from './installation.ts';
import { createKubectl, type Kubectl } from './kubectl.ts';
import { type Node } from './kubernetes-objects.ts';
import { print } from './print.ts';
import { createReceiverClient, readDeliveries, type Delivery, type ReceiverClient } from './receiver-client.ts';
import { reserveSystemCluster, systemClusterName } from './shared-cluster.ts';
import { nodesStillHeld } from './verdict.ts';

/** How long {@link openSystem} may take: the programs may have to be built first, and another file may have the cluster. */
export const openTimeoutMs = 45 * 60_000;

/** How many real nodes there are, node-1 and so on; the last two are storage nodes as well. */
const nodeCount = 6;

/** The cluster that the system tests share, with Baton as Helm installs it and a receiver. */
export interface System {
  readonly cluster: Cluster;
  readonly kubectl: Kubectl;
  readonly receiver: ReceiverClient;
  /** The key that signs in every namespace of {@link createNamespace}. */
  readonly signingKey: string;
  /** A sink of its own for a namespace, so that tests never read each other's notifications. */
  sinkUrl(namespace: string): string;
  /** The final messages that the sink of a namespace took, signatures checked; whether a slow machine lets alerts come beside them is left open. */
  deliveries(namespace: string): Promise<readonly Delivery[]>;
  node(name: string): RealNode;
  /** A namespace that no other test has, with the signing Secret; it is deleted at the end of the file. */
  createNamespace(options?: { readonly secret?: boolean }): Promise<string>;
  /** Deletes the file's namespaces, checks that no node is held, and lets the next file in. */
  close(): Promise<void>;
}

interface RunningReceiver {
  readonly child: ChildProcess;
  readonly port: number;
  readonly client: ReceiverClient;
}

async function startReceiver(host: string): Promise<RunningReceiver> {
  const program = fileURLToPath(new URL('receiver.ts', import.meta.url));
  const child = spawn(process.execPath, [program, '--host', host, '--port', '0', '--control-port', '0'], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const lines = createInterface({ input: child.stdout });
  const [line] = (await Promise.race([
    once(lines, 'line'),
    once(child, 'exit').then(() => Promise.reject(new Error('the receiver ended at once'))),
  ])) as [string];
  const [, port, controlPort] = /:(\d+), control on (\d+)/.exec(line) ?? [];
  return { child, port: Number(port), client: createReceiverClient(`http://${host}:${controlPort}`) };
}

/** Waits for the cluster, installs this checkout's Baton in it, and starts a receiver. */
export async function openSystem(): Promise<System> {
  const release = await reserveSystemCluster();
  try {
    return await prepareSystem(release);
  } catch (error) {
    // Or the next file would wait for this one for ever.
    release();
    throw error;
  }
}

async function prepareSystem(release: () => void): Promise<System> {
  const cluster = await startCluster({
    name: systemClusterName,
    nodes: nodeCount,
    nodeLabels: (index): Record<string, string> => ({ role: 'worker', ...(index > nodeCount - 2 ? { storage: 'yes' } : {}) }),
    log: print,
  });
  const kubectl = createKubectl((args, input) => cluster.kubectl(args, input === undefined ? {} : { input }));
  const image = await importImages(cluster);
  await installBaton({
    helm: (args) => cluster.helm(args, { timeoutMs: 240_000 }),
    image,
    clusterName: cluster.name,
    // So that a test sees a heartbeat without waiting for minutes.
    values: ['reporter.beatSeconds=5'],
  });
  const receiver = await startReceiver(cluster.hostAddress);
  const signingKey = `whsec_${randomBytes(24).toString('base64')}`;
  const namespaces: string[] = [];

  const sinkPath = (namespace: string): string => `/${namespace}`;
  return {
    cluster,
    kubectl,
    receiver: receiver.client,
    signingKey,
    sinkUrl: (namespace) => `http://${cluster.hostAddress}:${receiver.port}${sinkPath(namespace)}`,
    deliveries: async (namespace) => {
      const requests = await receiver.client.received();
      const own = requests.filter((request) => request.path === sinkPath(namespace));
      return readDeliveries(own, signingKey).filter(({ notification }) => notification.kind === 'BatchSettled');
    },
    node: (name) => {
      const found = cluster.nodes.find((node) => node.name === name);
      if (found === undefined) throw new Error(`there is no real node ${name}`);
      return found;
    },
    createNamespace: async ({ secret = true } = {}) => {
      const namespace = `fleet-${randomUUID().slice(0, 8)}`;
      namespaces.push(namespace);
      await kubectl.apply(namespaceManifest(namespace), ...(secret ? [signingSecretManifest(namespace, signingKey)] : []));
      return namespace;
    },
    close: async () => {
      try {
        if (namespaces.length > 0)
          await kubectl.run(['delete', 'namespace', '--ignore-not-found', '--timeout=120s', ...namespaces]);
        await waitForFreeNodes(kubectl);
      } finally {
        receiver.child.kill();
        release();
      }
    },
  };
}

/** Ends the quarantine of nodes, as a person does who has repaired them, and waits until every node is free. */
export async function releaseNodes(
  kubectl: Kubectl,
  { namespace, plan, nodes }: { readonly namespace: string; readonly plan: string; readonly nodes: readonly string[] },
): Promise<void> {
  await kubectl.apply({
    apiVersion: API_VERSION,
    kind: 'UpgradeAction',
    metadata: { name: `release-${plan}`, namespace },
    spec: { plan, action: 'Release', nodes },
  });
  await waitForFreeNodes(kubectl);
}

/** Waits until no node is cordoned, claimed, in a turn or quarantined. */
export async function waitForFreeNodes(kubectl: Kubectl, timeoutMs = 60_000): Promise<void> {
  let held: readonly string[] = [];
  await waitFor(
    async () => {
      held = nodesStillHeld(await kubectl.list<Node>('nodes'));
      return held.length === 0;
    },
    { what: 'every node to be free', timeoutMs, intervalMs: 500, explain: () => held.join('; ') },
  );
}
