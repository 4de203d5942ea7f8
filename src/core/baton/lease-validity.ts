/**
 * How long an agent may act on a Lease. All times are milliseconds of its own monotonic clock: other clocks, and the wall clock, may
 * jump. The operator counts a whole duration from the moment in which it *sees* a renewal, which is after the agent asked for it; so
 * an agent that counts from *before* it asked has stopped before the operator names another.
 */
export interface Validity {
  /** Before the request of the last renewal that went through. */
  readonly askedAt: number;
  readonly durationSeconds: number;
}

/** Renewals that fail leave two more before the Lease has run out. */
const RENEWALS_PER_DURATION = 3;
/** The last part of the duration, in which nothing is sent: a request that was cut off may still be on its way for a moment. */
const MARGIN_PART = 5;

/** When the next renewal is due. */
export function renewalDueAt({ askedAt, durationSeconds }: Validity): number {
  return askedAt + (durationSeconds * 1000) / RENEWALS_PER_DURATION;
}

/** When sending has to stop unless the Lease is renewed before. */
export function sendableUntil({ askedAt, durationSeconds }: Validity): number {
  return askedAt + durationSeconds * 1000 * (1 - 1 / MARGIN_PART);
}
