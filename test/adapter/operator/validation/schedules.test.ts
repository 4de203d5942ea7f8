import { describe, expect, it } from '@jest/globals';
import { readClusterFreezes } from '../../../../src/operator/watch/cluster-freezes.ts';
import { createCron, scheduleProblem } from '../../../../src/operator/validation/cron.ts';
import { findInvalidWindow } from '../../../../src/operator/validation/find-invalid-window.ts';
import { aPlan } from '../../../unit/core/rollout/support/objects.ts';

describe('What is wrong with a schedule', () => {
  it.each([
    ['0 22 * * 1-5', 'Europe/Paris', undefined],
    ['0 0 29 2 *', 'UTC', undefined],
    ['0 22 * * *', 'Europe/Pari', "there is no time zone 'Europe/Pari'; name one of the IANA database"],
    ['0 0 31 2 *', 'UTC', "'0 0 31 2 *' never comes; correct its day of month or its month"],
    ['0 25 * * *', 'UTC', 'Invalid value for hour: 25'],
    ['0 0 * * * *', 'UTC', 'is no cron expression of five fields (minute, hour, day of month, month, day of week)'],
  ])('%s in %s', (schedule, zone, problem) => {
    if (problem === undefined) expect(scheduleProblem(schedule, zone)).toBeUndefined();
    else expect(scheduleProblem(schedule, zone)).toContain(problem);
  });

  it('is said with the place where it stands', () => {
    const window = { name: 'nights', schedule: '0 22 * * *', durationSeconds: 60, timeZone: 'UTC' };
    const plan = aPlan({ windows: [window, { ...window, name: 'days', schedule: '0 0 31 2 *' }] });
    expect(findInvalidWindow(plan)).toMatchObject({
      kind: 'Refused',
      reason: 'ScheduleInvalid',
      message: "spec.windows[1] ('days'): '0 0 31 2 *' never comes; correct its day of month or its month",
    });
    expect(findInvalidWindow(aPlan({ windows: [window] }))).toBeUndefined();
  });
});

it('The last time at or before an instant is found to the millisecond', () => {
  const cron = createCron();
  const midnight = Date.parse('2026-11-22T00:00:00Z');
  const day = 86_400_000;
  const last = [-1, 0, 1, 999].map((ms) => (cron.last('0 0 * * *', 'UTC', midnight + ms) ?? 0) - midnight);
  const next = [-1, 0, 1, 999].map((ms) => (cron.next('0 0 * * *', 'UTC', midnight + ms) ?? 0) - midnight);
  expect(last).toEqual([-day, 0, 0, 0]);
  expect(next).toEqual([0, day, day, day]);
});

describe('The freezes of the cluster', () => {
  const read = (data: Readonly<Record<string, string>> | undefined): unknown =>
    readClusterFreezes({
      metadata: { namespace: 'baton-system', name: 'baton-freezes' },
      ...(data === undefined ? {} : { data }),
    });

  it('are none without the ConfigMap', () => {
    expect(readClusterFreezes(undefined)).toEqual({ kind: 'Known', freezes: [] });
  });

  it.each([
    ['a list', '- {name: year-end, from: "2026-12-20T00:00:00Z", to: "2027-01-04T00:00:00+01:00", reason: change freeze}', 1],
    ['times that YAML may take for dates', '- {name: a, from: 2026-12-20T00:00:00Z, to: 2027-01-04T00:00:00Z}', 1],
    ['an empty list', '[]', 0],
    ['nothing but a comment', '# none this year', 0],
  ])('are read from %s', (_, yaml, count) => {
    expect(read({ 'freezes.yaml': yaml })).toMatchObject({ kind: 'Known', freezes: { length: count } });
  });

  it.each<readonly [string, Readonly<Record<string, string>> | undefined, string]>([
    ['no data', undefined, "the key 'freezes.yaml' is missing"],
    ['another key', { freezes: '[]' }, "the key 'freezes.yaml' is missing"],
    ['no YAML', { 'freezes.yaml': '- {name: a' }, 'freezes.yaml is no YAML'],
    ['no list', { 'freezes.yaml': 'name: a' }, 'freezes.yaml must be a list of freezes'],
    ['no end', { 'freezes.yaml': '- {name: a, from: "2026-12-20T00:00:00Z"}' }, 'freezes.yaml.0.to must be a time as in'],
    ['a day', { 'freezes.yaml': '- {name: a, from: "2026-12-20", to: "2027-01-04"}' }, 'freezes.yaml.0.from must be a time'],
    [
      'an end before its beginning',
      { 'freezes.yaml': '- {name: a, from: "2026-12-20T00:00:00Z", to: "2026-12-19T00:00:00Z"}' },
      '`to` must be after `from`',
    ],
    [
      'a field too many',
      { 'freezes.yaml': '- {name: a, from: "2026-12-20T00:00:00Z", to: "2026-12-21T00:00:00Z", until: x}' },
      'Unrecognized key',
    ],
  ])('that have %s are unreadable, which is said with what to do', (_, data, message) => {
    const freezes = read(data);
    expect(freezes).toMatchObject({ kind: 'Unreadable' });
    expect(JSON.stringify(freezes)).toContain('the ConfigMap baton-system/baton-freezes: ');
    expect(JSON.stringify(freezes)).toContain(message);
    expect(JSON.stringify(freezes)).toContain('correct it or delete it');
  });
});
