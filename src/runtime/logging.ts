import process from 'node:process';
import { inspect } from 'node:util';
import winston from 'winston';
import type { Log } from '../api/log.ts';

/** How much is logged, from little to much. */
export const LOG_LEVELS = ['error', 'warn', 'info', 'debug'] as const;
/** One of {@link LOG_LEVELS}. */
export type LogLevel = (typeof LOG_LEVELS)[number];

/** A chain of causes longer than this is cut; it also ends one that leads back to itself. */
const MOST_CAUSES = 8;

/** What a logger is made from. */
export interface LoggerOptions {
  /** The program, for the field `component` of each line. */
  readonly component: string;
  readonly level: LogLevel;
  /** Where lines go; standard output when left out. */
  readonly stream?: NodeJS.WritableStream;
}

/** A log that writes one JSON object a line: `time`, `level`, `component`, `message` and the fields. */
export function createLogger({ component, level, stream }: LoggerOptions): Log {
  const logger = winston.createLogger({
    level,
    defaultMeta: { component },
    format: winston.format.combine(
      winston.format((info) => {
        info['time'] = new Date().toISOString();
        return info;
      })(),
      winston.format.json(),
    ),
    // eslint-disable-next-line @typescript-eslint/no-unsafe-class-instance-assignment -- winston types its own transports as interfaces
    transports: new winston.transports.Stream({ stream: stream ?? process.stdout }),
  });
  // winston appends a field called `message` to the message; one entry object, with ours last, keeps the message static.
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

/** JSON has no errors: left as they are they would be written as `{}`. */
function plainError(error: Error, depth = 0): object {
  const cause: unknown = error.cause;
  return {
    name: error.name,
    message: error.message,
    ...('code' in error && error.code !== undefined ? { code: error.code } : {}),
    ...(depth === 0 && error.stack !== undefined ? { stack: error.stack } : {}),
    ...(isError(cause) && depth < MOST_CAUSES ? { cause: plainError(cause, depth + 1) } : {}),
    ...(cause !== undefined && !isError(cause)
      ? { cause: typeof cause === 'string' ? cause : inspect(cause, { depth: 2, breakLength: Infinity }) }
      : {}),
  };
}

/** Not by instanceof: an error may come from another realm. */
function isError(value: unknown): value is Error {
  return (
    typeof value === 'object' && value !== null && 'stack' in value && 'message' in value && typeof value.message === 'string'
  );
}
