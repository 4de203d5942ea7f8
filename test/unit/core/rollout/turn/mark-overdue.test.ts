import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, NodeRecord, ProcessRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { JobFact } from '../../../../../src/core/facts.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { advanceTurn } from '../../../../../src/core/rollout/turn/advance-turn.ts';
import { aJob, anUpgradePod, aReport, inTurn } from '../support/facts.ts';
import { aNodeInput } from '../support/node-input.ts';
import { aBatch, at, aTurn, timeAt } from '../support/objects.ts';

const PROCESS: BatchProcess = {
  name: 'os',
  disruption: 'Drain',
  report: 'None',
  deadlineSeconds: 3600,
  timing: { expectedSeconds: 60, toleranceSeconds: 30 },
  template: { spec: { containers: [] } },
};
const RECORD = { name: 'os', state: 'Running', attempt: 1, startTime: timeAt(0) } as const;
const FAIL: Partial<BatchProcess> = { onOverdue: 'Fail' };
const RETRY: Partial<BatchProcess> = { onOverdue: 'Retry', rerun: 'Safe' };
const WHY = 'more than 1 min 30 s, expected 1 min + 30 s';
const STOPPED: Partial<JobFact> = { outcome: 'Failed', reason: 'DeadlineExceeded', failedTime: at(110), stopped: WHY };

interface Case {
  readonly process?: Partial<BatchProcess>;
  readonly job?: Partial<JobFact> | null;
  readonly attempt?: number;
  /** Records as persisted. */
  readonly before?: readonly ProcessRecord[];
  readonly input?: Partial<NodeInput>;
  readonly ready?: boolean;
  readonly now?: number;
}

/** Steps a turn whose only process began at the start and may take 90 s; now is 100 s. */
function advance({
  process,
  job = {},
  attempt = 1,
  before = [RECORD],
  input = {},
  ready = true,
  now = 100,
}: Case = {}): NodeResult {
  const entry = { name: 'node-1', uid: 'uid-of-node-1', processes: ['os'] };
  const node = inTurn('node-1', 'os-aaaa-1', { ready, turn: aTurn('os-aaaa-1', { attempt }) });
  const batch = aBatch([], { spec: { nodes: [entry], processes: [{ ...PROCESS, ...process }] } });
  return advanceTurn(
    aNodeInput(batch, {
      before: { name: 'node-1', state: 'Upgrading', processes: before },
      jobs: job === null ? [] : [aJob('node-1', job)],
      reporterInstalled: false,
      references: new Map([['os', { expectedSeconds: 60, toleranceSeconds: 30, samples: 0 }]]),
      now: at(now),
      ...input,
      node,
    }),
    node,
  );
}

function kinds({ commands }: NodeResult): readonly string[] {
  return commands.map((command) => command.kind);
}

function processOf({ processes }: NodeRecord): ProcessRecord | undefined {
  return processes?.[0];
}

describe('onOverdue: Alert', () => {
  it('marks a node as overdue, with its message and since when, and does nothing', () => {
    const { record, commands } = advance();

    expect(record).toMatchObject({ state: 'Upgrading', overdue: true, message: `overdue: ${WHY}` });
    expect(processOf(record)?.overdue).toEqual({ reason: 'TooLong', message: WHY, sinceTime: timeAt(90) });
    expect(commands).toEqual([]);
  });

  it('is cleared when the process succeeds', () => {
    const before = { ...RECORD, overdue: { reason: 'TooLong', message: WHY, sinceTime: timeAt(90) } };
    const { record } = advance({ before: [before], job: { outcome: 'Complete', completedTime: at(99) } });

    expect(record).toMatchObject({ state: 'Succeeded' });
    expect(record).not.toHaveProperty('overdue');
    expect(processOf(record)).not.toHaveProperty('overdue');
  });

  it('continues after the operator has restarted: no timer starts from zero', () => {
    // All that a new operator has: the record, and a Job whose Events have expired.
    const reboot = { ...RECORD, state: 'Verifying', rebooting: true, rebootTime: timeAt(20), bootId: 'boot-1' } as const;
    const process = { disruption: 'Reboot', timing: { rebootSeconds: 60 } } as const;

    expect(advance({ process, before: [reboot], job: null, now: 80 }).record.overdue).toBeUndefined();
    expect(processOf(advance({ process, before: [reboot], job: null, now: 81 }).record)?.overdue?.sinceTime).toBe(timeAt(80));
  });

  it('keeps the time of its reboot when it has succeeded, so that others learn how long it ran', () => {
    const process = { disruption: 'Reboot' } as const;
    const reports = [aReport('node-1', 'UpgradeRebooting', { time: at(40) })];
    const job = { outcome: 'Failed', bootId: 'boot-0', failedTime: at(80) } as const;

    expect(processOf(advance({ process, job, input: { reports } }).record)).toMatchObject({
      state: 'Succeeded',
      rebootTime: timeAt(40),
    });
  });
});

