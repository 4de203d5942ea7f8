import { describe, expect, it } from '@jest/globals';
import { clockText } from '../../../../../src/core/notification/text/clock-text.ts';

const SATURDAY = '2026-11-21T22:54:00Z';

describe('times in a message', () => {
  it.each([
    ['Europe/Paris', 'CET', '23:54', 'Sun 00:30'],
    ['America/New_York', 'EST', '17:54', '18:30'],
    ['Asia/Tokyo', 'GMT+9', '07:54', '08:30'],
    [undefined, 'UTC', '22:54', '23:30'],
    ['Nowhere/AtAll', 'UTC', '22:54', '23:30'],
  ])('are those of %p (%s), with the day where it is another', (zone, abbreviation, now, later) => {
    const clock = clockText(zone, SATURDAY);

    expect(clock.zone).toBe(abbreviation);
    expect(clock.time(SATURDAY)).toBe(now);
    expect(clock.time('2026-11-21T23:30:00Z')).toBe(later);
  });

  it('have a date where the name of the day would be of another week', () => {
    expect(clockText('UTC', SATURDAY).time('2026-11-28T23:00:00Z')).toBe('2026-11-28 23:00');
    expect(clockText('UTC', SATURDAY).day('2026-11-01T23:00:00Z')).toBe('2026-11-01 23:00');
  });

  it('are nothing where there is none', () => {
    expect(clockText('UTC', undefined).time(undefined)).toBeUndefined();
    expect(clockText('UTC', undefined).time('never')).toBeUndefined();
    expect(clockText('UTC', undefined).time(SATURDAY)).toBe('Sat 22:54');
  });

  it('say the summer time of the day that is spoken of', () => {
    expect(clockText('Europe/Paris', '2026-07-01T10:00:00Z').zone).toBe('CEST');
  });
});
