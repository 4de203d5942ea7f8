import { describe, expect, it } from '@jest/globals';
import { parseRetryAfter } from '../../../../src/notify/http/retry-after.ts';

const now = Date.parse('2026-11-22T10:00:00Z');

describe('A Retry-After header', () => {
  it.each([
    ['30', 30_000],
    [' 0 ', 0],
    ['Sun, 22 Nov 2026 10:00:05 GMT', 5_000],
    ['Sun, 22 Nov 2026 09:00:00 GMT', 0],
    ['soon', undefined],
    ['-5', undefined],
    ['1.5', undefined],
    ['Sun, 99 Nov 2026 10:00:05 GMT', undefined],
    ['', undefined],
    [undefined, undefined],
  ])('"%s" asks for %s ms', (header, ms) => {
    expect(parseRetryAfter(header, now)).toBe(ms);
  });
});
