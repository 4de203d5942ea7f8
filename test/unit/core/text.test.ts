import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  byteLength,
  compareNames,
  counted,
  cutText,
  cutToBytes,
  toInstant,
  toMicroTime,
  toRfc3339,
} from '../../../src/core/text.ts';
import { anyText, COSTS } from './any-text.ts';

/** Texts with characters of one to four bytes. */
const anyCharacters = fc.string({ unit: 'binary', maxLength: 80 });

describe.each(COSTS)('cutText with a budget of $name', ({ cost }) => {
  it('never exceeds the budget', () => {
    fc.assert(fc.property(anyText, fc.nat(300), (text, budget) => cost(cutText(text, budget, cost)) <= budget));
  });

  it('returns a text that fits unchanged', () => {
    fc.assert(fc.property(anyText, (text) => cutText(text, cost(text), cost) === text));
  });

  it('never splits a grapheme', () => {
    const segments = (text: string): string[] =>
      Array.from(new Intl.Segmenter('en', { granularity: 'grapheme' }).segment(text), ({ segment }) => segment);
    fc.assert(
      fc.property(anyText, fc.nat(300), (text, budget) => {
        const cut = cutText(text, budget, cost);
        if (cut === text) return;
        const kept = segments(cut.replace(/…$/, ''));
        expect(kept).toEqual(segments(text).slice(0, kept.length));
      }),
    );
  });
});

describe('cutText', () => {
  it.each([
    { text: 'no space left on device', budget: 11, cut: 'no space…' },
    { text: 'ready 👩‍👩‍👧 go', budget: 12, cut: 'ready…' },
    { text: 'ready 👩‍👩‍👧 going', budget: 27, cut: 'ready 👩‍👩‍👧…' },
    { text: 'äöü', budget: 5, cut: 'ä…' },
    { text: 'äöü', budget: 2, cut: 'ä' },
  ])('cuts $text to $cut within $budget bytes', ({ text, budget, cut }) => {
    expect(cutToBytes(text, budget)).toBe(cut);
  });
});

describe('cutToBytes', () => {
  it('never exceeds the limit', () => {
    fc.assert(fc.property(anyCharacters, fc.nat(200), (text, limit) => byteLength(cutToBytes(text, limit)) <= limit));
  });

  it('returns a text that fits unchanged', () => {
    fc.assert(fc.property(anyCharacters, (text) => cutToBytes(text, byteLength(text)) === text));
  });

  it('never splits a character and ends a cut text with an ellipsis', () => {
    fc.assert(
      fc.property(anyCharacters, fc.nat(200), (text, limit) => {
        const cut = cutToBytes(text, limit);
        if (cut === text) return;
        const kept = Array.from(limit < 3 ? cut : cut.slice(0, -1));
        expect(kept).toEqual(Array.from(text).slice(0, kept.length));
        if (limit >= 3) expect(cut.endsWith('…')).toBe(true);
      }),
    );
  });

  it('keeps as much of the text as fits', () => {
    expect(cutToBytes('no space left on device', 11)).toBe('no space…');
    expect(cutToBytes('äöü', 5)).toBe('ä…');
    expect(cutToBytes('🚀🚀', 7)).toBe('🚀…');
  });
});

describe('Times', () => {
  it('are formatted in whole seconds of UTC, like Kubernetes does', () => {
    expect(toRfc3339(Date.parse('2026-11-22T08:00:00.999Z'))).toBe('2026-11-22T08:00:00Z');
  });

  it('have six fractional digits in a MicroTime', () => {
    expect(toMicroTime(Date.parse('2026-11-22T08:00:00.123Z'))).toBe('2026-11-22T08:00:00.123000Z');
  });

  it.each([[undefined], [''], ['yesterday']])('are undefined for %p', (time) => {
    expect(toInstant(time)).toBeUndefined();
  });

  it('are parsed as they were formatted', () => {
    expect(toInstant('2026-11-22T08:00:00Z')).toBe(Date.parse('2026-11-22T08:00:00Z'));
  });
});

describe('Names', () => {
  it('sort by their numbers', () => {
    const names = ['node-10', 'node-2', 'rack2-a', 'node-1', 'rack10-a', 'rack2-b', 'node'];
    expect(names.toSorted(compareNames)).toEqual(['node', 'node-1', 'node-2', 'node-10', 'rack2-a', 'rack2-b', 'rack10-a']);
  });

  it('have a total order', () => {
    const name = fc.stringMatching(/^[a-c]{0,2}(-?[0-2]{1,3}){0,2}$/);
    fc.assert(
      fc.property(name, name, name, (a, b, c) => {
        expect(Math.sign(compareNames(a, b))).toBe(-Math.sign(compareNames(b, a)) + 0);
        if (compareNames(a, b) <= 0 && compareNames(b, c) <= 0) expect(compareNames(a, c)).toBeLessThanOrEqual(0);
      }),
    );
  });

  it('are compared part by part, digits as numbers', () => {
    const name = fc.stringMatching(/^[a-c.-]{0,2}([.-]?[0-2]{1,3}[.-]?[ab]?){0,3}$/);
    fc.assert(
      fc.property(name, name, (a, b) => Math.sign(compareNames(a, b)) === Math.sign(compareParts(a, b))),
      { numRuns: 5000 },
    );
  });

  it.each([
    [1, 'node', '1 node'],
    [0, 'node', '0 nodes'],
    [2, 'node', '2 nodes'],
  ])('are counted: %i of %s is %s', (count, noun, expected) => {
    expect(counted(count, noun)).toBe(expected);
  });
});

/** The order of names, written down as its definition. */
function compareParts(a: string, b: string): number {
  const [left, right] = [a.split(/(\d+)/), b.split(/(\d+)/)];
  for (let i = 0; i < Math.min(left.length, right.length); i++) {
    const [x = '', y = ''] = [left[i], right[i]];
    if (x === y) continue;
    const numeric = Number(x) - Number(y);
    if (i % 2 === 1 && numeric !== 0) return numeric;
    return x < y ? -1 : 1;
  }
  return left.length - right.length;
}
