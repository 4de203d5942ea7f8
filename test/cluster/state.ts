import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { clusterDirectory, clustersDirectory } from './locations.ts';
import { childrenOf, isAlive, type ProcessIdentity } from './processes.ts';

/** What a cluster was asked to be; an up cluster is reused only when all of it is the same. */
export interface ClusterShape {
  readonly nodes: number;
  readonly kwokNodes: number;
  readonly controlPlaneOnly: boolean;
  readonly controllers: boolean;
  readonly nodeLabels: readonly Readonly<Record<string, string>>[];
  readonly nodeMonitorGracePeriodSeconds: number;
}

/** One process that was started for the cluster. */
export interface RecordedProcess extends ProcessIdentity {
  /** What it is, for instance `etcd` or `node-1/kubelet`. */
  readonly role: string;
  /** True when the recorded process only waits for its child, which does the work in another PID namespace. */
  readonly wrapper: boolean;
}

/** Everything that `down` has to know; it is on disk before a process does anything. */
export interface ClusterState {
  readonly name: string;
  readonly shape: ClusterShape;
  readonly ready: boolean;
  /** It is being taken down: nothing may be started for it any more. */
  readonly ending?: boolean;
  /** The address block of a cluster with real nodes. */
  readonly block?: number;
  readonly apiPort?: number;
  readonly etcdPort?: number;
  readonly kwokNodeNames: readonly string[];
  readonly processes: readonly RecordedProcess[];
}

function statePath(name: string): string {
  return join(clusterDirectory(name), 'state.json');
}

/** The recorded state, or undefined when there is no such cluster. */
export function readState(name: string): ClusterState | undefined {
  try {
    return JSON.parse(readFileSync(statePath(name), 'utf8')) as ClusterState;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new Error(`${statePath(name)} cannot be read`, { cause: error });
  }
}

function writeState(state: ClusterState): void {
  const path = statePath(state.name);
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, `${JSON.stringify(state, undefined, 2)}\n`);
  renameSync(draft, path);
}

/** Starts the record of a new cluster. */
export function createState(name: string, shape: ClusterShape): ClusterState {
  mkdirSync(join(clusterDirectory(name), 'logs'), { recursive: true });
  const state: ClusterState = { name, shape, ready: false, kwokNodeNames: [], processes: [] };
  writeState(state);
  return state;
}

/** Reads, changes and writes the record in one step, so that every process of ours sees the newest one. */
export function updateState(name: string, change: (state: ClusterState) => Partial<ClusterState>): ClusterState {
  const state = readState(name);
  if (state === undefined) throw new Error(`the cluster ${name} is gone (no ${statePath(name)})`);
  const next = { ...state, ...change(state) };
  writeState(next);
  return next;
}

function withProcess(state: ClusterState, added: RecordedProcess): RecordedProcess[] {
  return [...state.processes.filter((known) => known.role !== added.role || isAlive(known)), added];
}

/** Adds a process; an ended one of the same role is forgotten. */
export function recordProcess(name: string, added: RecordedProcess): void {
  updateState(name, (state) => {
    if (state.ending === true) throw new Error(`the cluster ${name} is being taken down; ${added.role} is not started`);
    return { processes: withProcess(state, added) };
  });
}

/** The recorded process of a role, or undefined when it does not run. */
export function findProcess(name: string, role: string): RecordedProcess | undefined {
  return readState(name)?.processes.find((known) => known.role === role && isAlive(known));
}

/** The process that does the work: behind a wrapper it is the child. */
export function workerOf(recorded: RecordedProcess): ProcessIdentity | undefined {
  return recorded.wrapper ? childrenOf(recorded.pid)[0] : recorded;
}

/** Names of all clusters that left something on disk. */
export function listClusters(): string[] {
  if (!existsSync(clustersDirectory())) return [];
  return readdirSync(clustersDirectory(), { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}
