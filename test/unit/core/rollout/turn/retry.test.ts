import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, ProcessRecord, UpgradeBatchSpec } from '../../../../../src/api/generated/upgradebatch.ts';
import { NODE_REASONS } from '../../../../../src/api/conditions.ts';
import type { Turn } from '../../../../../src/api/marks.ts';
import { LABELS } from '../../../../../src/api/names.ts';
import type { JobFact, NodeFact } from '../../../../../src/core/facts.ts';
import { jobName } from '../../../../../src/core/rollout/manifests/job.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { isRetryable } from '../../../../../src/core/rollout/turn/retry.ts';
import { advanceTurn } from '../../../../../src/core/rollout/turn/advance-turn.ts';
import { aJob, anUpgradePod, inTurn } from '../support/facts.ts';
import { aNodeInput } from '../support/node-input.ts';
import { aBatch, aTurn, at, hash, timeAt } from '../support/objects.ts';

const FAILED: Partial<JobFact> = { outcome: 'Failed', reason: 'BackoffLimitExceeded', message: 'disk full', failedTime: at(60) };
const COMPLETE: Partial<JobFact> = { outcome: 'Complete', completedTime: at(50) };
const LIMIT_MS = 600_000;

const firmware = (changes: Partial<JobFact>): JobFact =>
  aJob('node-1', { process: 'firmware', name: 'f', uid: 'uid-of-f', ...changes });
const record = (name: string, state: ProcessRecord['state'], attempt = 1): ProcessRecord => ({
  name,
  state,
  attempt,
  startTime: timeAt(0),
  ...(state === 'Failed' ? { reason: 'JobFailed', message: 'disk full', endTime: timeAt(60) } : {}),
});
const before = (...processes: readonly ProcessRecord[]): NodeRecord => ({ name: 'node-1', state: 'Upgrading', processes });
const ON_RECORD = before(record('firmware', 'Succeeded'), record('os', 'Failed'));

interface Case extends Partial<NodeInput> {
  readonly spec?: Partial<UpgradeBatchSpec>;
  readonly turn?: Partial<Turn>;
  readonly ready?: boolean;
}

/** A turn in which `firmware` has succeeded and `os` has failed in the first of two attempts, at 60 s; now is 100 s. */
function advance({ spec, turn, ready = true, ...changes }: Case = {}): NodeResult {
  const processes = ['firmware', 'os'].map((name) => ({
    name,
    disruption: 'Drain' as const,
    report: 'None' as const,
    deadlineSeconds: 600,
    template: { spec: { containers: [] } },
  }));
  const nodes = [{ name: 'node-1', uid: 'uid-of-node-1', processes: ['firmware', 'os'] }];
  const node: NodeFact = inTurn('node-1', 'os-aaaa-1', {
    turn: aTurn('os-aaaa-1', { processes: ['firmware', 'os'], ...turn }),
    ready,
  });
  const batch = aBatch([], { spec: { processes, nodes, retriesPerNode: 1, ...spec } });
  return advanceTurn(
    aNodeInput(batch, {
      before: ON_RECORD,
      jobs: [firmware(COMPLETE), aJob('node-1', FAILED)],
      ...changes,
      node,
    }),
    node,
  );
}

/** What is done next, in short. */
function next({ commands }: NodeResult): readonly string[] {
  return commands.map((command) => {
    if (command.kind === 'RetryTurn') return `attempt ${command.turn.attempt} of ${command.turn.retried ?? ''}`;
    return command.kind === 'CreateJob' ? (command.job['metadata'] as { name: string }).name : command.kind;
  });
}

const job = (process: string, attempt: number): string => jobName('uid-of-os-aaaa-1', 'uid-of-node-1', process, attempt, hash);
const podOf = (phase: 'Running' | 'Failed'): NodeInput['pods'] => [
  anUpgradePod('node-1', { phase, labels: { [LABELS.batchUid]: 'uid-of-os-aaaa-1' } }),
];

