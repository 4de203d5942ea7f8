import process from 'node:process';
import { inspect } from 'node:util';
import winston from 'winston';
import type { Log } from '../api/log.ts';
import type { LogLevel } from '../settings/log-levels.ts';

/** Maximum length of a chain of causes. It also ends a chain with a cycle. */
const MAX_CAUSES = 8;

/** The options of a logger. */
export interface LoggerOptions {
  /** Name of the program, for the field `component` of each line. */
  readonly component: string;
  readonly level: LogLevel;
  /** The wall clock in milliseconds since the Unix epoch, for the field `time`. */
  readonly now: () => number;
  /** Where to write lines; standard output by default. */
  readonly stream?: NodeJS.WritableStream;
}

/** Creates a log that writes one JSON object in each line: `time`, `level`, `component`, `message` and the fields. */
export function createLogger({ component, level, now, stream }: LoggerOptions): Log {
  const logger = winston.createLogger({
    level,
    defaultMeta: { component },
    format: winston.format.combine(
      winston.format((info) => {
        info['time'] = new Date(now()).toISOString();
        return info;
      })(),
      winston.format.json(),
    ),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types its own transports as interfaces
    transports: new winston.transports.Stream({ stream: stream ?? process.stdout }),
  });
  // winston appends a field called `message` to the message. Passing one object with our message last keeps it static.
  const write =
    (lineLevel: LogLevel) =>
    (message: string, fields: object = {}): void => {
      logger.log({ ...plainFields(fields), level: lineLevel, message });
    };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

function plainFields(fields: object): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(fields).map(([name, value]: [string, unknown]) => [name, isError(value) ? plainError(value) : value]),
  );
}

/** The error as a plain object, because JSON would write it as `{}`. */
function plainError(error: Error, depth = 0): object {
  const cause: unknown = error.cause;
  return {
    name: error.name,
    message: error.message,
    ...('code' in error && error.code !== undefined ? { code: error.code } : {}),
    ...(depth === 0 && error.stack !== undefined ? { stack: error.stack } : {}),
    ...(isError(cause) && depth < MAX_CAUSES ? { cause: plainError(cause, depth + 1) } : {}),
    ...(cause !== undefined && !isError(cause)
      ? { cause: typeof cause === 'string' ? cause : inspect(cause, { depth: 2, breakLength: Infinity }) }
      : {}),
  };
}

/** Does not use instanceof, because an error may come from another realm. */
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' && value !== null && 'stack' in value && 'message' in value && typeof value.message === 'string'
  );
}
