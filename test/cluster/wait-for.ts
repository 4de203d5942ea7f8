import { setTimeout as sleep } from 'node:timers/promises';

/** What is waited for, and how patiently. */
export interface WaitOptions {
  /** Completes "gave up waiting for …". */
  readonly what: string;
  readonly timeoutMs: number;
  readonly intervalMs?: number;
  /** Added to the error, for instance the end of a log. */
  readonly explain?: () => string;
}

/** Asks again and again until the answer is neither undefined nor false. */
export async function waitFor<T>(
  probe: () => Promise<T | undefined | false> | T | undefined | false,
  options: WaitOptions,
): Promise<T> {
  const deadline = performance.now() + options.timeoutMs;
  for (;;) {
    const answer = await probe();
    if (answer !== undefined && answer !== false) return answer;
    if (performance.now() > deadline) {
      const explanation = options.explain?.() ?? '';
      throw new Error(
        `gave up waiting for ${options.what} after ${options.timeoutMs / 1000} s${explanation === '' ? '' : `\n${explanation}`}`,
      );
    }
    await sleep(options.intervalMs ?? 50);
  }
}
