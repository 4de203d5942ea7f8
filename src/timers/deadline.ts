import type { SetTimer } from './timer.ts';

/** What aborted an operation with a deadline. */
export type AbortedBy = 'Deadline' | 'Caller' | undefined;

/** A running deadline. Its signal is aborted by the deadline or by the caller, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Which of the two aborted the signal. */
  abortedBy(): AbortedBy;
  /** Cancels the timer. The caller's signal stays in effect. */
  cancelTimer(): void;
  /** Aborts the signal and releases the timer and the listener. */
  dispose(): void;
}

// One for all: by default each abort would create an error with a stack, for every request that succeeds.
const DISPOSED = new Error('The operation with this deadline has ended');

/**
 * Starts a deadline. Dispose of it in the end: until then, its timer and its listener remain. `AbortSignal.timeout` would measure real time,
 * and leave its timer behind for every answered call.
 */
export function startDeadline(milliseconds: number, caller: AbortSignal | undefined, setTimer: SetTimer): Deadline {
  const controller = new AbortController();
  let abortedBy: AbortedBy;
  function abort(by: AbortedBy): void {
    if (controller.signal.aborted) return;
    abortedBy = by;
    caller?.removeEventListener('abort', abortByCaller);
    controller.abort();
  }
  const cancelTimer = setTimer(milliseconds, () => {
    abort('Deadline');
  });
  function abortByCaller(): void {
    abort('Caller');
  }
  if (caller?.aborted === true) abortByCaller();
  caller?.addEventListener('abort', abortByCaller, { once: true });
  return {
    signal: controller.signal,
    abortedBy: () => abortedBy,
    cancelTimer,
    dispose: () => {
      cancelTimer();
      caller?.removeEventListener('abort', abortByCaller);
      controller.abort(DISPOSED);
    },
  };
}
