const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/** Work was given up because the process was told to end. */
export class InterruptedError extends Error {
  readonly signal: NodeJS.Signals;

  constructor(signal: NodeJS.Signals) {
    super(`stopped by ${signal}`);
    this.name = 'InterruptedError';
    this.signal = signal;
  }
}

/** Does work that has to be undone when it fails or when this process is told to end meanwhile, which is an InterruptedError. */
export async function undoOnSignal(work: () => Promise<void>, undo: (cause: string) => Promise<void>): Promise<void> {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupted = new Promise<never>((_, reject) => {
    interrupt = (signal) => {
      reject(new InterruptedError(signal));
    };
  });
  for (const signal of signals) process.on(signal, interrupt);
  const working = work();
  // After an interruption nobody waits for the work any more, and it fails because its cluster goes away.
  working.catch(() => undefined);
  try {
    await Promise.race([working, interrupted]);
  } catch (error) {
    await undo(error instanceof InterruptedError ? error.message : 'the start failed');
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
