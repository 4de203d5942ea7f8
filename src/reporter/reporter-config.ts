import { z } from 'zod';
import { SOCKET_PATH } from '../api/names.ts';
import { logLevel, parseConfig } from '../settings/config.ts';

const schema = z.object({
  node: z.string().describe('the name of this node (in a Pod: fieldRef spec.nodeName)'),
  pod: z.string().optional().describe('the name of this Pod (fieldRef metadata.name)'),
  socket: z.string().default(SOCKET_PATH).describe('the path of the socket'),
  heartbeatSeconds: z.coerce
    .number()
    .int()
    .min(1)
    .default(60)
    .describe('a whole number of at least 1: interval between heartbeats in seconds'),
  queueLimit: z.coerce
    .number()
    .int()
    .min(1)
    .default(1000)
    .describe('a whole number of at least 1: maximum number of queued reports'),
  drainSeconds: z.coerce
    .number()
    .int()
    .min(0)
    .default(15)
    .describe('a whole number of at least 0: how long to empty the queue on shutdown, in seconds'),
  logLevel,
});

const names = {
  node: 'BATON_NODE',
  pod: 'BATON_POD_NAME',
  socket: 'BATON_SOCKET',
  heartbeatSeconds: 'BATON_BEAT_SECONDS',
  queueLimit: 'BATON_QUEUE_LIMIT',
  drainSeconds: 'BATON_DRAIN_SECONDS',
  logLevel: 'BATON_LOG_LEVEL',
} as const;

/** The configuration of a reporter. */
export type ReporterConfig = z.output<typeof schema>;

/**
 * Reads the configuration.
 *
 * @param env the environment, as in `process.env`.
 * @throws ExitError with code 2 when it is invalid.
 */
export function readReporterConfig(env: Readonly<Record<string, string | undefined>>): ReporterConfig {
  return parseConfig(schema, env, names);
}
