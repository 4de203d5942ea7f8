import { readdirSync, readFileSync } from 'node:fs';
import { waitFor } from './wait-for.ts';

/** A process that cannot be mistaken for a later one that got the same id. */
export interface ProcessIdentity {
  readonly pid: number;
  /** In clock ticks after the machine's boot, as the kernel prints it. */
  readonly startTime: string;
}

interface ProcessStat {
  readonly state: string;
  readonly parent: number;
  readonly startTime: string;
}

function readStat(pid: number): ProcessStat | undefined {
  let text: string;
  try {
    text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  } catch {
    // It ended (ENOENT, or ESRCH while it was being read): there is no such process.
    return undefined;
  }
  // The second field is the name in parentheses, and a name may hold spaces and parentheses.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  const startTime = fields[19];
  if (state === undefined || parent === undefined || startTime === undefined) return undefined;
  return { state, parent: Number(parent), startTime };
}

/** The identity of a running process, or undefined. */
export function identify(pid: number): ProcessIdentity | undefined {
  const stat = readStat(pid);
  return stat === undefined ? undefined : { pid, startTime: stat.startTime };
}

/** A process that was killed shows as a zombie while its other threads still end and hold its sockets. */
function threadCount(pid: number): number {
  try {
    return readdirSync(`/proc/${pid}/task`).length;
  } catch {
    // It is gone altogether.
    return 0;
  }
}

/** True while that very process runs; a zombie has ended. */
export function isAlive(identity: ProcessIdentity): boolean {
  const stat = readStat(identity.pid);
  if (stat?.startTime !== identity.startTime) return false;
  return (stat.state !== 'Z' && stat.state !== 'X') || threadCount(identity.pid) > 1;
}

/** The ids of all processes on the machine. */
export function processIds(): number[] {
  return readdirSync('/proc')
    .filter((entry) => /^\d+$/.test(entry))
    .map(Number);
}

/** The processes that this one started and that still run. */
export function childrenOf(pid: number): ProcessIdentity[] {
  return processIds().flatMap((candidate) => {
    const stat = readStat(candidate);
    return stat?.parent === pid ? [{ pid: candidate, startTime: stat.startTime }] : [];
  });
}

/** Sends a signal to that very process; one that has ended is left alone. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isAlive(identity)) return;
  try {
    process.kill(identity.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until all of these have ended. */
export async function waitForEnd(identities: readonly ProcessIdentity[], timeoutMs = 15_000): Promise<void> {
  await waitFor(() => !identities.some(isAlive), {
    what: `the end of processes ${identities.map((identity) => identity.pid).join(', ')}`,
    timeoutMs,
    intervalMs: 10,
  });
}