describe('onOverdue: Fail', () => {
  it('stops the Job once', () => {
    expect(kinds(advance({ process: FAIL }))).toEqual(['StopJob']);
    expect(kinds(advance({ process: FAIL, job: { stopped: WHY } }))).toEqual([]);
    expect(kinds(advance({ process: FAIL, job: { outcome: 'Failing', stopped: WHY } }))).toEqual([]);
  });

  it("fails the node when the Job has ended, not before, and with its container's termination message", () => {
    const pod = anUpgradePod('node-1', { terminated: { exitCode: 143, reason: 'Error', message: 'caught SIGTERM' } });
    expect(advance({ process: FAIL, job: { outcome: 'Failing', stopped: WHY } }).record.state).toBe('Upgrading');

    expect(advance({ process: FAIL, job: STOPPED, input: { pods: [pod] } }).record).toMatchObject({
      state: 'Failed',
      reason: 'Overdue',
      message: `${WHY}; stopped: caught SIGTERM`,
      quarantined: true,
      endTime: timeAt(110),
    });
  });

  it('succeeds when the Job has succeeded in the meantime', () => {
    expect(advance({ process: FAIL, job: { outcome: 'Complete', completedTime: at(99), stopped: WHY } }).record.state).toBe(
      'Succeeded',
    );
  });

  it('fails at once when nothing is left to stop: a reboot from which the node does not return', () => {
    const before = { ...RECORD, state: 'Verifying', rebooting: true, rebootTime: timeAt(20), bootId: 'boot-1' } as const;
    const process = { ...FAIL, disruption: 'Reboot', timing: { rebootSeconds: 60 } } as const;

    expect(
      advance({ process, before: [before], job: { outcome: 'Complete', completedTime: at(20) }, ready: false }).record,
    ).toMatchObject({
      state: 'Failed',
      reason: 'Overdue',
      message: 'more than 1 min in its reboot; check its console',
    });
  });

  it('does not stop a process that is past its deadline', () => {
    expect(kinds(advance({ process: { ...FAIL, timing: {} }, input: { references: new Map() }, now: 3700 }))).toEqual([]);
  });
});

