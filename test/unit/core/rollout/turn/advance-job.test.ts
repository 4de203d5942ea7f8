import { describe, expect, it } from '@jest/globals';
import {
  ANNOUNCED,
  AWAY,
  COMPLETE,
  FAILED,
  FAILING,
  KILLED,
  LATE,
  OWN_END,
  REBOOTED,
  SILENT,
  TIMED_OUT,
  expectResult,
  advance,
  type Row,
} from '../support/process.ts';
import { at, timeAt } from '../support/objects.ts';

describe('A process that has not begun', () => {
  it('has no Job and no record', () => {
    expect(advance({ job: null })).toEqual({ kind: 'NotStarted' });
  });
});

describe('A process with its outcome', () => {
  it.each<Row>([
    ['stays succeeded, whatever becomes of its Job', { before: { state: 'Succeeded' }, job: FAILED }, { kind: 'Succeeded' }],
    [
      'stays failed, whatever becomes of its Job',
      { before: { state: 'Failed', reason: 'JobFailed' }, job: COMPLETE },
      { kind: 'Failed', reason: 'JobFailed' },
    ],
    ['is not begun again when its Job is gone', { before: { state: 'Succeeded' }, job: null }, { kind: 'Succeeded' }],
  ])('%s', (_, input, expected) => expectResult(input, expected));
});

describe('A process that does not reboot', () => {
  it.each<Row>([
    ['runs while its Job does', {}, { kind: 'Running', startTime: timeAt(0), attempt: 1 }],
    ['says why its Pod waits', { pod: { waiting: 'ErrImagePull: 503' } }, { kind: 'Running', message: 'ErrImagePull: 503' }],
    [
      'says what it reported last',
      { reports: [['UpgradeStarted'], ['UpgradeProgressing', { progress: 40, note: 'packages' }]] },
      { kind: 'Running', message: '40% packages' },
    ],
    ['succeeds when its Job is complete', { job: COMPLETE }, { kind: 'Succeeded', endTime: timeAt(50) }],
    [
      'succeeds although it reported a failure: facts come first',
      { job: COMPLETE, reports: [['UpgradeFailed']] },
      { kind: 'Succeeded' },
    ],
    ['succeeds although its host rebooted', { job: COMPLETE, node: REBOOTED }, { kind: 'Succeeded' }],
    [
      'fails when its Job failed',
      { job: FAILED, pod: OWN_END },
      { kind: 'Failed', reason: 'JobFailed', message: 'exit code 1 (Error)', endTime: timeAt(50) },
    ],
    [
      'fails when its Pod was killed',
      { job: FAILED, pod: KILLED },
      { kind: 'Failed', reason: 'JobFailed', message: 'exit code 143 (Error)' },
    ],
    [
      'fails when its host rebooted',
      { job: FAILED, node: REBOOTED },
      { kind: 'Failed', reason: 'JobFailed', message: 'backoff limit' },
    ],
    [
      'fails at its deadline',
      { job: TIMED_OUT, now: LATE },
      { kind: 'Failed', reason: 'DeadlineExceeded', message: 'did not end within 600 s' },
    ],
    [
      'says with the deadline what it said last',
      { job: TIMED_OUT, reports: [['UpgradeFailed', { note: 'mirror is slow' }]], now: LATE },
      { kind: 'Failed', message: 'did not end within 600 s: mirror is slow' },
    ],
    [
      'is stopping while its Pod ends on a node that is Ready',
      { job: FAILING, now: 605 },
      { kind: 'Running', message: 'stopping' },
    ],
    [
      'fails while its Pod cannot end on a lost node',
      { job: FAILING, node: AWAY, now: 605 },
      { kind: 'Failed', reason: 'DeadlineExceeded' },
    ],
    [
      'fails when its Pod has not ended for ten minutes',
      { job: FAILING, now: 1201 },
      { kind: 'Failed', reason: 'DeadlineExceeded' },
    ],
  ])('%s', (_, input, expected) => expectResult(input, expected));
});

