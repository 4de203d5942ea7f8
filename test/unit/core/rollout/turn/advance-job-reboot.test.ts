import { describe, it } from '@jest/globals';
import {
  ANNOUNCED,
  AWAY,
  COMPLETE,
  FAILED,
  KILLED,
  LATE,
  OWN_END,
  REBOOTED,
  SILENT,
  TIMED_OUT,
  expectResult,
  type Case,
  type Row,
} from '../support/process.ts';
import { timeAt } from '../support/objects.ts';

/** The same with a new boot, and a `verify` that compares a version. */
function proven(input: Case): Case {
  return { ...input, node: REBOOTED, verify: { kernelVersion: '$(BATON_VERSION)*' } };
}

describe('A process that reboots, while its Job is active', () => {
  it.each<Row>([
    ['runs', SILENT, { kind: 'Running', bootId: 'boot-1' }],
    ['verifies once it has announced the reboot', ANNOUNCED, { kind: 'Verifying', rebooting: true, message: 'rebooting' }],
    [
      'verifies once there is a new boot ID',
      { ...SILENT, node: REBOOTED },
      { kind: 'Verifying', message: 'rebooted; its Job is ending' },
    ],
    ['does not count as rebooted while the boot ID is unknown', { ...SILENT, node: { bootId: '' } }, { kind: 'Running' }],
  ])('%s', (_, input, expected) => expectResult(input, expected));
});

describe('A process that reboots, once its Job is complete', () => {
  const announced = { ...ANNOUNCED, job: COMPLETE };
  const silent = { ...SILENT, job: COMPLETE };
  it.each<Row>([
    ['waits for the reboot', silent, { kind: 'Verifying', message: 'ended; waiting for the reboot', endTime: timeAt(50) }],
    ['waits for the reboot that it announced', announced, { kind: 'Verifying', message: 'ended; waiting for the reboot' }],
    ['succeeds after the reboot that it announced', { ...announced, node: REBOOTED }, { kind: 'Succeeded' }],
    [
      'waits for the announcement of a reboot that it sees',
      { ...silent, node: REBOOTED },
      { kind: 'Verifying', message: 'rebooted; waiting for its report UpgradeRebooting' },
    ],
    [
      'fails when the reboot was not announced, whatever its exit code',
      { ...silent, node: REBOOTED, now: 111 },
      {
        kind: 'Failed',
        reason: 'UnannouncedReboot',
        message: 'the host rebooted, but no UpgradeRebooting was reported: report it, or give the process a `verify`',
      },
    ],
    ['succeeds after a reboot that was not announced when `verify` can prove it', proven(silent), { kind: 'Succeeded' }],
    [
      'waits for the node to be Ready before it is verified',
      { ...proven(silent), node: { ...REBOOTED, ...AWAY } },
      { kind: 'Verifying', message: 'rebooted; waiting for the node to be Ready' },
    ],
    [
      'fails after a silent reboot of which `verify` cannot show anything',
      { ...silent, verify: { stableSeconds: 10 }, node: REBOOTED, now: 111 },
      { kind: 'Failed', reason: 'UnannouncedReboot' },
    ],
    [
      'waits for the node to be Ready',
      { ...announced, node: { ...REBOOTED, ...AWAY } },
      { kind: 'Verifying', message: 'rebooted; waiting for the node to be Ready' },
    ],
    [
      'fails when the node is not Ready in time',
      { ...announced, node: { ...REBOOTED, ...AWAY }, now: LATE },
      { kind: 'Failed', reason: 'NoReturnFromReboot' },
    ],
    ['fails when there was no reboot in time', { ...silent, now: LATE }, { kind: 'Failed', reason: 'NoReturnFromReboot' }],
    [
      'succeeds without a reboot when it says that none was needed',
      { ...silent, reports: [['UpgradeSucceeded']] },
      { kind: 'Succeeded' },
    ],
    [
      'waits when it announced a reboot before it reported success',
      { ...silent, reports: [['UpgradeRebooting'], ['UpgradeSucceeded']] },
      { kind: 'Verifying' },
    ],
  ])('%s', (_, input, expected) => expectResult(input, expected));
});

