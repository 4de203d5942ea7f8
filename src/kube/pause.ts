/** Waits for some milliseconds. May end early, resolved or rejected, when the signal is aborted. */
export type Sleep = (milliseconds: number, signal?: AbortSignal) => Promise<void>;

/** Runs something once after some milliseconds; the function returned calls it off. */
export type SetTimer = (milliseconds: number, run: () => void) => () => void;

/** Sleeps, or less when the signal is aborted first. Never rejects because of the signal: whoever waits looks at it next. */
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
