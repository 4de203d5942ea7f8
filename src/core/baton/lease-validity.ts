/**
 * How long an agent may act on a Lease. All times are milliseconds of the agent's own monotonic clock, because other clocks and the wall
 * clock may jump. The operator waits for a whole duration from the moment at which it sees a renewal, which is after the agent requested
 * it. An agent that counts from before its request therefore stops before the operator names another one.
 */
export interface Validity {
  /** Before the request of the last successful renewal. */
  readonly requestedAt: number;
  readonly durationSeconds: number;
}

/** With three renewals per duration, two may fail before the Lease expires. */
const RENEWALS_PER_DURATION = 3;
/** Nothing is sent in the last fifth of the duration, because an aborted request may still be on its way. */
const MARGIN = 1 / 5;

/** When the next renewal is due. */
export function renewalDueAt({ requestedAt, durationSeconds }: Validity): number {
  return requestedAt + (durationSeconds * 1000) / RENEWALS_PER_DURATION;
}

/** Until when the agent may send if it does not renew the Lease. */
export function sendableUntil({ requestedAt, durationSeconds }: Validity): number {
  return requestedAt + durationSeconds * 1000 * (1 - MARGIN);
}