describe('A process that reboots, once its Job has failed', () => {
  const announced = { ...ANNOUNCED, job: FAILED };
  const silent = { ...SILENT, job: FAILED };
  it.each<Row>([
    [
      'waits for the reboot that it announced',
      { ...announced, pod: KILLED },
      { kind: 'Verifying', message: 'rebooting', rebooting: true },
    ],
    ['succeeds after the reboot that it announced', { ...announced, pod: KILLED, node: REBOOTED }, { kind: 'Succeeded' }],
    [
      'remembers that it announced the reboot when the report is gone',
      { ...silent, before: { rebooting: true }, node: REBOOTED },
      { kind: 'Succeeded' },
    ],
    [
      'knows the boot ID before from its record',
      { ...announced, job: { ...FAILED, bootId: '' }, before: { bootId: 'boot-1' }, node: REBOOTED },
      { kind: 'Succeeded' },
    ],
    ['waits for the node to be Ready', { ...announced, node: { ...REBOOTED, ...AWAY } }, { kind: 'Verifying' }],
    [
      'fails when the node is not Ready in time',
      { ...announced, node: { ...REBOOTED, ...AWAY }, now: LATE },
      { kind: 'Failed', reason: 'NoReturnFromReboot' },
    ],
    [
      'fails when it does not return from its reboot',
      { ...announced, node: AWAY, now: LATE },
      { kind: 'Failed', reason: 'NoReturnFromReboot', message: 'did not return from its reboot within 600 s; check its console' },
    ],
    [
      'waits a minute for evidence of a reboot',
      { ...silent, pod: KILLED },
      { kind: 'Verifying', message: 'its Pod was killed; checking whether the host reboots', endTime: timeAt(50) },
    ],
    ['waits a minute when its Pod is gone', silent, { kind: 'Verifying' }],
    [
      'fails when it was killed and nothing rebooted',
      { ...silent, pod: KILLED, now: 111 },
      { kind: 'Failed', reason: 'JobFailed' },
    ],
    [
      'fails when the host rebooted unannounced',
      { ...silent, pod: KILLED, node: REBOOTED, now: 111 },
      { kind: 'Failed', reason: 'UnannouncedReboot' },
    ],
    ['fails at once by its own exit code', { ...silent, pod: OWN_END }, { kind: 'Failed', reason: 'JobFailed' }],
    [
      'fails by its own exit code before an unannounced reboot',
      { ...silent, pod: OWN_END, node: REBOOTED },
      { kind: 'Failed', reason: 'UnannouncedReboot' },
    ],
    [
      'fails at once when it says that it could not reboot',
      { ...silent, pod: OWN_END, reports: [['UpgradeRebooting'], ['UpgradeFailed', { note: 'refused' }]] },
      { kind: 'Failed', reason: 'JobFailed', message: 'refused' },
    ],
    [
      'fails when it says so after the reboot',
      { ...silent, node: REBOOTED, reports: [['UpgradeRebooting'], ['UpgradeFailed', { note: 'old kernel' }]] },
      { kind: 'Failed', message: 'old kernel' },
    ],
    [
      'succeeds when a reboot that was not announced killed it and `verify` can prove its work',
      { ...proven(silent), pod: KILLED, now: 111 },
      { kind: 'Succeeded' },
    ],
    [
      'fails by its own exit code although `verify` could show something',
      { ...proven(silent), pod: OWN_END },
      { kind: 'Failed', reason: 'UnannouncedReboot' },
    ],
    ['fails at its deadline', { ...SILENT, job: TIMED_OUT, now: LATE }, { kind: 'Failed', reason: 'DeadlineExceeded' }],
  ])('%s', (_, input, expected) => expectResult(input, expected));
});
