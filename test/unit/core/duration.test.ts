import { describe, expect, it } from '@jest/globals';
import { longDuration, secondsBetween, shortDuration } from '../../../src/core/duration.ts';

describe('A duration', () => {
  it.each([
    { seconds: -5, short: '0s', long: '0 s' },
    { seconds: 0, short: '0s', long: '0 s' },
    { seconds: 59.4, short: '59s', long: '59 s' },
    { seconds: 59.9, short: '59s', long: '1 min' },
    { seconds: 60, short: '1m00', long: '1 min' },
    { seconds: 580, short: '9m40', long: '9 min 40 s' },
    { seconds: 3599, short: '59m59', long: '59 min 59 s' },
    { seconds: 3600, short: '1h00', long: '1 h' },
    { seconds: 4379, short: '1h12', long: '1 h 12 min' },
    { seconds: 18_300, short: '5h05', long: '5 h 5 min' },
    { seconds: 86_400, short: '1d00h', long: '1 d' },
    { seconds: 183_600, short: '2d03h', long: '2 d 3 h' },
    { seconds: 277_200, short: '3d05h', long: '3 d 5 h' },
  ])('of $seconds seconds reads $short, and in a sentence $long', ({ seconds, short, long }) => {
    expect(shortDuration(seconds)).toBe(short);
    expect(longDuration(seconds)).toBe(long);
  });

  it.each([
    { start: '2026-11-22T10:00:00Z', end: '2026-11-22T10:09:40Z', seconds: 580 },
    { start: '2026-11-22T10:00:00Z', end: '2026-11-22T09:00:00Z', seconds: undefined },
    { start: undefined, end: '2026-11-22T09:00:00Z', seconds: undefined },
    { start: 'soon', end: '2026-11-22T09:00:00Z', seconds: undefined },
  ])('from $start to $end has $seconds seconds', ({ start, end, seconds }) => {
    expect(secondsBetween(start, end)).toBe(seconds);
  });
});
