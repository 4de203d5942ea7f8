import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, ProcessRecord } from '../../../../src/api/generated/upgradebatch.ts';
import type { ReportFact } from '../../../../src/core/facts.ts';
import { timeProcess, type Timing } from '../../../../src/core/timing/overdue.ts';
import type { Reference } from '../../../../src/core/timing/reference.ts';
import { aReport } from '../rollout/support/facts.ts';
import { at, timeAt } from '../rollout/support/objects.ts';

const REFERENCE: Reference = { expectedSeconds: 480, toleranceSeconds: 240, samples: 0 };

interface Case {
  readonly timing?: BatchProcess['timing'];
  readonly record?: Partial<ProcessRecord>;
  readonly before?: Partial<ProcessRecord>;
  readonly reports?: readonly ReportFact[];
  readonly reference?: Reference | undefined;
  readonly isBack?: boolean;
  readonly now?: number;
}

const RUNNING = { name: 'os', state: 'Running', attempt: 1, startTime: timeAt(0) } as const;

/** Times a process that has run for 100 s unless `given` says otherwise. Its deadline is an hour. */
function time(given: Case): Timing {
  return timeProcess({
    process: {
      name: 'os',
      disruption: 'Reboot',
      report: 'Socket',
      deadlineSeconds: 3600,
      timing: given.timing ?? {},
      template: {},
    },
    record: { ...RUNNING, ...given.record },
    before: given.before === undefined ? undefined : { ...RUNNING, ...given.before },
    reports: given.reports ?? [],
    reference: 'reference' in given ? given.reference : REFERENCE,
    isBack: given.isBack ?? false,
    now: at(given.now ?? 100),
  });
}

function said(seconds: number, changes: Partial<ReportFact> = {}): ReportFact {
  return aReport('node-1', 'UpgradeProgressing', { time: at(seconds), ...changes });
}

const SILENCE = { silenceSeconds: 300 };
const TASKS = { tasks: [{ name: 'install', expectedSeconds: 60, toleranceSeconds: 30 }] };
const REBOOT = { rebootSeconds: 600 };
const REBOOTING = aReport('node-1', 'UpgradeRebooting', { time: at(200) });

