import type { SetTimer } from '../../kube/pause.ts';

/** The clock of one host, as programs get it. */
export interface HostClock {
  /** The wall clock in milliseconds since the epoch; it may be wrong. */
  readonly now: () => number;
  /** A monotonic clock in milliseconds. */
  readonly monotonic: () => number;
  /** Sleeps. Rejects as soon as the signal is aborted. */
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

/** What a clock is made from. */
export interface HostClockOptions {
  readonly now: () => number;
  readonly setTimer: SetTimer;
  /** What the wall clock shows too much (ms); read at each call, so that it can be set while programs run. */
  readonly offsetMs?: () => number;
}

// One for all: most sleeps are aborted, and creating the error takes longer than everything else here.
const ABORTED = new DOMException('The operation was aborted', 'AbortError');

/** Creates the clock of a host. The monotonic clock starts at 0. */
export function hostClock({ now, setTimer, offsetMs = () => 0 }: HostClockOptions): HostClock {
  const started = now();
  return {
    now: () => now() + offsetMs(),
    monotonic: () => now() - started,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      const { promise, resolve, reject } = Promise.withResolvers<undefined>();
      const cancel = setTimer(milliseconds, () => resolve(undefined));
      const abort = (): void => {
        cancel();
        reject(ABORTED);
      };
      signal?.addEventListener('abort', abort, { once: true });
      try {
        await promise;
      } finally {
        signal?.removeEventListener('abort', abort);
      }
    },
  };
}
