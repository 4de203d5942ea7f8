const signals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Does work that has to be undone when it fails or when this process is told to end meanwhile. After the undoing, an error
 * is passed on, and a signal takes its usual effect.
 */
export async function undoOnSignal(work: () => Promise<void>, undo: (cause: string) => Promise<void>): Promise<void> {
  let interrupt: (signal: NodeJS.Signals) => void = () => undefined;
  const interrupted = new Promise<NodeJS.Signals>((resolve) => {
    interrupt = resolve;
  });
  for (const signal of signals) process.on(signal, interrupt);
  try {
    const working = work().then(() => undefined);
    // After an interruption nobody waits for the work any more, and it fails because its cluster goes away.
    working.catch(() => undefined);
    const signal = await Promise.race([working, interrupted]);
    if (signal === undefined) return;
    await undo(`stopped by ${signal}`);
    for (const known of signals) process.off(known, interrupt);
    process.kill(process.pid, signal);
  } catch (error) {
    await undo('failed');
    throw error;
  } finally {
    for (const signal of signals) process.off(signal, interrupt);
  }
}
