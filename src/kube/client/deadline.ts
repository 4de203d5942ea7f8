/** Why an act under a deadline was cut short. */
export type Cut = 'Deadline' | 'Caller' | undefined;

/** A deadline in force: its signal is aborted by the deadline or by the caller, whichever comes first. */
export interface Deadline {
  readonly signal: AbortSignal;
  /** Which of the two it was. */
  cut(): Cut;
  /** Calls the deadline off; the caller's signal keeps counting. */
  lift(): void;
  /** Aborts what still runs and lets go of timer and listener. */
  end(): void;
}

/**
 * Starts a deadline. It runs on real time: it bounds real I/O. Not `AbortSignal.timeout` and `AbortSignal.any`: those would leave
 * a timer behind for every call that was answered.
 */
export function startDeadline(milliseconds: number, caller: AbortSignal | undefined): Deadline {
  const controller = new AbortController();
  let cut: Cut;
  function stop(by: Cut): void {
    if (controller.signal.aborted) return;
    cut = by;
    controller.abort();
  }
  const timer = setTimeout(() => {
    stop('Deadline');
  }, milliseconds);
  function callerGaveUp(): void {
    stop('Caller');
  }
  if (caller?.aborted === true) callerGaveUp();
  caller?.addEventListener('abort', callerGaveUp, { once: true });
  return {
    signal: controller.signal,
    cut: () => cut,
    lift: () => {
      clearTimeout(timer);
    },
    end: () => {
      clearTimeout(timer);
      caller?.removeEventListener('abort', callerGaveUp);
      controller.abort();
    },
  };
}
