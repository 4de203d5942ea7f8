import { createApiClient, mustCall } from './api-client.ts';
import { ensureBinaries } from './binaries.ts';
import type { Log } from './build.ts';
import { createAuthority } from './certificates.ts';
import {
  chooseServer,
  prepareControlPlane,
  serverOf,
  startApiServer,
  startControllers,
  startEtcd,
  type ControlPlane,
} from './control-plane.ts';
import { logTail } from './daemon.ts';
import { writeNodeImages } from './images.ts';
import { requireWatchers } from './inotify.ts';
import { addKwokNodes, kwokNodeName, startKwok } from './kwok.ts';
import { bootMachine } from './machine.ts';
import { connectControlPlane, controlPlaneMachine } from './network.ts';
import { nodeName, prepareNode } from './node-config.ts';
import { bootNode, type NodeRuntime } from './real-node.ts';
import { createState, updateState, type ClusterShape } from './state.ts';
import type { BinaryName } from './versions.ts';
import { waitFor } from './wait-for.ts';

const nodePrograms = ['containerd', 'containerd-shim-runc-v2', 'ctr', 'kubelet'] as const;

/** The programs that a cluster of this shape runs. */
export function programsOf(shape: ClusterShape): BinaryName[] {
  return [
    'etcd',
    'kube-apiserver',
    ...(shape.controllers ? (['kube-controller-manager', 'kube-scheduler'] as const) : []),
    ...(shape.nodes > 0 ? nodePrograms : []),
    ...(shape.controlPlaneOnly ? [] : (['kwok'] as const)),
  ];
}

/** What each real node of a cluster runs with. */
export function nodeRuntimes(cluster: string, shape: ClusterShape, binaries: Record<BinaryName, string>): NodeRuntime[] {
  return Array.from({ length: shape.nodes }, (_, position) => ({
    place: { cluster, index: position + 1, name: nodeName(position + 1) },
    labels: shape.nodeLabels[position] ?? {},
    binaries,
  }));
}

interface NodeList {
  readonly items: readonly {
    readonly metadata: { readonly name: string };
    readonly status?: { readonly conditions?: readonly { readonly type: string; readonly status: string }[] };
  }[];
}

/** Waits until all of these nodes are Ready. */
export async function waitForReadyNodes(cluster: string, server: string, names: readonly string[]): Promise<void> {
  const client = createApiClient(cluster, server);
  let pending = [...names];
  try {
    await waitFor(
      async () => {
        const list = JSON.parse(await mustCall(client, 'GET', '/api/v1/nodes?resourceVersion=0')) as NodeList;
        const ready = list.items.filter((node) =>
          node.status?.conditions?.some((condition) => condition.type === 'Ready' && condition.status === 'True'),
        );
        pending = pending.filter((name) => !ready.some((node) => node.metadata.name === name));
        return pending.length === 0;
      },
      {
        what: 'every node to be Ready',
        timeoutMs: 120_000,
        intervalMs: 200,
        explain: () => {
          const shown = pending.slice(0, 3);
          const logs = shown.filter((name) => name.startsWith('node-')).map((name) => logTail(cluster, `${name}/kubelet`));
          return [`${pending.length} are not: ${shown.join(', ')}`, ...logs].join('\n');
        },
      },
    );
  } finally {
    client.close();
  }
}

/** Starts a cluster that does not exist yet. */
export async function startFresh(name: string, shape: ClusterShape, log: Log): Promise<void> {
  requireWatchers(shape.nodes, log);
  const binaries = await ensureBinaries(programsOf(shape), log);
  createState(name, shape);
  const started = performance.now();
  const seconds = (): string => `${((performance.now() - started) / 1000).toFixed(1)} s`;
  await createAuthority(name);
  if (!shape.controlPlaneOnly) {
    await bootMachine({ cluster: name, role: controlPlaneMachine, setup: [] });
    await connectControlPlane(name);
  }
  const plane: ControlPlane = { cluster: name, server: await chooseServer(name), binaries };
  await Promise.all([prepareControlPlane(plane), startEtcd(plane)]);
  await startApiServer(plane);
  log(`${name}: the API server is ready at ${plane.server} (${seconds()})`);
  if (shape.controllers) await startControllers(plane);
  const runtimes = nodeRuntimes(name, shape, binaries);
  if (runtimes.length > 0) {
    const images = await writeNodeImages();
    await Promise.all(
      runtimes.map(async (runtime) => {
        await prepareNode(runtime.place, plane.server);
        await bootNode(runtime, images);
      }),
    );
  }
  const kwokNames = Array.from({ length: shape.kwokNodes }, (_, position) => kwokNodeName(position + 1));
  if (!shape.controlPlaneOnly) {
    await startKwok(name, binaries.kwok);
    await addKwokNodes(name, plane.server, kwokNames, { role: 'worker' });
  }
  const nodes = [...runtimes.map((runtime) => runtime.place.name), ...kwokNames];
  await waitForReadyNodes(name, plane.server, nodes);
  updateState(name, () => ({ ready: true }));
  log(`${name}: up with ${shape.nodes} real and ${shape.kwokNodes} kwok nodes (${seconds()})`);
}

/** Starts whatever has ended in a cluster that was complete once: daemons, nodes, links. */
export async function repair(name: string, shape: ClusterShape, log: Log): Promise<void> {
  const binaries = await ensureBinaries(programsOf(shape), log);
  const plane: ControlPlane = { cluster: name, server: serverOf(name), binaries };
  await startEtcd(plane);
  await startApiServer(plane);
  if (shape.controllers) await startControllers(plane);
  const runtimes = nodeRuntimes(name, shape, binaries);
  await Promise.all(runtimes.map((runtime) => bootNode(runtime, [])));
  if (!shape.controlPlaneOnly) await startKwok(name, binaries.kwok);
  await waitForReadyNodes(
    name,
    plane.server,
    runtimes.map((runtime) => runtime.place.name),
  );
}