describe('The words for a failure', () => {
  const terminated = { exitCode: 2, reason: 'Error', message: '  disk full\n' };
  it.each<Row>([
    [
      "are the container's last words",
      { pod: { terminated }, reports: [['UpgradeFailed', { note: 'failed' }]] },
      { kind: 'Failed', message: 'disk full' },
    ],
    [
      'else what it reported',
      { pod: OWN_END, reports: [['UpgradeFailed', { note: 'dpkg is locked' }]] },
      { kind: 'Failed', message: 'dpkg is locked' },
    ],
    ['else the exit code', { pod: OWN_END }, { kind: 'Failed', message: 'exit code 1 (Error)' }],
    ['else why the Pod waited', { pod: { waiting: 'ErrImagePull: 503' } }, { kind: 'Failed', message: 'ErrImagePull: 503' }],
    ["else the Job's own", {}, { kind: 'Failed', message: 'backoff limit' }],
  ])('%s', (_, input, expected) => expectResult({ job: FAILED, ...input }, expected));

  it('fit into a record', () => {
    const message = 'ä'.repeat(500);
    const result = advance({ job: FAILED, pod: { terminated: { exitCode: 1, reason: '', message } } });
    expect(result.kind === 'NotStarted' ? 0 : new TextEncoder().encode(result.record.message).length).toBeLessThanOrEqual(128);
  });
});

describe('A process whose Job has vanished', () => {
  const gone = { job: null, before: {} } as const;
  it.each<Row>([
    [
      'has ended well when `verify` will show what it did',
      { ...gone, verify: { kernelVersion: '12.9' } },
      { kind: 'Succeeded', endTime: timeAt(100) },
    ],
    [
      'gets time for evidence when `verify` cannot prove its work',
      { ...gone, verify: { stableSeconds: 5 } },
      { kind: 'Verifying' },
    ],
    ['gets time for evidence', gone, { kind: 'Verifying', message: 'its Job is gone; waiting for evidence of its outcome' }],
    [
      'gets a minute for evidence',
      { ...gone, before: { state: 'Verifying', endTime: timeAt(50) }, now: 110 },
      { kind: 'Verifying', endTime: timeAt(50) },
    ],
    [
      'fails after a minute',
      { ...gone, before: { state: 'Verifying', endTime: timeAt(50) }, now: 111 },
      { kind: 'Failed', reason: 'JobVanished' },
    ],
    ['succeeds when it reported success', { ...gone, reports: [['UpgradeSucceeded']] }, { kind: 'Succeeded' }],
    [
      'fails when it reported a failure',
      { ...gone, reports: [['UpgradeFailed', { note: 'disk full' }]] },
      { kind: 'Failed', reason: 'JobFailed', message: 'disk full' },
    ],
    ['waits for the reboot that it announced', { ...gone, ...ANNOUNCED }, { kind: 'Verifying', message: 'rebooting' }],
    [
      'succeeds after the reboot that it announced',
      { ...gone, ...ANNOUNCED, before: { bootId: 'boot-1' }, node: REBOOTED },
      { kind: 'Succeeded' },
    ],
    [
      'fails when it does not return from its reboot',
      { ...gone, ...ANNOUNCED, now: LATE },
      { kind: 'Failed', reason: 'NoReturnFromReboot' },
    ],
    [
      'fails after an unannounced reboot',
      { ...gone, ...SILENT, before: { state: 'Verifying', endTime: timeAt(0), bootId: 'boot-1' }, node: REBOOTED },
      { kind: 'Failed', reason: 'JobVanished' },
    ],
  ])('%s', (_, input, expected) => expectResult(input, expected));
});

describe('A process past its deadline that has not ended', () => {
  it('is overdue, and does not requeue the plan again', () => {
    expect(advance({ now: LATE })).toMatchObject({ kind: 'Running', overdue: true });
    expect(advance({ now: LATE })).not.toHaveProperty('requeueAt');
  });

  it('had the plan requeued for the deadline', () => {
    expect(advance({ now: 100 })).toMatchObject({ overdue: false, requeueAt: at(LATE) });
  });
});
