import { expect, it } from '@jest/globals';
import { durationWords } from '../../../../src/core/timing/duration-words.ts';

it.each([
  [-1, '0 s'],
  [0, '0 s'],
  [59.4, '59 s'],
  [60, '1 min'],
  [720, '12 min'],
  [500, '8 min 20 s'],
  [3600, '1 h'],
  [4379, '1 h 12 min'],
  [86_400, '1 d'],
  [277_200, '3 d 5 h'],
])('durationWords formats %d seconds as %s', (seconds, words) => {
  expect(durationWords(seconds)).toBe(words);
});
