import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { countOf, countOfAtLeastOne } from '../../../src/core/quantity.ts';

describe('countOf and countOfAtLeastOne', () => {
  it.each<readonly [number | string, number, number]>([
    [3, 100, 3],
    [0, 100, 0],
    ['10%', 25, 2],
    ['10%', 9, 0],
    ['100%', 7, 7],
    ['0%', 50, 0],
    [-1, 50, 0],
    [1.5, 50, 0],
    ['ten', 50, 0],
    ['10', 50, 0],
    ['1e1%', 50, 0],
  ])('resolve %p of %i nodes to %i', (quantity, total, expected) => {
    expect(countOf(quantity, total)).toBe(expected);
  });

  it.each<readonly [number | string, number, number]>([
    ['1%', 5, 1],
    [0, 5, 1],
    ['40%', 5, 2],
  ])('resolve %p of %i nodes, at least one, to %i', (quantity, total, expected) => {
    expect(countOfAtLeastOne(quantity, total)).toBe(expected);
  });

  it('never exceed the percentage', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 100 }), fc.integer({ min: 0, max: 5000 }), (percent, total) => {
        const count = countOf(`${percent}%`, total);
        expect(count * 100).toBeLessThanOrEqual(percent * total);
        expect((count + 1) * 100).toBeGreaterThan(percent * total);
      }),
    );
  });
});
