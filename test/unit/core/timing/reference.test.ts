import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { ProcessRecord } from '../../../../src/api/generated/upgradebatch.ts';
import { learnReference, referencesFor, defaultTolerance, type PastBatches } from '../../../../src/core/timing/reference.ts';
import { timeAt } from '../rollout/support/objects.ts';

const seconds = fc.integer({ min: 1, max: 86_400 });
/** Hosts that do the same work in much the same time. */
const alike = fc
  .tuple(
    fc.integer({ min: 30, max: 7200 }),
    fc.array(fc.double({ min: 0.8, max: 1.2, noNaN: true }), { minLength: 5, maxLength: 60 }),
  )
  .map(([typical, factors]) => factors.map((factor) => typical * factor));

describe('learnReference', () => {
  it.each([
    ['learns nothing from no samples', [], undefined],
    ['learns nothing from two nodes', [60, 70], undefined],
    ['expects the median and tolerates at least half of it', [400, 480, 500], { expectedSeconds: 480, toleranceSeconds: 240 }],
    ['tolerates at least a minute', [9, 10, 11], { expectedSeconds: 10, toleranceSeconds: 60 }],
    [
      'takes the mean of the two middle samples of an even number',
      [100, 100, 200, 200],
      { expectedSeconds: 150, toleranceSeconds: 223 },
    ],
    ['tolerates more with a larger spread', [100, 200, 300, 400, 500], { expectedSeconds: 300, toleranceSeconds: 445 }],
  ])('%s', (_, samples, expected) => {
    if (expected === undefined) expect(learnReference(samples)).toBeUndefined();
    else expect(learnReference(samples)).toEqual({ ...expected, samples: samples.length });
  });

  it('is hardly moved by one hung node, no matter how long it hung', () => {
    fc.assert(
      fc.property(alike, fc.integer({ min: 100_000, max: 10_000_000 }), (samples, hung) => {
        const calm = learnReference(samples);
        const shaken = learnReference([...samples, hung]);
        if (calm === undefined || shaken === undefined) throw new Error('There are enough samples.');
        const limit = calm.expectedSeconds + calm.toleranceSeconds;
        expect(shaken.expectedSeconds).toBeLessThanOrEqual(calm.expectedSeconds * 1.5);
        expect(shaken.expectedSeconds).toBeGreaterThanOrEqual(calm.expectedSeconds / 1.5);
        expect(shaken.expectedSeconds + shaken.toleranceSeconds).toBeLessThanOrEqual(limit * 2.5);
      }),
    );
  });

  it('tolerates every node of a uniform fleet', () => {
    fc.assert(
      fc.property(alike, (samples) => {
        const learned = learnReference(samples);
        const limit = (learned?.expectedSeconds ?? 0) + (learned?.toleranceSeconds ?? 0);
        // The reference is in whole seconds.
        expect(limit + 1).toBeGreaterThanOrEqual(Math.max(...samples));
      }),
    );
  });

  it('does not depend on the order of the nodes and returns whole seconds', () => {
    fc.assert(
      fc.property(fc.array(seconds, { minLength: 3, maxLength: 40 }), (samples) => {
        const learned = learnReference(samples);
        expect(learned).toEqual(learnReference(samples.toReversed()));
        expect(learned?.expectedSeconds).toBe(Math.round(learned?.expectedSeconds ?? 0.5));
        expect(learned?.toleranceSeconds ?? 0).toBeGreaterThanOrEqual(defaultTolerance(learned?.expectedSeconds ?? Infinity));
      }),
    );
  });
});

/** A batch in which the process `os` ran for the given time (seconds) on each node. */
function ran(times: readonly number[], changes: Partial<ProcessRecord> = {}): PastBatches[number] {
  const nodes = times.map((time, i) => ({
    name: `node-${i}`,
    state: 'Succeeded' as const,
    processes: [{ name: 'os', state: 'Succeeded' as const, startTime: timeAt(0), endTime: timeAt(time), ...changes }],
  }));
  return { status: { nodes } };
}

const OS = { name: 'os' };

describe('The reference of a process', () => {
  it('is what the plan sets, even when it could be learned', () => {
    const given = { ...OS, timing: { expectedSeconds: 480, toleranceSeconds: 240 } };

    expect(referencesFor([given], [ran([10, 10, 10])]).get('os')).toEqual({
      expectedSeconds: 480,
      toleranceSeconds: 240,
      samples: 0,
    });
  });

  it('tolerates half of the expected time when the plan sets no tolerance', () => {
    expect(referencesFor([{ ...OS, timing: { expectedSeconds: 480 } }], []).get('os')?.toleranceSeconds).toBe(240);
  });

  it('is learned from all batches of the rollout', () => {
    expect(referencesFor([OS], [ran([100, 110]), ran([120])]).get('os')).toMatchObject({ expectedSeconds: 110, samples: 3 });
  });

  it.each([
    ['nodes on which it failed', ran([100, 100, 100], { state: 'Failed' })],
    ['nodes on which it is running', ran([100, 100, 100], { state: 'Running' })],
    ['times that run backwards', ran([100, 100, 100], { endTime: timeAt(-1) })],
    ['another process', ran([100, 100, 100], { name: 'firmware' })],
  ])('is not learned from %s', (_, batch) => {
    expect(referencesFor([OS], [batch]).has('os')).toBe(false);
  });

  it('does not include the reboot', () => {
    expect(referencesFor([OS], [ran([900, 900, 900], { rebootTime: timeAt(200) })]).get('os')?.expectedSeconds).toBe(200);
  });

  it('is learned from the newest 500 nodes only, so that it follows a rollout that slows down', () => {
    const early = ran(Array.from({ length: 1000 }, () => 100));
    const late = ran(Array.from({ length: 1000 }, () => 300));

    expect(referencesFor([OS], [early, late]).get('os')).toMatchObject({ expectedSeconds: 300, samples: 500 });
  });
});
