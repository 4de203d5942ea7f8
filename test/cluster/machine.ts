import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { logTail, startDaemon, stopDaemon } from './daemon.ts';
import { clusterDirectory } from './locations.ts';
import { childrenOf } from './processes.ts';
import { findProcess } from './state.ts';
import { waitFor } from './wait-for.ts';

/**
 * A machine is what a cluster takes for one computer: a PID, mount and network namespace under one init process. The kernel
 * ends all of it with that process: daemons, containers, mounts, interfaces. So a reboot is as sudden as a real one, and
 * nothing can be left behind.
 */
export interface MachineSpec {
  readonly cluster: string;
  readonly role: string;
  /** Commands that init runs first, usually mounts; the first that fails ends the machine. */
  readonly setup: readonly (readonly string[])[];
}

// A shell that waits takes note of every child that ends, so orphaned shims do not stay as zombies.
const idle = 'while :; do sleep 86400 & wait $!; done';

function quote(word: string): string {
  return `'${word.replaceAll("'", `'\\''`)}'`;
}

function bootedMark(cluster: string, role: string): string {
  return join(clusterDirectory(cluster), `${role}.booted`);
}

/** Boots a machine; it is there, with its setup done, when this returns. False when it was running already. */
export async function bootMachine(spec: MachineSpec): Promise<boolean> {
  if (findProcess(spec.cluster, spec.role) !== undefined) return false;
  const mark = bootedMark(spec.cluster, spec.role);
  rmSync(mark, { force: true });
  const script = join(clusterDirectory(spec.cluster), `${spec.role}.init.sh`);
  const lines = [
    'set -e',
    'echo 1 > /proc/sys/net/ipv4/ip_forward',
    ...spec.setup.map((words) => words.map(quote).join(' ')),
    `: > ${quote(mark)}`,
    idle,
  ];
  writeFileSync(script, `${lines.join('\n')}\n`);
  const namespaces = ['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child=SIGKILL', '--mount-proc'];
  await startDaemon({
    cluster: spec.cluster,
    role: spec.role,
    command: 'unshare',
    args: [...namespaces, '/bin/sh', script],
    wrapper: true,
  });
  await waitFor(
    () => {
      if (findProcess(spec.cluster, spec.role) === undefined) {
        throw new Error(`the machine ${spec.role} did not boot. ${logTail(spec.cluster, spec.role)}`);
      }
      return existsSync(mark);
    },
    { what: `the machine ${spec.role}`, timeoutMs: 20_000, intervalMs: 10, explain: () => logTail(spec.cluster, spec.role) },
  );
  return true;
}

/** Ends a machine with everything in it. */
export async function stopMachine(cluster: string, role: string): Promise<void> {
  await stopDaemon(cluster, role, 'SIGKILL');
}

/** The host's process id of a machine's init. */
export function machineInit(cluster: string, role: string): number {
  const recorded = findProcess(cluster, role);
  const init = recorded === undefined ? undefined : childrenOf(recorded.pid)[0];
  if (init === undefined) throw new Error(`the machine ${role} of cluster ${cluster} is not running`);
  return init.pid;
}

/** The command line that runs a program inside a machine, with all its namespaces. */
export function enterArguments(cluster: string, role: string): string[] {
  return ['nsenter', '--target', `${machineInit(cluster, role)}`, '--net', '--mount', '--pid', '--'];
}

/** The command line that runs a program on a machine's network, with the host's files and processes. */
export function networkArguments(cluster: string, role: string): string[] {
  return ['nsenter', '--target', `${machineInit(cluster, role)}`, '--net', '--'];
}
