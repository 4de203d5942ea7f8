import { describe, expect, it } from '@jest/globals';
import { createCron, scheduleProblem } from '../../../../src/operator/validation/cron.ts';
import { findInvalidWindow } from '../../../../src/operator/validation/find-invalid-window.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';

describe('A problem of a schedule', () => {
  it.each([
    ['0 22 * * 1-5', 'Europe/Paris', undefined],
    ['0 0 29 2 *', 'UTC', undefined],
    ['0 22 * * *', 'Europe/Pari', "time zone 'Europe/Pari' does not exist; use a name from the IANA database"],
    ['0 0 31 2 *', 'UTC', "'0 0 31 2 *' never matches a date; correct its day of month or its month"],
    ['0 25 * * *', 'UTC', 'Invalid value for hour: 25'],
    ['0 0 * * * *', 'UTC', 'is not a cron expression with five fields (minute, hour, day of month, month, day of week)'],
  ])('%s in %s', (schedule, zone, problem) => {
    if (problem === undefined) expect(scheduleProblem(schedule, zone)).toBeUndefined();
    else expect(scheduleProblem(schedule, zone)).toContain(problem);
  });

  it('is reported with the field of the plan', () => {
    const window = { name: 'nights', schedule: '0 22 * * *', durationSeconds: 60, timeZone: 'UTC' };
    const plan = aPlan({ windows: [window, { ...window, name: 'days', schedule: '0 0 31 2 *' }] });
    expect(findInvalidWindow(plan)).toMatchObject({
      kind: 'Refused',
      reason: 'ScheduleInvalid',
      message: "spec.windows[1] ('days'): '0 0 31 2 *' never matches a date; correct its day of month or its month",
    });
    expect(findInvalidWindow(aPlan({ windows: [window] }))).toBeUndefined();
  });
});

it('Finds the last time at or before an instant to the millisecond', () => {
  const cron = createCron();
  const midnight = Date.parse('2026-11-22T00:00:00Z');
  const day = 86_400_000;
  const last = [-1, 0, 1, 999].map((ms) => (cron.last('0 0 * * *', 'UTC', midnight + ms) ?? 0) - midnight);
  const next = [-1, 0, 1, 999].map((ms) => (cron.next('0 0 * * *', 'UTC', midnight + ms) ?? 0) - midnight);
  expect(last).toEqual([-day, 0, 0, 0]);
  expect(next).toEqual([0, day, day, day]);
});
