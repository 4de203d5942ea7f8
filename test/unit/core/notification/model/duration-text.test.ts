import { describe, expect, it } from '@jest/globals';
import { durationText, secondsBetween } from '../../../../../src/core/notification/model/duration-text.ts';

describe('a duration for people', () => {
  it.each([
    [0, '0s'],
    [59.9, '59s'],
    [60, '1m00'],
    [580, '9m40'],
    [3599, '59m59'],
    [18_300, '5h05'],
    [86_400, '1d00h'],
    [183_600, '2d03h'],
    [-5, '0s'],
  ])('%d seconds read %s', (seconds, text) => {
    expect(durationText(seconds)).toBe(text);
  });

  it.each([
    { start: '2026-11-22T10:00:00Z', end: '2026-11-22T10:09:40Z', seconds: 580 },
    { start: '2026-11-22T10:00:00Z', end: '2026-11-22T09:00:00Z', seconds: undefined },
    { start: undefined, end: '2026-11-22T09:00:00Z', seconds: undefined },
    { start: 'soon', end: '2026-11-22T09:00:00Z', seconds: undefined },
  ])('from $start to $end there are $seconds seconds', ({ start, end, seconds }) => {
    expect(secondsBetween(start, end)).toBe(seconds);
  });
});
