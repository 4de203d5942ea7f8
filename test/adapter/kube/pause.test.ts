import { describe, expect, it } from '@jest/globals';
import { pause } from '../../../src/kube/pause.ts';

const never = (): Promise<void> => new Promise(() => undefined);

describe('pause', () => {
  it('ends when the signal is aborted, even if the sleep ignores it', async () => {
    const stop = new AbortController();
    const paused = pause(never, 1_000, stop.signal);

    stop.abort();

    await expect(paused).resolves.toBeUndefined();
  });

  it('does not start when the signal is already aborted', async () => {
    await expect(pause(never, 1_000, AbortSignal.abort())).resolves.toBeUndefined();
  });

  it('resolves when the sleep rejects because it was aborted', async () => {
    const stop = new AbortController();
    const sleep = (_milliseconds: number, signal?: AbortSignal): Promise<void> =>
      new Promise((_resolve, reject) => {
        signal?.addEventListener('abort', () => {
          reject(new Error('AbortError'));
        });
      });
    const paused = pause(sleep, 1_000, stop.signal);

    stop.abort();

    await expect(paused).resolves.toBeUndefined();
  });

  it('passes on any other failure of the sleep', async () => {
    await expect(pause(() => Promise.reject(new Error('broken clock')), 1, new AbortController().signal)).rejects.toThrow(
      'broken clock',
    );
  });
});
