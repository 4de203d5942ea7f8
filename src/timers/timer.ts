/** Calls `run` once after a delay. The returned function cancels it. */
export type SetTimer = (milliseconds: number, run: () => void) => () => void;

/** Sleeps. May resolve or reject early when the signal is aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** The clocks of a host. */
export interface Clock {
  /** The wall clock in milliseconds since the Unix epoch; it may jump. */
  readonly now: () => number;
  /** A monotonic clock in milliseconds. */
  readonly monotonic: () => number;
  readonly sleep: Sleep;
}
