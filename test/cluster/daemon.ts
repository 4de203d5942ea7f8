import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clusterDirectory } from './locations.ts';
import { identify, signalProcess, waitForEnd } from './processes.ts';
import { findProcess, recordProcess, workerOf, type RecordedProcess } from './state.ts';

/** A long-running program of a cluster. */
export interface DaemonSpec {
  readonly cluster: string;
  readonly role: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** The command line that leads into the machine to run in (see machine.ts); without one it runs on the host. */
  readonly entry?: readonly string[];
  /** The command forks and only waits for its child. */
  readonly wrapper?: boolean;
}

/** The log of a role. */
export function logPath(cluster: string, role: string): string {
  return join(clusterDirectory(cluster), 'logs', `${role.replaceAll('/', '-')}.log`);
}

/** The last lines of a log, for an error message. */
export function logTail(cluster: string, role: string, lines = 15): string {
  const path = logPath(cluster, role);
  try {
    return `${path} ends with:\n${readFileSync(path, 'utf8').trimEnd().split('\n').slice(-lines).join('\n')}`;
  } catch (error) {
    return `${path} cannot be read: ${(error as Error).message}`;
  }
}

/**
 * Starts a daemon that outlives this process. It is recorded before its program runs: a shell waits for one line on its
 * input, and the end of this process in between ends the shell too, so no kill at any moment leaves an unknown process.
 */
export async function startDaemon(spec: DaemonSpec): Promise<RecordedProcess> {
  const running = findProcess(spec.cluster, spec.role);
  if (running !== undefined) return running;
  const line = [...(spec.entry ?? []), spec.command, ...spec.args];
  const log = logPath(spec.cluster, spec.role);
  mkdirSync(dirname(log), { recursive: true });
  const output = openSync(log, 'a');
  const child = spawn('/bin/sh', ['-c', 'read -r _ && exec "$@"', 'sh', ...line], {
    detached: true,
    cwd: '/',
    env: { PATH: process.env['PATH'], ...spec.env },
    stdio: ['pipe', output, output],
  });
  closeSync(output);
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (cause) => {
      reject(new Error(`${spec.role} could not be started`, { cause }));
    });
  });
  const identity = child.pid === undefined ? undefined : identify(child.pid);
  if (identity === undefined) throw new Error(`${spec.role} ended at once. ${logTail(spec.cluster, spec.role)}`);
  const recorded: RecordedProcess = {
    ...identity,
    role: spec.role,
    wrapper: spec.wrapper === true || spec.entry !== undefined,
  };
  try {
    recordProcess(spec.cluster, recorded);
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
  child.stdin?.on('error', () => {
    // The shell has ended already; whoever waits for the daemon finds it dead and shows its log.
  });
  child.stdin?.end('start\n');
  child.unref();
  return recorded;
}

// An API server that is asked to end gives open requests a minute.
const gracefulEndMs = 120_000;

/** Stops a daemon and waits until it is gone; one that does not run is fine. */
export async function stopDaemon(cluster: string, role: string, signal: NodeJS.Signals = 'SIGKILL'): Promise<void> {
  const recorded = findProcess(cluster, role);
  if (recorded === undefined) return;
  const worker = workerOf(recorded);
  // A wrapper ends by itself, and not before its worker has ended completely.
  signalProcess(worker ?? recorded, worker === undefined ? 'SIGKILL' : signal);
  await waitForEnd([recorded, ...(worker === undefined ? [] : [worker])], signal === 'SIGKILL' ? 15_000 : gracefulEndMs);
}

/** Fails with the end of the log when the daemon has died. */
export function requireAlive(cluster: string, role: string): void {
  if (findProcess(cluster, role) === undefined) throw new Error(`${role} has ended. ${logTail(cluster, role)}`);
}
