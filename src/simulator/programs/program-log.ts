import type { Log } from '../../api/log.ts';
import type { SimulatedProcess } from '../process/simulated-process.ts';

/** One line of a program's log. */
export interface LogLine {
  /** The clock of the program's host (milliseconds since the epoch). */
  readonly time: number;
  /** Name of the process. */
  readonly program: string;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly fields: object;
}

/** Receives the lines of a log. */
export type OnLog = (line: LogLine) => void;

const LEVELS = ['error', 'warn', 'info', 'debug'] as const;

/** The log of a program. Lines below `level`, and lines of a program that was killed, are dropped. */
export function programLog(process: SimulatedProcess, level: LogLine['level'], onLog: OnLog | undefined): Log {
  const write =
    (lineLevel: LogLine['level']) =>
    (message: string, fields: object = {}): void => {
      if (!process.alive || LEVELS.indexOf(lineLevel) > LEVELS.indexOf(level)) return;
      onLog?.({ time: process.clock.now(), program: process.name, level: lineLevel, message, fields });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}
