import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { MaintenanceWindow } from '../../../../src/api/generated/upgradeplan.ts';
import { nextOpening, openUntil } from '../../../../src/core/schedule/windows.ts';
import { createCron } from '../../../../src/operator/validation/cron.ts';
import { isOpenByScan, opensAt } from './minute-scan.ts';

const cron = createCron();
const HOUR = 3600;
const FAR = Number.POSITIVE_INFINITY;

function aWindow(schedule: string, hours: number, timeZone = 'Europe/Paris', name = 'nights'): MaintenanceWindow {
  return { name, schedule, durationSeconds: hours * HOUR, timeZone };
}

function until(windows: readonly MaintenanceWindow[], now: string, enough?: number): string | undefined {
  const instant = openUntil(windows, cron, Date.parse(now), enough);
  return instant === undefined ? undefined : new Date(instant).toISOString().slice(0, 16);
}

function opening(windows: readonly MaintenanceWindow[], after: string): string | undefined {
  const next = nextOpening(windows, cron, Date.parse(after));
  return next === undefined ? undefined : `${next.window.name} ${new Date(next.at).toISOString().slice(0, 16)}`;
}

describe('A window', () => {
  const nights = [aWindow('0 22 * * 1-5', 6)];
  it.each([
    ['opens on the minute', '2026-11-23T21:00:00Z', '2026-11-24T03:00'],
    ['is closed just before', '2026-11-23T20:59:59Z', undefined],
    ['is open just before its end', '2026-11-24T02:59:59.999Z', '2026-11-24T03:00'],
    ['is closed at its end', '2026-11-24T03:00:00Z', undefined],
    ['of a Friday is open on Saturday morning', '2026-11-28T02:00:00Z', '2026-11-28T03:00'],
    ['is closed where its days are over', '2026-11-28T22:00:00Z', undefined],
  ])('%s', (_, now, expected) => {
    expect(until(nights, now)).toBe(expected);
  });

  it('opens next in its own time zone', () => {
    expect(opening(nights, '2026-11-28T03:00:00Z')).toBe('nights 2026-11-30T21:00');
  });

  it('is never open when its schedule has no times', () => {
    const never = [aWindow('0 0 31 2 *', 24)];
    expect([until(never, '2026-11-23T21:00:00Z'), opening(never, '2026-11-23T21:00:00Z')]).toEqual([undefined, undefined]);
  });

  it.each([
    ['schedule', aWindow('every night', 24)],
    ['zone', aWindow('0 0 * * *', 24, 'Europe/Lutetia')],
  ])('is never open with an invalid %s', (_, window) => {
    expect(until([window], '2026-11-23T21:00:00Z')).toBeUndefined();
  });
});

describe('When summer time begins', () => {
  // Clocks go from 02:00 to 03:00: at 01:00 UTC in Paris, at 07:00 UTC in New York.
  it.each([
    { zone: 'Europe/Paris', schedule: '30 2 * * *', hours: 1, now: '2027-03-28T00:59:00Z', expected: undefined },
    { zone: 'Europe/Paris', schedule: '30 2 * * *', hours: 1, now: '2027-03-28T01:00:00Z', expected: '2027-03-28T02:00' },
    { zone: 'America/New_York', schedule: '30 2 * * *', hours: 1, now: '2027-03-14T06:59:00Z', expected: undefined },
    { zone: 'America/New_York', schedule: '30 2 * * *', hours: 1, now: '2027-03-14T07:00:00Z', expected: '2027-03-14T08:00' },
    // Six hours have passed at 05:00 local time.
    { zone: 'Europe/Paris', schedule: '0 22 * * *', hours: 6, now: '2027-03-28T02:30:00Z', expected: '2027-03-28T03:00' },
    { zone: 'America/New_York', schedule: '0 22 * * *', hours: 6, now: '2027-03-14T08:30:00Z', expected: '2027-03-14T09:00' },
  ])('a window in $zone at $schedule of $hours h is open at $now until $expected', ({ zone, schedule, hours, now, expected }) => {
    expect(until([aWindow(schedule, hours, zone)], now)).toBe(expected);
  });
});

