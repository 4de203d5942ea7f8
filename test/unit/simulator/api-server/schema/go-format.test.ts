import { describe, expect, it } from '@jest/globals';
import { goFloat, goJson, goQuote } from '../../../../../src/simulator/api-server/schema/go-format.ts';

describe('Values in messages look as Go prints them:', () => {
  it.each([
    { value: 1.5, text: '1.5' },
    { value: 2_592_000, text: '2.592e+06' },
    { value: 100_000.5, text: '100000.5' },
    { value: 0.0001, text: '0.0001' },
    { value: 0.00001, text: '1e-05' },
    { value: 1e21, text: '1e+21' },
    { value: -1e7, text: '-1e+07' },
  ])('the float $text', ({ value, text }) => {
    expect(goFloat(value)).toBe(text);
  });

  it('a quoted text', () => {
    expect(goQuote('a"b\\c\n\x01\x7fä\u200b😀')).toBe('"a\\"b\\\\c\\n\\x01\\x7fä\\u200b😀"');
  });

  it('JSON with sorted keys and without HTML', () => {
    expect(goJson({ b: [{ d: 1, c: '<&>' }], a: null })).toBe('{"a":null,"b":[{"c":"\\u003c\\u0026\\u003e","d":1}]}');
  });
});
