import { spawn, type ChildProcess, type SpawnOptions } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { ensureBinaries } from './binaries.ts';
import type { Log } from './build.ts';
import { clusterEnvironment, runClient, type ClientOptions } from './client-programs.ts';
import { auditLogPath, kubeconfigPath, serverOf, startApiServer, startEtcd, type ControlPlane } from './control-plane.ts';
import { stopDaemon } from './daemon.ts';
import { addKwokNodes, deleteKwokNodes, startKwok, stopKwok } from './kwok.ts';
import { clusterDirectory, clustersDirectory } from './locations.ts';
import { withLock } from './lock-file.ts';
import { networkArguments } from './machine.ts';
import { clusterAddresses, controlPlaneMachine, maximumNodes } from './network.ts';
import { privateDirectories } from './node-config.ts';
import { requirePrerequisites } from './prerequisites.ts';
import { createRealNode, type RealNode } from './real-node.ts';
import type { CommandResult } from './run-command.ts';
import { nodeRuntimes, programsOf, repair, startFresh, waitForReadyNodes } from './start.ts';
import { findProcess, readState, type ClusterShape } from './state.ts';
import { keepLogs, tearDown } from './teardown.ts';
import { undoOnSignal } from './undo-on-signal.ts';

export { ensureBinaries } from './binaries.ts';
export { busyboxImage } from './images.ts';
export { buildProductImage, buildUpgradeImage } from './product-image.ts';
export type { NodeContainer } from './containers.ts';
export type { RealNode } from './real-node.ts';
export type { BinaryName } from './versions.ts';

/** What a cluster shall be. */
export interface ClusterOptions {
  readonly name: string;
  /** Real nodes; 3 unless said otherwise, none with controlPlaneOnly. */
  readonly nodes?: number;
  readonly kwokNodes?: number;
  /** etcd and API server on loopback ports; needs no root. */
  readonly controlPlaneOnly?: boolean;
  /** Runs controller manager and scheduler even with controlPlaneOnly. */
  readonly controllers?: boolean;
  /** Labels of the real node with this index, from 1. */
  readonly nodeLabels?: (index: number) => Record<string, string>;
  readonly nodeMonitorGracePeriodSeconds?: number;
  readonly log?: Log;
}

/** A running cluster. */
export interface Cluster {
  readonly name: string;
  readonly kubeconfigPath: string;
  readonly server: string;
  readonly directory: string;
  /** One JSON object a line: every request's user agent, verb, object and answer. */
  readonly auditLogPath: string;
  readonly nodes: readonly RealNode[];
  readonly kwokNodeNames: readonly string[];
  /** The host as pods reach it: a receiver that listens on it sees each pod's own address. */
  readonly hostAddress: string;
  /** Environment for a child process that shall find this cluster and no other. */
  readonly environment: NodeJS.ProcessEnv;
  kubectl(args: readonly string[], options?: ClientOptions): Promise<CommandResult>;
  helm(args: readonly string[], options?: ClientOptions): Promise<CommandResult>;
  killApiServer(signal?: NodeJS.Signals): Promise<void>;
  startApiServer(): Promise<void>;
  killEtcd(signal?: NodeJS.Signals): Promise<void>;
  startEtcd(): Promise<void>;
  addKwokNodes(names: readonly string[], labels?: Readonly<Record<string, string>>): Promise<void>;
  deleteKwokNodes(names: readonly string[]): Promise<void>;
  /** Imports an image into these nodes, or into all, at the same time. */
  importImage(tarPath: string, nodeNames?: readonly string[]): Promise<void>;
  /** Starts a program on the control plane's network, with this machine's files. */
  spawnInNetwork(command: string, args: readonly string[], options?: SpawnOptions): ChildProcess;
  stop(options?: StopOptions): Promise<void>;
}

/** What stays after a cluster. */
export interface StopOptions {
  /** Copies the logs to the cache's logs folder first. */
  readonly keepLogs?: boolean;
}

const maximumNameLength = 30;

function shapeOf(options: ClusterOptions): ClusterShape {
  const controlPlaneOnly = options.controlPlaneOnly ?? false;
  const nodes = options.nodes ?? (controlPlaneOnly ? 0 : 3);
  const kwokNodes = options.kwokNodes ?? 0;
  if (!/^[a-z0-9][a-z0-9-]*$/.test(options.name) || options.name.length > maximumNameLength) {
    throw new Error(
      `cluster name "${options.name}": use at most ${maximumNameLength} of a-z, 0-9 and -, starting with a letter or digit`,
    );
  }
  if (controlPlaneOnly && nodes + kwokNodes > 0)
    throw new Error('a cluster with controlPlaneOnly has no nodes; leave nodes and kwokNodes out');
  if (!Number.isInteger(nodes) || nodes < 0 || nodes > maximumNodes)
    throw new Error(`nodes: ${nodes} is not between 0 and ${maximumNodes}`);
  if (!Number.isInteger(kwokNodes) || kwokNodes < 0) throw new Error(`kwokNodes: ${kwokNodes} is not a number of nodes`);
  const labels = options.nodeLabels ?? ((): Record<string, string> => ({ role: 'worker' }));
  return {
    nodes,
    kwokNodes,
    controlPlaneOnly,
    controllers: options.controllers ?? !controlPlaneOnly,
    nodeLabels: Array.from({ length: nodes }, (_, position) => labels(position + 1)),
    nodeMonitorGracePeriodSeconds: options.nodeMonitorGracePeriodSeconds ?? 16,
  };
}