describe('When summer time ends', () => {
  // The hour from 02:00 to 03:00 comes twice: from 00:00 UTC in Paris, 01:00 to 02:00 from 05:00 UTC in New York.
  it.each([
    { zone: 'Europe/Paris', schedule: '30 2 * * *', now: '2027-10-31T00:30:00Z', expected: '2027-10-31T01:00' },
    { zone: 'Europe/Paris', schedule: '30 2 * * *', now: '2027-10-31T01:30:00Z', expected: undefined },
    { zone: 'America/New_York', schedule: '30 1 * * *', now: '2027-11-07T05:30:00Z', expected: '2027-11-07T06:00' },
    { zone: 'America/New_York', schedule: '30 1 * * *', now: '2027-11-07T06:30:00Z', expected: undefined },
    { zone: 'Europe/Paris', schedule: '30 * * * *', now: '2027-10-31T00:30:00Z', expected: '2027-10-31T01:00' },
    { zone: 'Europe/Paris', schedule: '30 * * * *', now: '2027-10-31T01:30:00Z', expected: '2027-10-31T02:00' },
  ])('a window in $zone at $schedule of half an hour is open at $now until $expected', ({ zone, schedule, now, expected }) => {
    expect(until([aWindow(schedule, 0.5, zone)], now)).toBe(expected);
  });
});

describe('Several windows', () => {
  const early = aWindow('0 22 * * *', 4, 'UTC', 'early');
  const late = aWindow('0 1 * * *', 5, 'UTC', 'late');
  it('count as one when they overlap', () => {
    expect(until([early, late], '2026-11-23T22:00:00Z', FAR)).toBe('2026-11-24T06:00');
    expect(until([late, early], '2026-11-23T22:00:00Z', FAR)).toBe('2026-11-24T06:00');
  });

  it('count as one when they touch', () => {
    const rest = aWindow('0 2 * * *', 1, 'UTC', 'rest');
    expect(until([early, rest], '2026-11-23T23:00:00Z', FAR)).toBe('2026-11-24T03:00');
  });

  it('open when the first of them opens', () => {
    expect(opening([late, early], '2026-11-23T12:00:00Z')).toBe('early 2026-11-23T22:00');
  });
});

it('openUntil ends its search for a window that is longer than its period, and so always open', () => {
  const always = [aWindow('0 * * * *', 2, 'UTC')];
  const now = '2026-11-23T12:34:56Z';
  const enough = Date.parse(now) + 40 * HOUR * 1000;
  expect(openUntil(always, cron, Date.parse(now), enough)).toBeGreaterThanOrEqual(enough);
});

describe('Around a change of the clocks, compared with a scan of every minute', () => {
  const days = ['2027-03-28', '2027-10-31', '2027-03-14', '2027-11-07'];
  const schedule = fc
    .tuple(
      fc.constantFrom('0', '7', '30', '59', '*/20', '*'),
      fc.constantFrom('0', '1', '2', '3', '22', '1-3', '*/4', '*'),
      fc.constantFrom('*', '0', '1-5', '6,0'),
    )
    .map(([minute, hour, weekday]) => `${minute} ${hour} * * ${weekday}`);
  const aCase = fc.record({
    window: fc.record({
      name: fc.constant('w'),
      schedule,
      durationSeconds: fc.constantFrom(60, 600, HOUR, 5 * HOUR, 25 * HOUR),
      timeZone: fc.constantFrom('Europe/Paris', 'America/New_York'),
    }),
    day: fc.constantFrom(...days),
    // Two days before and after, in seconds: instants need not be whole minutes.
    offset: fc.integer({ min: -2 * 86_400, max: 2 * 86_400 }),
  });

  it('a window is open exactly when it opened less than its duration ago', () => {
    fc.assert(
      fc.property(aCase, ({ window, day, offset }) => {
        const now = Date.parse(`${day}T00:00:00Z`) + offset * 1000;
        expect(openUntil([window], cron, now) !== undefined).toBe(isOpenByScan([window], now));
      }),
      { numRuns: 400, seed: 20261122 },
    );
  });

  it('the next opening is the first minute that opens it', () => {
    fc.assert(
      fc.property(aCase, ({ window, day, offset }) => {
        const now = Date.parse(`${day}T00:00:00Z`) + offset * 1000;
        let minute = Math.floor(now / 60_000) * 60_000 + 60_000;
        while (!opensAt(window, minute)) minute += 60_000;
        expect(nextOpening([window], cron, now)?.at).toBe(minute);
      }),
      { numRuns: 150, seed: 20261122 },
    );
  });
});
