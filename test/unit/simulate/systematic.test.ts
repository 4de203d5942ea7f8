import { describe, expect, it } from '@jest/globals';
import type { Schedule } from '../../../src/simulator/faults/schedule.ts';
import { differences } from '../../simulate/differences.ts';
import { everyPoint, spread } from '../../simulate/every-point.ts';
import { countMessageOrders, messageOrders } from '../../simulate/message-orders.ts';
import type { RunResult } from '../../simulate/run-port.ts';
import { shrink } from '../../simulate/shrink.ts';

function killedAt(n: number): Schedule[number] {
  return { at: { program: 'operator', kind: 'Write', n }, fault: { kind: 'KilledAfter', downMs: 1 } };
}

const QUIET: RunResult = {
  failure: undefined,
  end: ['node-1 is at 2'],
  counts: { 'created Job': 1 },
  writes: [
    { atMs: 100, version: 10, what: 'PATCH nodes' },
    { atMs: 300, version: 12, what: 'POST jobs' },
    { atMs: 9000, version: 20, what: 'PATCH nodes' },
  ],
  events: 4,
  injected: [],
  steps: 1,
  checks: 1,
  endedAtMs: 1,
  transcript: [],
};

describe('everyPoint()', () => {
  it('has one schedule for every write and for every event', () => {
    const families = everyPoint(QUIET);
    const sizes = families.map(({ name, schedules }) => [name, schedules.length]);
    expect(new Set(sizes.map(([, size]) => size))).toEqual(new Set([3, 4]));
    expect(families.every(({ schedules }) => schedules.every((schedule) => schedule.length === 1))).toBe(true);
  });

  it('rewinds to before each write', () => {
    const rewound = everyPoint(QUIET).find(({ name }) => name.includes('rewound'));
    expect(rewound?.schedules.map(([entry]) => entry?.fault)).toEqual(
      [3, 1, 1].map((versions) => ({ kind: 'Rewind', program: 'operator', versions, forMs: 20_000 })),
    );
  });

  it('is spread evenly when there is no time for all', () => {
    const all = Array.from({ length: 100 }, (_, index): Schedule => [killedAt(index)]);
    expect(spread(all, 4).map(([entry]) => entry)).toEqual([0, 25, 50, 75].map(killedAt));
    expect(spread(all, 1000)).toEqual(all);
  });
});

describe('differences()', () => {
  it('names what is missing, what is new, and what happened more often', () => {
    const run = { ...QUIET, end: ['node-1 is at 1'], counts: { 'created Job': 2 } };
    expect(differences(QUIET, QUIET)).toEqual([]);
    expect(differences(QUIET, run)).toEqual([
      'missing in the end: node-1 is at 2',
      'only with faults: node-1 is at 1',
      'created Job: 2 times instead of 1',
    ]);
  });
});

describe('shrink()', () => {
  it('keeps the faults without which a run does not fail', async () => {
    const schedule = Array.from({ length: 40 }, (_, index) => killedAt(index));
    const needed = [killedAt(3), killedAt(31)];
    const fails = async (candidate: Schedule): Promise<boolean> => {
      const found = needed.every((entry) => candidate.some((each) => JSON.stringify(each) === JSON.stringify(entry)));
      return Promise.resolve(found);
    };
    expect((await shrink(schedule, fails, { maxRuns: 500 })).schedule).toEqual(needed);
  });

  it('ends at its bound', async () => {
    const schedule = Array.from({ length: 40 }, (_, index) => killedAt(index));
    const { runs } = await shrink(schedule, async () => Promise.resolve(false), { maxRuns: 7 });
    expect(runs).toBe(7);
  });

  it('finds that a run fails without any fault', async () => {
    const { schedule } = await shrink([killedAt(1), killedAt(2)], async () => Promise.resolve(true), { maxRuns: 50 });
    expect(schedule).toEqual([]);
  });
});

describe('messageOrders()', () => {
  it('has every message late once, and every pair of messages', () => {
    const orders = [...messageOrders(QUIET)];
    expect(orders).toHaveLength(countMessageOrders(QUIET));
    expect(orders.filter((schedule) => schedule.length === 1)).toHaveLength(7);
    expect(new Set(orders.map((schedule) => JSON.stringify(schedule))).size).toBe(28);
  });
});
