import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { hostClock } from '../../../../src/simulator/time/host-clock.ts';
import { VirtualTime } from '../../../../src/simulator/time/virtual-time.ts';

const START = Date.UTC(2026, 5, 1);

describe('VirtualTime', () => {
  it('fires timers in the order of their times, and those of one time in the order in which they were set', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.record({ ms: fc.integer({ min: 0, max: 20 }), cancelled: fc.boolean() })), async (timers) => {
        const time = new VirtualTime(START);
        const fired: string[] = [];
        const cancels = timers.map(({ ms }, index) => time.setTimer(ms, () => fired.push(`${time.now() - START}:${index}`)));
        timers.forEach(({ cancelled }, index) => {
          if (cancelled) cancels[index]?.();
        });

        expect(await time.run()).toBe('Idle');

        const expected = timers
          .map(({ ms, cancelled }, index) => ({ ms, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((left, right) => left.ms - right.ms || left.index - right.index);
        expect(fired).toEqual(expected.map(({ ms, index }) => `${ms}:${index}`));
      }),
    );
  });

  it('does not advance while promises can still move', async () => {
    const time = new VirtualTime(START);
    const seen: string[] = [];
    time.setTimer(5, () => seen.push('later'));
    void (async () => {
      for (let turn = 0; turn < 100; turn += 1) await Promise.resolve();
      time.setTimer(1, () => seen.push('sooner'));
    })();

    await time.run();

    expect(seen).toEqual(['sooner', 'later']);
  });

  it('stands still while held', async () => {
    const time = new VirtualTime(START);
    const seen: number[] = [];
    time.setTimer(5, () => seen.push(time.now() - START));
    const { promise, resolve } = Promise.withResolvers<undefined>();
    void time.hold(promise);
    setImmediate(() => setImmediate(() => setImmediate(() => resolve(undefined))));
    void promise.then(() => seen.push(time.now() - START));

    await time.run();

    expect(seen).toEqual([0, 5]);
  });

  it('ends at its limit, with the clock there', async () => {
    const time = new VirtualTime(START);
    time.setTimer(100, () => undefined);

    expect(await time.run({ limit: START + 30 })).toBe('Limit');
    expect(time.now()).toBe(START + 30);
  });

  it('ends with what a check after a step throws', async () => {
    const time = new VirtualTime(START);
    time.setTimer(1, () => undefined);

    const run = time.run({
      afterStep: () => {
        throw new Error('broken');
      },
    });

    await expect(run).rejects.toThrow('broken');
  });
});

describe('hostClock', () => {
  it('shows a wall clock that is wrong, and a monotonic one that is not', async () => {
    const time = new VirtualTime(START);
    const clock = hostClock({ now: time.now, setTimer: time.setTimer, offsetMs: () => -3_600_000 });
    await time.run({ limit: START + 1000 });

    expect([clock.now() - START, clock.monotonic()]).toEqual([-3_599_000, 1000]);
  });

  it('wakes a sleeper when the signal is aborted', async () => {
    const time = new VirtualTime(START);
    const clock = hostClock(time);
    const stop = new AbortController();
    time.setTimer(10, () => stop.abort());
    const slept = clock.sleep(1000, stop.signal).then(
      () => 'slept',
      (error: unknown) => (error as Error).name,
    );

    await time.run();

    expect([await slept, time.now() - START]).toEqual(['AbortError', 10]);
  });
});
