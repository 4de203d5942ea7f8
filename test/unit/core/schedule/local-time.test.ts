import { expect, it } from '@jest/globals';
import { localTime } from '../../../../src/core/schedule/local-time.ts';

it.each([
  ['2026-11-23T21:00:00Z', 'Europe/Paris', '2026-11-23 22:00 Europe/Paris'],
  ['2027-07-01T03:05:00Z', 'America/New_York', '2027-06-30 23:05 America/New_York'],
  ['2026-11-23T00:00:00Z', 'UTC', '2026-11-23 00:00 UTC'],
  ['2026-11-23T21:00:00Z', 'Europe/Lutetia', '2026-11-23 21:00 UTC'],
])('localTime formats %s in %s as %s', (instant, zone, expected) => {
  expect(localTime(Date.parse(instant), zone)).toBe(expected);
});
