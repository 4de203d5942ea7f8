import { describe, expect, it } from '@jest/globals';
import { clockText } from '../../../../../src/core/notification/text/clock-text.ts';

const SATURDAY = '2026-11-21T22:54:00Z';

describe('Times in a message', () => {
  it.each([
    { zone: 'Europe/Paris', abbreviation: 'CET', now: '23:54', later: 'Sun 00:30' },
    { zone: 'America/New_York', abbreviation: 'EST', now: '17:54', later: '18:30' },
    { zone: 'Asia/Tokyo', abbreviation: 'GMT+9', now: '07:54', later: '08:30' },
    { zone: undefined, abbreviation: 'UTC', now: '22:54', later: '23:30' },
    { zone: 'Nowhere/AtAll', abbreviation: 'UTC', now: '22:54', later: '23:30' },
  ])('are in the time zone $zone ($abbreviation), with another day if it differs', ({ zone, abbreviation, now, later }) => {
    const clock = clockText(zone, SATURDAY);

    expect(clock.zone).toBe(abbreviation);
    expect(clock.time(SATURDAY)).toBe(now);
    expect(clock.time('2026-11-21T23:30:00Z')).toBe(later);
  });

  it('have a date if the name of the day would be ambiguous', () => {
    expect(clockText('UTC', SATURDAY).time('2026-11-28T23:00:00Z')).toBe('2026-11-28 23:00');
    expect(clockText('UTC', SATURDAY).day('2026-11-01T23:00:00Z')).toBe('2026-11-01 23:00');
  });

  it('are undefined without a time', () => {
    expect(clockText('UTC', undefined).time(undefined)).toBeUndefined();
    expect(clockText('UTC', undefined).time('never')).toBeUndefined();
    expect(clockText('UTC', undefined).time(SATURDAY)).toBe('Sat 22:54');
  });

  it('use the summer time of the day of the message', () => {
    expect(clockText('Europe/Paris', '2026-07-01T10:00:00Z').zone).toBe('CEST');
  });
});
