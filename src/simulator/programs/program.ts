import type { Log } from '../../api/log.ts';
import type { ProgramPorts } from '../../kube/program-ports.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';
import { programLog, type LogLine, type OnLog } from './program-log.ts';

/** How a program has ended. */
export type ProgramEnd =
  /** By itself: 0 after SIGTERM. */
  | { readonly kind: 'Exited'; readonly exitCode: number }
  /** By an error, which is what would be printed. 2: its configuration is invalid. */
  | { readonly kind: 'Failed'; readonly exitCode: number; readonly error: Error }
  /** The process was killed. */
  | { readonly kind: 'Killed' };

/** The variables of a program, as in `process.env`. */
export type Env = Readonly<Record<string, string | undefined>>;

/** What every simulated program is started with. */
export interface ProgramOptions {
  readonly env: Env;
  /** Receives the lines of its log. */
  readonly onLog?: OnLog;
}

/**
 * Runs a program in a process until it ends, as its command does. Afterwards the process is dead: as after `process.exit`, nothing that the
 * program has left behind acts any more.
 *
 * @param start reads the configuration and runs the program.
 */
export async function runProgram(process: SimulatedProcess, start: () => Promise<void>): Promise<ProgramEnd> {
  const { promise: killed, resolve } = Promise.withResolvers<ProgramEnd>();
  process.onKill(() => resolve({ kind: 'Killed' }));
  const end = await Promise.race([killed, endOf(start)]);
  process.kill();
  return end;
}

async function endOf(start: () => Promise<void>): Promise<ProgramEnd> {
  try {
    await start();
    return { kind: 'Exited', exitCode: 0 };
  } catch (thrown) {
    const error = thrown instanceof Error ? thrown : new Error(String(thrown));
    const exitCode = 'exitCode' in error && typeof error.exitCode === 'number' ? error.exitCode : 1;
    return { kind: 'Failed', exitCode, error };
  }
}

/** The ports of a process that all programs have in common. */
export function programPorts(process: SimulatedProcess, level: LogLine['level'], onLog?: OnLog): ProgramPorts {
  const log: Log = programLog(process, level, onLog);
  const { kubeConfig, clock, setTimer, random, stop } = process;
  return { kubeConfig, clock, setTimer, random, log, stop };
}

/** The result of `act`, or nothing ever once the process was killed. What takes effect outside of the process goes through it. */
export function whileAlive<T>(process: SimulatedProcess, act: () => Promise<T>): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  if (!process.alive) return promise;
  const whenAlive =
    <V>(settle: (value: V) => void) =>
    (value: V): void => {
      if (process.alive) settle(value);
    };
  act().then(whenAlive(resolve), whenAlive(reject));
  return promise;
}
