import { describe, expect, it } from '@jest/globals';
import { backoffMs } from '../../../src/core/backoff.ts';

const LIMITS = { baseMs: 1_000, maxMs: 60_000 };

describe('The wait after failures in a row', () => {
  it('doubles with each failure, up to the maximum', () => {
    expect([1, 2, 3, 6, 7, 99].map((failures) => backoffMs(failures, LIMITS, 1))).toEqual([
      1_000, 2_000, 4_000, 32_000, 60_000, 60_000,
    ]);
  });

  it('is random by half', () => {
    expect([0, 0.5, 1].map((random) => backoffMs(4, LIMITS, random))).toEqual([4_000, 6_000, 8_000]);
  });
});
