import type { Sink } from '../../api/generated/upgradeplan.ts';

/** How long a try may take (s), where the plan does not say. A mail server may greet slowly, and look at a message before it takes it. */
export const USUAL_SECONDS = { http: 10, email: 20 } as const;
/** As long as the plan may let a try take. */
const LONGEST_SECONDS = 60;

/**
 * How long a try may take (s): twice as long after each that had no answer in time. A receiver that takes a message and answers late would
 * otherwise get it again with every try.
 */
export function timeoutSeconds({ connection, email }: Sink, unanswered: number): number {
  const usual = connection?.timeoutSeconds ?? (email === undefined ? USUAL_SECONDS.http : USUAL_SECONDS.email);
  return Math.min(usual * 2 ** unanswered, LONGEST_SECONDS);
}

/** The sink for a try that follows so many without an answer in time. */
export function withTimeout(sink: Sink, unanswered: number): Sink {
  return { ...sink, connection: { ...sink.connection, timeoutSeconds: timeoutSeconds(sink, unanswered) } };
}