/** A cluster is there as long as its machine or, without one, its API server runs; a test may have killed the rest. */
function isUp(name: string): boolean {
  const state = readState(name);
  if (state?.ready !== true || state.ending === true) return false;
  return findProcess(name, state.shape.controlPlaneOnly ? 'kube-apiserver' : controlPlaneMachine) !== undefined;
}

function requireVisibleCache(): void {
  const hidden = privateDirectories.find((folder) => `${clustersDirectory()}/`.startsWith(`${folder}/`));
  if (hidden !== undefined) {
    throw new Error(`BATON_CACHE_DIR is below ${hidden}, which every node has for itself; choose a folder elsewhere`);
  }
}

async function openCluster(name: string): Promise<Cluster> {
  const state = readState(name);
  if (state === undefined) throw new Error(`there is no cluster ${name}; start it with: npm run cluster -- up --name ${name}`);
  const { shape } = state;
  const binaries = await ensureBinaries(programsOf(shape));
  const server = serverOf(name);
  const plane: ControlPlane = { cluster: name, server, binaries };
  const nodes = nodeRuntimes(name, shape, binaries).map(createRealNode);
  return {
    name,
    kubeconfigPath: kubeconfigPath(name),
    server,
    directory: clusterDirectory(name),
    auditLogPath: auditLogPath(name),
    nodes,
    get kwokNodeNames() {
      return readState(name)?.kwokNodeNames ?? [];
    },
    hostAddress: shape.controlPlaneOnly ? '127.0.0.1' : clusterAddresses(name).host,
    environment: clusterEnvironment(name),
    kubectl: (args, options) => runClient(name, 'kubectl', args, options),
    helm: (args, options) => runClient(name, 'helm', args, options),
    killApiServer: (signal) => stopDaemon(name, 'kube-apiserver', signal),
    startApiServer: async () => {
      await startApiServer(plane);
      // kwok does not find its way back to a restarted server by itself.
      if (shape.controlPlaneOnly) return;
      await stopKwok(name);
      await startKwok(name, binaries.kwok);
    },
    killEtcd: (signal) => stopDaemon(name, 'etcd', signal),
    startEtcd: () => startEtcd(plane),
    addKwokNodes: async (names, labels) => {
      await addKwokNodes(name, server, names, labels ?? { role: 'worker' });
      await waitForReadyNodes(name, server, names);
    },
    deleteKwokNodes: (names) => deleteKwokNodes(name, server, names),
    importImage: async (tarPath, nodeNames) => {
      const chosen = nodes.filter((node) => nodeNames?.includes(node.name) ?? true);
      await Promise.all(chosen.map((node) => node.importImage(tarPath)));
    },
    spawnInNetwork: (command, args, options = {}) => {
      const entry = shape.controlPlaneOnly ? [] : networkArguments(name, controlPlaneMachine);
      const [program = command, ...rest] = [...entry, command, ...args];
      return spawn(program, rest, options);
    },
    stop: (options) => stopCluster(name, options),
  };
}

/** Starts a cluster, or gives the one of this name that is up with the same options. */
export async function startCluster(options: ClusterOptions): Promise<Cluster> {
  const { name, log = () => undefined } = options;
  const shape = shapeOf(options);
  await requirePrerequisites({
    realNodes: !shape.controlPlaneOnly,
    withoutRoot: 'use --control-plane-only',
    ...(options.log === undefined ? {} : { log: options.log }),
  });
  if (!shape.controlPlaneOnly) requireVisibleCache();
  await withLock(
    `${clusterDirectory(name)}.lock`,
    async () => {
      const state = readState(name);
      if (state !== undefined && isUp(name)) {
        if (isDeepStrictEqual(state.shape, shape)) {
          await repair(name, shape, log);
          log(`${name}: is up already`);
          return;
        }
        throw new Error(
          `the cluster ${name} is up with other options; take it down first: npm run cluster -- down --name ${name}`,
        );
      }
      // Whatever a crash left of an earlier one is in the way.
      await tearDown(name);
      await undoOnSignal(
        () => startFresh(name, shape, log),
        async (cause) => {
          const kept = keepLogs(name);
          await tearDown(name);
          if (kept !== undefined) log(`${name}: ${cause}; everything was removed again, the logs are in ${kept}`);
        },
      );
    },
    (holder) => {
      log(`${name}: waiting for process ${holder.pid}, which is working on this cluster`);
    },
  );
  return openCluster(name);
}

/** Gives the handle of a cluster that is up. */
export async function connectCluster(name: string): Promise<Cluster> {
  if (!isUp(name)) throw new Error(`the cluster ${name} is not up; start it with: npm run cluster -- up --name ${name}`);
  return openCluster(name);
}

/** Takes a cluster down, whatever is left of it. */
export async function stopCluster(name: string, options: StopOptions = {}): Promise<void> {
  await withLock(`${clusterDirectory(name)}.lock`, async () => {
    if (options.keepLogs === true) keepLogs(name);
    await tearDown(name);
  });
}

/** The text of a cluster's log of one daemon, for instance `kube-apiserver` or `node-1-kubelet`. */
export function readLog(cluster: Cluster, daemon: string): string {
  return readFileSync(`${cluster.directory}/logs/${daemon}.log`, 'utf8');
}