describe('timeProcess: overdue', () => {
  it.each<[string, Case, string | undefined]>([
    ['not within its expected time and tolerance', { now: 720 }, undefined],
    ['after its expected time and tolerance', { now: 721 }, 'TooLong'],
    ['not for its time without a reference', { now: 3000, reference: undefined }, undefined],
    ['after its deadline', { now: 3601, reference: undefined }, 'PastDeadline'],
    ["not for its Job's time once the Job has ended", { now: 900, record: { state: 'Verifying' } }, undefined],
    ['not for silence when it has never reported', { timing: SILENCE, now: 700 }, undefined],
    ['not for silence while it reports', { timing: SILENCE, reports: [said(10), said(400)], now: 700 }, undefined],
    ['when it has spoken and is silent', { timing: SILENCE, reports: [said(10), said(400)], now: 701 }, 'Silent'],
    [
      'not while its beat goes on',
      { timing: SILENCE, reports: [said(10, { lastHeardTime: at(600), heartbeats: 9 })], now: 700 },
      undefined,
    ],
    [
      'when its Events have expired and nothing came since',
      { timing: SILENCE, before: { lastHeardTime: timeAt(10) }, now: 400 },
      'Silent',
    ],
    ['not for silence where the plan does not say how long', { reports: [said(10)], now: 700 }, undefined],
    ['when its task takes too long', { timing: TASKS, reports: [said(10, { task: 'install' })], now: 101 }, 'TaskTooLong'],
    [
      'not for a task that is over',
      { timing: TASKS, reports: [said(10, { task: 'install' }), said(90, { task: 'check' })], now: 200 },
      undefined,
    ],
    [
      'for a task that it reports again and again',
      { timing: TASKS, reports: [said(10, { task: 'install' }), said(95, { task: 'install' }), said(99)], now: 101 },
      'TaskTooLong',
    ],
    [
      'not for the first turn of a task that comes again',
      {
        timing: TASKS,
        reports: [said(10, { task: 'install' }), said(50, { task: 'check' }), said(90, { task: 'install' })],
        now: 150,
      },
      undefined,
    ],
    [
      'not for its own time while it reboots',
      { timing: REBOOT, reports: [REBOOTING], record: { state: 'Verifying' }, now: 800 },
      undefined,
    ],
    [
      'when its reboot takes too long',
      { timing: REBOOT, reports: [REBOOTING], record: { state: 'Verifying' }, now: 801 },
      'RebootTooLong',
    ],
    [
      'not for its reboot once it is back',
      { timing: REBOOT, reports: [REBOOTING], record: { state: 'Verifying' }, isBack: true, now: 801 },
      undefined,
    ],
    [
      'for its reboot also when the report has expired',
      { timing: REBOOT, before: { rebootTime: timeAt(200) }, record: { state: 'Verifying' }, now: 801 },
      'RebootTooLong',
    ],
    ['not for silence while it reboots', { timing: SILENCE, reports: [REBOOTING], now: 700 }, undefined],
  ])('%s', (_, given, reason) => {
    expect(time(given).record.overdue?.reason).toBe(reason);
  });

  it.each<[string, Case, string]>([
    ['its time', { now: 900, record: { message: '40%' } }, 'overdue: more than 12 min, expected 8 min + 4 min; 40%'],
    [
      'what was learned',
      { now: 900, reference: { ...REFERENCE, samples: 12 } },
      'overdue: more than 12 min, expected 8 min + 4 min (learned from 12 nodes)',
    ],
    [
      'the task',
      { timing: TASKS, reports: [said(10, { task: 'install' })], now: 200 },
      'overdue: task install: more than 1 min 30 s, expected 1 min + 30 s',
    ],
    ['the silence', { timing: SILENCE, reports: [said(10)], now: 400 }, 'overdue: silent for more than 5 min'],
    [
      'the reboot',
      { timing: REBOOT, reports: [REBOOTING], now: 900 },
      'overdue: more than 10 min in its reboot; check its console',
    ],
  ])('the message names %s', (_, given, message) => {
    expect(time(given).record.message).toBe(message);
  });

  it('since the limit passed, with an unchanged record from then on, whenever it was observed', () => {
    const [first, later] = [time({ now: 721 }), time({ now: 2000 })];

    expect(first.record.overdue?.sinceTime).toBe(timeAt(720));
    expect(later.record).toEqual(first.record);
  });

  it('by the limit that passed first, when several have', () => {
    const given = { timing: { ...SILENCE }, reports: [said(500)] };

    expect(time({ ...given, now: 900 }).record.overdue).toMatchObject({ reason: 'TooLong', sinceTime: timeAt(720) });
    expect(time({ ...given, reports: [said(100)], now: 900 }).record.overdue?.reason).toBe('Silent');
  });

  it('no longer when it reports again', () => {
    const before = { overdue: { reason: 'Silent', message: 'silent', sinceTime: timeAt(310) }, lastHeardTime: timeAt(10) };

    expect(time({ timing: SILENCE, before, reports: [said(10), said(399)], now: 400 }).record).not.toHaveProperty('overdue');
  });
});

describe('timeProcess: what survives a restart of the operator and the expiry of Events', () => {
  it('is the time of the reboot', () => {
    expect(time({ reports: [REBOOTING] }).record.rebootTime).toBe(timeAt(200));
    expect(time({ before: { rebootTime: timeAt(200) } }).record.rebootTime).toBe(timeAt(200));
  });

  it('is the task with its time', () => {
    const task = { name: 'install', startTime: timeAt(10) };

    expect(time({ timing: TASKS, reports: [said(10, { task: 'install' })] }).record.task).toEqual(task);
    expect(time({ timing: TASKS, before: { task }, reports: [said(70, { task: 'install' })] }).record.task).toEqual(task);
    expect(time({ timing: TASKS, before: { task } }).record.task).toEqual(task);
  });

  it('is the time of the last report, updated only after half of silenceSeconds', () => {
    const before = { lastHeardTime: timeAt(10) };

    expect(time({ timing: SILENCE, reports: [said(10)] }).record.lastHeardTime).toBe(timeAt(10));
    expect(time({ timing: SILENCE, before, reports: [said(160)], now: 160 }).record.lastHeardTime).toBe(timeAt(10));
    expect(time({ timing: SILENCE, before, reports: [said(161)], now: 161 }).record.lastHeardTime).toBe(timeAt(161));
  });

  it('is nothing when the plan sets no limits', () => {
    expect(time({ reports: [said(10, { task: 'install' })] }).record).toEqual(RUNNING);
  });
});

describe('timeProcess: requeueAt', () => {
  it.each<[string, Case, number | undefined]>([
    ['is when its time is up', {}, 721],
    ['is when it has been silent for too long', { timing: SILENCE, reports: [said(50)] }, 351],
    ['is its deadline once it is overdue', { now: 800 }, 3601],
    ['is undefined after its deadline', { now: 4000 }, undefined],
  ])('%s', (_, given, seconds) => {
    expect(time(given).requeueAt).toBe(seconds === undefined ? undefined : at(seconds));
  });
});