describe('onOverdue: Retry', () => {
  const overdue = { ...RECORD, overdue: { reason: 'TooLong', message: WHY, sinceTime: timeAt(90) } };
  const failed = { ...RECORD, state: 'Failed', reason: 'Overdue', message: `${WHY}; stopped`, endTime: timeAt(110) } as const;

  it('stops the Job, and begins the next attempt when it has ended and is on record', () => {
    expect(kinds(advance({ process: RETRY }))).toEqual(['StopJob']);
    expect(advance({ process: RETRY, job: STOPPED, before: [overdue] })).toMatchObject({
      commands: [],
      record: { state: 'Upgrading', message: `attempt 1 of 2 failed: ${WHY}; stopped`, processes: [failed] },
    });

    expect(advance({ process: RETRY, job: STOPPED, before: [failed] }).commands).toMatchObject([
      { kind: 'RetryTurn', turn: { attempt: 2, openedTime: timeAt(0) } },
    ]);
  });

  it('waits until its Pod has really ended', () => {
    const labels = { 'baton.dev/batch-uid': 'uid-of-os-aaaa-1', 'batch.kubernetes.io/controller-uid': 'uid-of-job-node-1' };
    const pods = [anUpgradePod('node-1', { phase: 'Running', deleting: true, labels })];

    expect(kinds(advance({ process: RETRY, job: STOPPED, before: [failed], input: { pods } }))).toEqual([]);
  });

  it('only marks a reboot that takes too long: its work may be done', () => {
    const before = { ...RECORD, state: 'Verifying', rebooting: true, rebootTime: timeAt(20), bootId: 'boot-1' } as const;
    const process = { ...RETRY, disruption: 'Reboot', timing: { rebootSeconds: 60 } } as const;
    const { record, commands } = advance({
      process,
      before: [before],
      job: { outcome: 'Complete', completedTime: at(20) },
      ready: false,
    });

    expect(record).toMatchObject({ state: 'Verifying', overdue: true });
    expect(commands).toEqual([]);
  });

  it('gives the next attempt the checkpoint that the first has left, and keeps it until that runs', () => {
    const reports = [aReport('node-1', 'UpgradeProgressing', { time: at(80), checkpoint: 'stage=install' })];
    const kept = { ...failed, checkpoint: 'stage=install' };
    expect(processOf(advance({ process: RETRY, input: { reports } }).record)?.checkpoint).toBe('stage=install');
    expect(advance({ process: RETRY, job: STOPPED, before: [kept] }).commands).toMatchObject([
      { kind: 'RetryTurn', turn: { checkpoints: { os: 'stage=install' } } },
    ]);

    // The Events of the first attempt have expired by now.
    const { record, commands } = advance({ process: RETRY, attempt: 2, job: STOPPED, before: [kept] });
    expect(processOf(record)?.checkpoint).toBe('stage=install');
    expect(commands).toMatchObject([
      {
        kind: 'CreateJob',
        job: { spec: { template: { metadata: { annotations: { 'baton.dev/checkpoint': 'stage=install' } } } } },
      },
    ]);
    const second = { attempt: 2, createdTime: at(120) };
    expect(processOf(advance({ process: RETRY, attempt: 2, job: second, before: [kept], now: 130 }).record)).toMatchObject({
      attempt: 2,
      checkpoint: 'stage=install',
    });
  });

  it('times the next attempt from its own start', () => {
    const second = { attempt: 2, createdTime: at(120) };

    expect(advance({ process: RETRY, attempt: 2, job: second, before: [failed], now: 200 }).record).not.toHaveProperty('overdue');
    expect(
      processOf(advance({ process: RETRY, attempt: 2, job: second, before: [failed], now: 211 }).record)?.overdue,
    ).toMatchObject({
      sinceTime: timeAt(210),
    });
  });

  it.each<[string, Case]>([
    ['the second attempt was overdue, too', { attempt: 2, job: { ...STOPPED, attempt: 2 }, before: [{ ...failed, attempt: 2 }] }],
    ['the process does not say that it is safe', { process: { onOverdue: 'Retry' } }],
    ['the plan is being deleted', { input: { mayRetry: false } }],
  ])('fails when %s', (_, given) => {
    const { record } = advance({ process: RETRY, job: STOPPED, before: [failed], ...given });

    expect(record).toMatchObject({ state: 'Failed', reason: 'Overdue', quarantined: true });
  });

  it('applies only to overdue processes: a Job that failed by itself is retried as failure.retriesPerNode says', () => {
    const job = { outcome: 'Failed', reason: 'BackoffLimitExceeded', failedTime: at(80) } as const;

    expect(advance({ process: RETRY, job }).record).toMatchObject({ state: 'Failed', reason: 'JobFailed' });
  });
});
