import { join } from 'node:path';
import { createApiClient, mustCall } from './api-client.ts';
import { startDaemon, stopDaemon } from './daemon.ts';
import { clusterDirectory, sourceDirectory } from './locations.ts';
import { enterArguments } from './machine.ts';
import { controlPlaneMachine } from './network.ts';
import { readState, updateState } from './state.ts';

/** The annotation by which kwok knows its nodes. */
export const kwokAnnotation = { 'kwok.x-k8s.io/node': 'fake' } as const;

/** The name of the nth kwok node, from 1. */
export function kwokNodeName(index: number): string {
  return `kwok-${`${index}`.padStart(4, '0')}`;
}

/** Starts kwok, which plays the kubelets of nodes that need no containers. */
export async function startKwok(cluster: string, command: string): Promise<void> {
  await startDaemon({
    cluster,
    role: 'kwok',
    command,
    args: [
      `--kubeconfig=${join(clusterDirectory(cluster), 'kwok.kubeconfig')}`,
      '--manage-all-nodes=false',
      '--manage-nodes-with-annotation-selector=kwok.x-k8s.io/node=fake',
      '--node-lease-duration-seconds=40',
      `--config=${join(sourceDirectory, 'stages.yaml')}`,
    ],
    // kwok keeps a configuration folder in its home.
    env: { HOME: clusterDirectory(cluster) },
    ...(readState(cluster)?.block === undefined ? {} : { entry: enterArguments(cluster, controlPlaneMachine) }),
  });
}

/** Stops kwok; its nodes become NotReady after the grace period. */
export async function stopKwok(cluster: string): Promise<void> {
  await stopDaemon(cluster, 'kwok');
}

function kwokNode(name: string, labels: Readonly<Record<string, string>>): unknown {
  return {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: {
      name,
      annotations: kwokAnnotation,
      labels: {
        'kubernetes.io/hostname': name,
        'kubernetes.io/os': 'linux',
        'kubernetes.io/arch': 'amd64',
        type: 'kwok',
        ...labels,
      },
    },
    // The scheduler keeps to the real nodes; Pods that tolerate everything or name their node come here as well.
    spec: { taints: [{ key: 'kwok.x-k8s.io/node', value: 'fake', effect: 'NoSchedule' }] },
  };
}

async function inParallel(names: readonly string[], work: (name: string) => Promise<unknown>): Promise<void> {
  const waiting = [...names];
  const worker = async (): Promise<void> => {
    for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) await work(name);
  };
  await Promise.all(Array.from({ length: 20 }, worker));
}

/** Creates kwok nodes; names that exist stay as they are. */
export async function addKwokNodes(
  cluster: string,
  server: string,
  names: readonly string[],
  labels: Readonly<Record<string, string>> = {},
): Promise<void> {
  const client = createApiClient(cluster, server);
  try {
    await inParallel(names, (name) => mustCall(client, 'POST', '/api/v1/nodes', kwokNode(name, labels), [409]));
  } finally {
    client.close();
  }
  updateState(cluster, (state) => ({ kwokNodeNames: [...new Set([...state.kwokNodeNames, ...names])] }));
}

/** Deletes kwok nodes; names that do not exist are fine. */
export async function deleteKwokNodes(cluster: string, server: string, names: readonly string[]): Promise<void> {
  const client = createApiClient(cluster, server);
  try {
    await inParallel(names, (name) => mustCall(client, 'DELETE', `/api/v1/nodes/${name}`, undefined, [404]));
  } finally {
    client.close();
  }
  updateState(cluster, (state) => ({ kwokNodeNames: state.kwokNodeNames.filter((name) => !names.includes(name)) }));
}
