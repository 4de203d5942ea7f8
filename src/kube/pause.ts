import type { Sleep } from '../timers/timer.ts';

export type { SetTimer, Sleep } from '../timers/timer.ts';

/** Sleeps until the signal is aborted at the latest. Never rejects because of the signal, which the caller checks next. */
export async function pause(sleep: Sleep, milliseconds: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const { promise: aborted, resolve } = Promise.withResolvers<undefined>();
  function wake(): void {
    resolve(undefined);
  }
  signal.addEventListener('abort', wake, { once: true });
  const slept = sleep(milliseconds, signal).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
  try {
    await Promise.race([slept, aborted]);
  } finally {
    signal.removeEventListener('abort', wake);
  }
}
