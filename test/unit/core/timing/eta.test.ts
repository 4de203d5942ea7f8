import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { secondsLeft, tellEnd, type WorkLeft } from '../../../../src/core/timing/eta.ts';

const NONE: WorkLeft = { nodeSeconds: 100, atOnce: 2, running: [], waiting: 0, batches: [] };
const MIN = 60_000;
const HOUR = 60 * MIN;

describe('The time that is left', () => {
  it.each<[string, Partial<WorkLeft>, number]>([
    ['is nothing when nothing is', {}, 0],
    ['is what is left of the nodes in their turn', { running: [40, 90] }, 60],
    ['is a little more for one that takes longer than usual', { running: [500] }, 10],
    ['is shared by as many nodes as may be down at once', { waiting: 4 }, 200],
    ['is never less than one node takes', { waiting: 1, atOnce: 10 }, 100],
    [
      'counts the batches to come in whole rounds, one after the other',
      {
        batches: [
          { nodes: 3, pauseSeconds: 0 },
          { nodes: 1, pauseSeconds: 0 },
        ],
      },
      300,
    ],
    ['counts the soak between them', { batches: [{ nodes: 1, pauseSeconds: 600 }] }, 700],
    ['goes on one by one when others use up what may be down', { atOnce: -3, waiting: 2 }, 200],
  ])('%s', (_, changes, seconds) => {
    expect(secondsLeft({ ...NONE, ...changes })).toBe(seconds);
  });
});

describe('The end that is told', () => {
  it.each([
    ['in minutes, within an hour', 12.3 * MIN, 13 * MIN],
    ['in ten minutes, within a day', 3.01 * HOUR, 3 * HOUR + 10 * MIN],
    ['in hours, beyond', 30.2 * HOUR, 31 * HOUR],
  ])('is rounded up: %s', (_, end, told) => {
    expect(tellEnd(0, end, undefined)).toBe(told);
  });

  it('stays as long as it is right to a tenth of what is left', () => {
    expect(tellEnd(0, 10.9 * HOUR, 10 * HOUR)).toBe(10 * HOUR);
    expect(tellEnd(0, 11.5 * HOUR, 10 * HOUR)).toBe(11.5 * HOUR);
  });

  it('is told anew when it is past', () => {
    expect(tellEnd(10 * HOUR, 10.5 * HOUR, 9.9 * HOUR)).toBe(10.5 * HOUR);
  });

  it('is never told more than a few times while a rollout goes as expected', () => {
    fc.assert(
      fc.property(fc.integer({ min: 10, max: 300 }), fc.integer({ min: 30, max: 3600 }), (nodes, seconds) => {
        let told: number | undefined;
        let writes = 0;
        for (let done = 0; done < nodes; done++) {
          const now = done * seconds * 1000;
          const next = tellEnd(
            now,
            now + secondsLeft({ ...NONE, nodeSeconds: seconds, atOnce: 1, waiting: nodes - done }) * 1000,
            told,
          );
          if (next !== told) writes += 1;
          told = next;
        }
        expect(writes).toBeLessThanOrEqual(4);
      }),
    );
  });
});
