import { describe, expect, it } from '@jest/globals';
import { convertWindow } from '../../../../src/core/convert/time-window.ts';
import type { SucWindow } from '../../../../src/core/convert/suc-plan.ts';

const aWindow = (changes: Partial<SucWindow>): SucWindow => ({
  days: [],
  startTime: '22:00',
  endTime: '23:00',
  timeZone: undefined,
  ...changes,
});

describe('convertWindow', () => {
  it.each<readonly [Partial<SucWindow>, string, number]>([
    [{}, '0 22 * * *', 3600],
    [{ startTime: '9', endTime: '17:30' }, '0 9 * * *', 30_600],
    [{ startTime: '03:04pm', endTime: '11pm' }, '4 15 * * *', 28_560],
    [{ startTime: '12am', endTime: '12pm' }, '0 0 * * *', 43_200],
    [{ startTime: '22:00:30', endTime: '23:00:30' }, '0 22 * * *', 3630],
    [{ startTime: '22:00', endTime: '22:00:10' }, '0 22 * * *', 60],
    [{ startTime: '23:00', endTime: '02:00' }, '0 23 * * *', 10_800],
    [{ days: ['mo', 'we', 'Friday'] }, '0 22 * * 1,3,5', 3600],
    [{ days: ['0', '6'] }, '0 22 * * 0,6', 3600],
    [{ days: ['su', 'mo', 'tu', 'we', 'th', 'fr', 'sat'] }, '0 22 * * *', 3600],
  ])('converts %j to %s for %i s', (changes, schedule, durationSeconds) => {
    expect(convertWindow(aWindow(changes))).toMatchObject({
      kind: 'Converted',
      window: { schedule, durationSeconds, timeZone: 'UTC' },
    });
  });

  it('reports a window that ends on the day after it opens', () => {
    expect(convertWindow(aWindow({ startTime: '23:00', endTime: '02:00' }))).toMatchObject({ crossesMidnight: true });
    expect(convertWindow(aWindow({}))).toMatchObject({ crossesMidnight: false });
  });

  it.each<readonly [Partial<SucWindow>, string]>([
    [{ startTime: undefined }, 'startTime must be a time'],
    [{ endTime: '24:00' }, 'endTime must be a time'],
    [{ endTime: '13pm' }, 'endTime must be a time'],
    [{ startTime: '12:60' }, 'startTime must be a time'],
    [{ endTime: '22:00' }, 'never opens'],
    [{ days: ['holiday'] }, "'holiday' is not a day"],
  ])('%j is rejected: %s', (changes, problem) => {
    const conversion = convertWindow(aWindow(changes));
    expect(conversion.kind === 'Rejected' ? conversion.problem : '').toContain(problem);
  });
});
