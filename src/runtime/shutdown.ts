import process from 'node:process';

/** Exit codes by convention: 128 plus the signal's number. */
const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Returns a signal that is aborted at the first SIGTERM or SIGINT, so that the program can shut down in order. A second one exits the
 * process at once, with exit code 143 or 130. Call it once.
 */
export function onShutdown(): AbortSignal {
  const controller = new AbortController();
  const stop = (name: keyof typeof EXIT_CODES): void => {
    if (controller.signal.aborted) process.exit(EXIT_CODES[name]);
    controller.abort(new Error(`The process received ${name}.`));
  };
  for (const name of ['SIGTERM', 'SIGINT'] as const) {
    process.on(name, () => {
      stop(name);
    });
  }
  return controller.signal;
}
