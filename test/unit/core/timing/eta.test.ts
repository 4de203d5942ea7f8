import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secondsLeft, reportableEnd, type WorkLeft } from '../../../../src/core/timing/eta.ts';

const NONE: WorkLeft = { nodeSeconds: 100, atOnce: 2, running: [], waiting: 0, batches: [] };
const MIN = 60_000;
const HOUR = 60 * MIN;

describe('secondsLeft', () => {
  it.each<[string, Partial<WorkLeft>, number]>([
    ['is 0 when no work is left', {}, 0],
    ['includes the rest of the turns in progress', { running: [40, 90] }, 60],
    ['adds a little for a turn that takes longer than expected', { running: [500] }, 10],
    ['divides the work by the number of nodes that may be down at once', { waiting: 4 }, 200],
    ['is at least the time of one node', { waiting: 1, atOnce: 10 }, 100],
    [
      'counts later batches in whole rounds, one after the other',
      {
        batches: [
          { nodes: 3, pauseSeconds: 0 },
          { nodes: 1, pauseSeconds: 0 },
        ],
      },
      300,
    ],
    ['counts the soak time between batches', { batches: [{ nodes: 1, pauseSeconds: 600 }] }, 700],
    ['assumes one node at a time when other nodes use up maxUnavailable', { atOnce: -3, waiting: 2 }, 200],
  ])('%s', (_, changes, seconds) => {
    expect(secondsLeft({ ...NONE, ...changes })).toBe(seconds);
  });
});

describe('reportableEnd', () => {
  it.each([
    ['to minutes within an hour', 12.3 * MIN, 13 * MIN],
    ['to ten minutes within a day', 3.01 * HOUR, 3 * HOUR + 10 * MIN],
    ['to hours beyond a day', 30.2 * HOUR, 31 * HOUR],
  ])('is rounded up %s', (_, end, reported) => {
    expect(reportableEnd(0, end, undefined)).toBe(reported);
  });

  it('keeps a reported end while it is right to a tenth of the time left', () => {
    expect(reportableEnd(0, 10.9 * HOUR, 10 * HOUR)).toBe(10 * HOUR);
    expect(reportableEnd(0, 11.5 * HOUR, 10 * HOUR)).toBe(11.5 * HOUR);
  });

  it('replaces a reported end that has passed', () => {
    expect(reportableEnd(10 * HOUR, 10.5 * HOUR, 9.9 * HOUR)).toBe(10.5 * HOUR);
  });

  it('changes only a few times while a rollout goes as expected', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 300 }), fc.integer({ min: 30, max: 3600 }), (nodes, seconds) => {
        let reported: number | undefined;
        let writes = 0;
        for (let done = 0; done < nodes; done++) {
          const now = done * seconds * 1000;
          const next = reportableEnd(
            now,
            now + secondsLeft({ ...NONE, nodeSeconds: seconds, atOnce: 1, waiting: nodes - done }) * 1000,
            reported,
          );
          if (next !== reported) writes += 1;
          reported = next;
        }
        expect(writes).toBeLessThanOrEqual(4);
      }),
    );
  });
});
