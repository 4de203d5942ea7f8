import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fitLines } from '../../../src/core/fit.ts';
import { byteLength } from '../../../src/core/text.ts';
import { anyText, COSTS } from './any-text.ts';

const anyLines = fc.array(anyText, { maxLength: 12 });
const more = (left: number): string => `and ${left} more, see kubectl describe ubatch`;

describe('fitLines', () => {
  it.each(COSTS)('never exceeds a budget of $name', ({ cost }) => {
    fc.assert(
      fc.property(anyLines, fc.nat(400), (lines, budget) => cost(fitLines(lines, budget, more, cost).join('\n')) <= budget),
    );
  });

  it('returns lines that fit unchanged', () => {
    fc.assert(fc.property(anyLines, (lines) => fitLines(lines, byteLength(lines.join('\n')), more) === lines));
  });

  it('keeps or counts every line', () => {
    const wide = fc.integer({ min: 60, max: 400 });
    fc.assert(
      fc.property(anyLines, wide, (lines, budget) => {
        const fitted = fitLines(lines, budget, more);
        const left = Number(/^and (\d+) more/.exec(fitted.at(-1) ?? '')?.[1] ?? 0);
        expect(fitted.length - (left === 0 ? 0 : 1) + left).toBe(lines.length);
      }),
    );
  });

  it.each([
    { title: 'that has room for two', budget: 56, fitted: ['one', 'two', 'and 2 more, see kubectl describe ubatch'] },
    { title: 'that has room for one', budget: 46, fitted: ['one', 'and 3 more, see kubectl describe ubatch'] },
    { title: 'that has room for none', budget: 40, fitted: ['and 4 more, see kubectl describe ubatch'] },
    { title: 'that has no room for the rest', budget: 20, fitted: ['and 4 more, see k…'] },
  ])('fits four lines into a budget $title', ({ budget, fitted }) => {
    expect(fitLines(['one', 'two', 'three, which is so long that all four together do not fit', 'four'], budget, more)).toEqual(
      fitted,
    );
  });

  it('cuts a first line that is too long', () => {
    expect(fitLines(['x'.repeat(100), 'two'], 60, more)).toEqual([
      `${'x'.repeat(17)}…`,
      'and 1 more, see kubectl describe ubatch',
    ]);
    expect(fitLines(['x'.repeat(100)], 60, more)).toEqual([`${'x'.repeat(57)}…`]);
  });
});