describe('failure.retriesPerNode: a node whose process failed', () => {
  it('gets its next attempt in the same turn, on the Node before the Job is made', () => {
    const { record: after, commands } = advance();
    expect(next({ record: after, commands })).toEqual(['attempt 2 of os']);
    expect(after).toMatchObject({ state: 'Upgrading', message: 'attempt 1 of 2 failed: disk full' });
    expect(after).not.toHaveProperty('quarantined');
  });

  it('runs again only what failed', () => {
    expect(next(advance({ turn: { attempt: 2, retried: 'os' } }))).toEqual([job('os', 2)]);
  });

  it.each<readonly [string, Case]>([
    ['its record is written', { before: before(record('firmware', 'Succeeded'), record('os', 'Running')) }],
    ['the Pod is gone', { pods: podOf('Running') }],
    ['the Job has ended', { jobs: [firmware(COMPLETE), aJob('node-1', FAILED), aJob('node-1', { process: 'x' })] }],
    ['the node is Ready', { ready: false }],
  ])('waits until %s', (_, changes) => {
    const { record: after, commands, requeueAt } = advance(changes);
    expect(commands).toEqual([]);
    expect(after).toMatchObject({ state: 'Upgrading', message: 'attempt 1 of 2 failed: disk full' });
    expect(requeueAt).toBe(at(105));
  });

  it('does not wait for a Pod that has ended', () => {
    expect(next(advance({ pods: podOf('Failed') }))).toEqual(['attempt 2 of os']);
  });

  it.each<readonly [string, Case, string]>([
    [
      'when its attempts are used up, and the record says so',
      {
        turn: { attempt: 2, retried: 'os' },
        before: before(record('firmware', 'Succeeded'), record('os', 'Failed', 2)),
        jobs: [firmware(COMPLETE), aJob('node-1', { ...FAILED, attempt: 2 })],
      },
      'attempt 2 of 2: disk full',
    ],
    ['when the plan is being deleted or has ended', { mayRetry: false }, 'attempt 1 of 2: disk full'],
    ['when nothing was gone in time', { ready: false, now: at(60) + LIMIT_MS + 1 }, 'attempt 1 of 2: disk full'],
    ['at once where the plan grants no other attempt', { spec: { retriesPerNode: 0 } }, 'disk full'],
  ])('fails %s', (_, changes, message) => {
    const { record: after, commands } = advance(changes);
    expect(commands).toEqual([]);
    expect(after).toMatchObject({ state: 'Failed', reason: 'JobFailed', message, quarantined: true });
  });

  it('keeps the attempt of a process that succeeded before', () => {
    const jobs = [firmware(COMPLETE), aJob('node-1', { ...COMPLETE, attempt: 2, completedTime: at(90) })];
    const done = advance({ turn: { attempt: 2, retried: 'os' }, jobs, before: before() });
    expect(done.record).toMatchObject({
      state: 'Succeeded',
      processes: [
        { name: 'firmware', attempt: 1 },
        { name: 'os', attempt: 2 },
      ],
    });
  });

  it('does not begin at its first attempt again when the annotation of its turn was lost', () => {
    expect(next(advance({ before: before(record('firmware', 'Succeeded'), record('os', 'Running', 2)) }))).toEqual([]);
  });
});

describe('A reason that allows a retry', () => {
  it.each(
    Object.values(NODE_REASONS).map(
      (reason) => [reason, ['JobFailed', 'DeadlineExceeded', 'VerifyFailed'].includes(reason)] as const,
    ),
  )('%s: %s', (reason, expected) => {
    expect(isRetryable(reason, {})).toBe(expected);
  });
});

describe('failure.failedNodes', () => {
  it.each([
    ['Quarantine', true],
    ['Uncordon', undefined],
  ] as const)('%s: a node that failed once its upgrade had begun is quarantined: %s', (failedNodes, quarantined) => {
    expect(advance({ spec: { retriesPerNode: 0, failedNodes } }).record.quarantined).toBe(quarantined);
  });
});
