import { existsSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { removeContainerCgroups } from './cgroups.ts';
import { listContainers, type NodeContainer } from './containers.ts';
import { logPath, logTail, requireAlive, startDaemon, stopDaemon } from './daemon.ts';
import { bootMachine, enterArguments, machineInit, stopMachine } from './machine.ts';
import { clusterAddresses, connectNode, setNodeLink } from './network.ts';
import { bootIdPath, nodeDirectory, nodeMounts, writeNewBootId, type NodePlace } from './node-config.ts';
import { runCommand, type CommandOptions, type CommandResult } from './run-command.ts';
import { findProcess } from './state.ts';
import type { BinaryName } from './versions.ts';
import { waitFor } from './wait-for.ts';

/** Narrows a list of containers. */
export interface ContainerFilter {
  readonly namespace?: string;
  readonly pod?: string;
  readonly name?: string;
}

/** A node with a kubelet, a container runtime, a network and a boot id of its own. */
export interface RealNode {
  readonly name: string;
  readonly address: string;
  readonly podCidr: string;
  bootId(): string;
  killKubelet(signal?: NodeJS.Signals): Promise<void>;
  /** Ends everything that runs on the node at once, and boots it with a new boot id. */
  reboot(o?: { readonly downMs?: number }): Promise<void>;
  powerOff(): Promise<void>;
  powerOn(o?: { readonly newBootId?: boolean }): Promise<void>;
  containers(filter?: ContainerFilter): NodeContainer[];
  cutNetwork(): Promise<void>;
  restoreNetwork(): Promise<void>;
  importImage(tarPath: string): Promise<void>;
  /** A path on the node as this process can open it: /etc, /run, /var/lib and /var/log are the node's own. */
  hostPath(path: string): string;
}

/** What it takes to run a node. */
export interface NodeRuntime {
  readonly place: NodePlace;
  readonly labels: Readonly<Record<string, string>>;
  readonly binaries: Readonly<Pick<Record<BinaryName, string>, 'containerd' | 'containerd-shim-runc-v2' | 'ctr' | 'kubelet'>>;
}

function machineRole(place: NodePlace): string {
  return place.name;
}

/** Runs ctr inside the node, so that it ends with the node at the latest. */
function runCtr({ place, binaries }: NodeRuntime, args: readonly string[], options: CommandOptions): Promise<CommandResult> {
  const [command = '', ...entry] = enterArguments(place.cluster, machineRole(place));
  return runCommand(command, [...entry, binaries.ctr, '-n', 'k8s.io', ...args], options);
}

async function startContainerd(runtime: NodeRuntime): Promise<void> {
  const { place, binaries } = runtime;
  const role = `${place.name}/containerd`;
  const folders = [
    dirname(binaries['containerd-shim-runc-v2']),
    '/usr/local/sbin',
    '/usr/local/bin',
    '/usr/sbin',
    '/usr/bin',
    '/sbin',
    '/bin',
  ];
  const log = logPath(place.cluster, role);
  // One that runs already has told it earlier.
  const before = findProcess(place.cluster, role) === undefined && existsSync(log) ? statSync(log).size : 0;
  await startDaemon({
    cluster: place.cluster,
    role,
    entry: enterArguments(place.cluster, machineRole(place)),
    command: binaries.containerd,
    args: ['--config', join(nodeDirectory(place), 'containerd.toml')],
    env: { PATH: folders.join(':') },
  });
  // It answers before its CRI service does, and a kubelet that finds none ends for good.
  const signs = ['Start streaming server', 'containerd successfully booted'];
  await waitFor(
    () => {
      requireAlive(place.cluster, role);
      const told = readFileSync(log).subarray(before).toString();
      return signs.every((sign) => told.includes(sign));
    },
    { what: `containerd on ${place.name}`, timeoutMs: 60_000, intervalMs: 100, explain: () => logTail(place.cluster, role) },
  );
}

async function startKubelet({ place, labels, binaries }: NodeRuntime): Promise<void> {
  const directory = nodeDirectory(place);
  const pki = join(dirname(dirname(directory)), 'pki');
  await startDaemon({
    cluster: place.cluster,
    role: `${place.name}/kubelet`,
    entry: enterArguments(place.cluster, machineRole(place)),
    command: binaries.kubelet,
    args: [
      `--config=${join(directory, 'kubelet.json')}`,
      `--kubeconfig=${join(directory, 'kubeconfig')}`,
      `--hostname-override=${place.name}`,
      `--node-ip=${clusterAddresses(place.cluster).node(place.index)}`,
      `--node-labels=${Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(',')}`,
      `--tls-cert-file=${join(pki, `${place.name}.crt`)}`,
      `--tls-private-key-file=${join(pki, `${place.name}.key`)}`,
    ],
    env: { PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' },
  });
}

async function importImage(runtime: NodeRuntime, tarPath: string): Promise<void> {
  // Through its input: a node does not see every folder of the host.
  const result = await runCtr(runtime, ['images', 'import', '-'], { inputPath: tarPath, timeoutMs: 300_000 });
  if (result.code !== 0) {
    throw new Error(`importing ${tarPath} into ${runtime.place.name} failed: ${result.stderr.trim()}`);
  }
}

/** Boots a node, or starts what has ended of one that runs; these images are there before its kubelet starts. */
export async function bootNode(runtime: NodeRuntime, images: readonly string[]): Promise<void> {
  const { place } = runtime;
  const role = machineRole(place);
  if (await bootMachine({ cluster: place.cluster, role, setup: nodeMounts(place) })) {
    await connectNode(place.cluster, place.index, role);
  } else {
    await setNodeLink(place.cluster, place.index, true);
  }
  await startContainerd(runtime);
  for (const image of images) await importImage(runtime, image);
  await startKubelet(runtime);
}

/** The handle by which tests treat a node well or badly. */
export function createRealNode(runtime: NodeRuntime): RealNode {
  const { place } = runtime;
  const { cluster } = place;
  const role = machineRole(place);
  const powerOff = async (): Promise<void> => {
    await stopMachine(cluster, role);
    await removeContainerCgroups(nodeDirectory(place));
  };
  const powerOn = async (o: { readonly newBootId?: boolean } = {}): Promise<void> => {
    if (o.newBootId !== false) writeNewBootId(place);
    await bootNode(runtime, []);
  };
  const containers = (filter: ContainerFilter = {}): NodeContainer[] =>
    listContainers(cluster, role).filter(
      (container) =>
        (filter.namespace ?? container.namespace) === container.namespace &&
        (filter.pod ?? container.pod) === container.pod &&
        (filter.name ?? container.name) === container.name,
    );
  return {
    name: place.name,
    address: clusterAddresses(cluster).node(place.index),
    podCidr: clusterAddresses(cluster).podCidr(place.index),
    bootId: () => readFileSync(bootIdPath(place), 'utf8').trim(),
    killKubelet: (signal = 'SIGKILL') => stopDaemon(cluster, `${place.name}/kubelet`, signal),
    reboot: async (o = {}) => {
      await powerOff();
      await sleep(o.downMs ?? 0);
      await powerOn();
    },
    powerOff,
    powerOn,
    containers,
    cutNetwork: () => setNodeLink(cluster, place.index, false),
    restoreNetwork: () => setNodeLink(cluster, place.index, true),
    importImage: (tarPath) => importImage(runtime, tarPath),
    hostPath: (path) => join(`/proc/${machineInit(cluster, role)}/root`, path),
  };
}
