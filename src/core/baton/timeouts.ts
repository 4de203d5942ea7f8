import type { Sink } from '../../api/generated/upgradeplan.ts';
import { attemptSeconds } from '../sinks/sink-kinds.ts';

/** Maximum duration of one attempt (seconds), which is also the maximum that a plan may ask for. */
const MAX_SECONDS = 60;

/**
 * How long one attempt may take (seconds). It doubles after each attempt that timed out: a receiver that accepts a message and answers late
 * would otherwise get it again with each attempt.
 */
export function timeoutSeconds(sink: Sink, timeouts: number): number {
  return Math.min(attemptSeconds(sink) * 2 ** timeouts, MAX_SECONDS);
}

/** The sink with the timeout for an attempt that follows the given number of timeouts. */
export function withTimeout(sink: Sink, timeouts: number): Sink {
  return { ...sink, connection: { ...sink.connection, timeoutSeconds: timeoutSeconds(sink, timeouts) } };
}
