import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { characters, cutText, fitLines, jsonBytes, type Cost } from '../../../src/core/fit.ts';
import { byteLength } from '../../../src/core/text.ts';

/** Graphemes of one to twenty-five bytes. */
const GRAPHEMES = ['a', '"', '&', '<', ' ', '\n', 'é', 'e\u0301', '設', '🚀', '🇩🇪', '👩‍👩‍👧', '\\'];
const anyText = fc.array(fc.constantFrom(...GRAPHEMES), { maxLength: 60 }).map((parts) => parts.join(''));
const anyLines = fc.array(anyText, { maxLength: 12 });
const escape = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
const COSTS: readonly { readonly name: string; readonly cost: Cost }[] = [
  { name: 'bytes', cost: byteLength },
  { name: 'characters', cost: characters },
  { name: 'bytes within JSON', cost: jsonBytes },
  { name: 'characters once escaped', cost: (text) => escape(text).length },
];
const more = (left: number): string => `and ${left} more, see kubectl describe ubatch`;

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
    expect(cutText(text, budget)).toBe(cut);
  });
});

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
