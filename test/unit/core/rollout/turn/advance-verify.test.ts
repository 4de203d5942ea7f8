import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, BatchVerify, ProcessRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { JobFact, NodeFact } from '../../../../../src/core/facts.ts';
import { buildVerifyJob, jobName } from '../../../../../src/core/rollout/manifests/job.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { advanceTurn } from '../../../../../src/core/rollout/turn/advance-turn.ts';
import { aJob, anUpgradePod, inTurn, INFO } from '../support/facts.ts';
import { aNodeInput } from '../support/node-input.ts';
import { aBatch, at, aVerify, hash, timeAt } from '../support/objects.ts';

interface Case {
  readonly verify?: Partial<BatchVerify>;
  /** The record of the process as persisted. */
  readonly before?: Partial<ProcessRecord>;
  readonly node?: Partial<NodeFact>;
  /** Jobs beside that of the process, which ended at 50 s. */
  readonly jobs?: readonly JobFact[];
  readonly turn?: Partial<NodeInput>;
  readonly now?: number;
}

const NEW_KERNEL: Partial<NodeFact> = { info: { ...INFO, kernelVersion: '12.9-amd64' } };
const KERNEL = { kernelVersion: '$(BATON_VERSION)-*' };

function aVerified(verify: Partial<BatchVerify>): BatchProcess {
  const template = { spec: { containers: [] } };
  return { name: 'os', disruption: 'None', report: 'None', deadlineSeconds: 600, template, verify: aVerify(verify) };
}

/** A turn whose only process has ended well and is verified at 100 s. */
function advance({ verify = KERNEL, before, node: changes = {}, jobs = [], turn = {}, now = 100 }: Case): NodeResult {
  const node = inTurn('node-1', 'os-aaaa-1', changes);
  const batch = aBatch(['node-1'], { spec: { processes: [aVerified(verify)] } });
  const record = { name: 'os', state: 'Running', startTime: timeAt(0), ...before } as const;
  return advanceTurn(
    aNodeInput(batch, {
      before: { name: 'node-1', state: 'Upgrading', ...(before === undefined ? {} : { processes: [record] }) },
      jobs: [aJob('node-1', { outcome: 'Complete', completedTime: at(50) }), ...jobs],
      now: at(now),
      ...turn,
      node,
    }),
    node,
  );
}

/** What is on record of the process. */
function processOf(result: NodeResult): ProcessRecord | undefined {
  return result.record.processes?.[0];
}

const WAITING = { state: 'Verifying', endTime: timeAt(50), verifyDeadlineTime: timeAt(1000) } as const;
const HOLDING = { ...WAITING, verifyStableSinceTime: timeAt(90) } as const;

describe('A process with verify that has ended', () => {
  it('is verified while a check fails, and says which', () => {
    const result = advance({});
    expect(result.record).toMatchObject({ state: 'Verifying', message: 'kernelVersion is 12.8-amd64, wanted 12.9-*' });
    expect(processOf(result)).toMatchObject({ ...WAITING, startTime: timeAt(0), message: result.record.message });
    expect(result).toMatchObject({ commands: [], requeueAt: at(1001) });
  });

  it('is done at once when all checks pass and stableSeconds is 0', () => {
    const result = advance({ node: NEW_KERNEL });
    expect(processOf(result)).toEqual({
      name: 'os',
      state: 'Succeeded',
      attempt: 1,
      startTime: timeAt(0),
      endTime: timeAt(50),
      verifiedTime: timeAt(100),
    });
    expect(result.record).toMatchObject({ state: 'Succeeded', endTime: timeAt(100) });
    expect(result.commands.map(({ kind }) => kind)).toEqual(['CloseTurn']);
  });

  it('keeps its deadline in every pass', () => {
    expect(processOf(advance({ before: WAITING, now: 500 }))?.verifyDeadlineTime).toBe(timeAt(1000));
  });

  it('is not decided again when its Job is gone', () => {
    const turn = { jobs: [] };
    expect(advance({ before: WAITING, turn }).record.state).toBe('Verifying');
    expect(advance({ before: WAITING, node: NEW_KERNEL, turn }).record.state).toBe('Succeeded');
  });

  it('fails when a check does not pass in time: the message names the field, the wanted and the actual value', () => {
    const result = advance({ before: WAITING, now: 1001 });
    expect(result.record).toMatchObject({
      state: 'Failed',
      reason: 'VerifyFailed',
      message: 'kernelVersion is 12.8-amd64, wanted 12.9-*',
      quarantined: true,
      endTime: timeAt(1001),
    });
    expect(processOf(result)).toMatchObject({ state: 'Failed', reason: 'VerifyFailed' });
  });

  it('says how many other checks fail', () => {
    const verify = { ...KERNEL, nodeLabels: { bmc: '2' } };
    expect(advance({ verify, node: { ready: false } }).record.message).toBe('the node is not Ready (and 2 more)');
  });

  it('waits for the node to be Ready, whatever the versions are', () => {
    expect(advance({ node: { ...NEW_KERNEL, ready: false } }).record).toMatchObject({
      state: 'Verifying',
      message: 'the node is not Ready',
    });
  });
});

describe('verify.stableSeconds', () => {
  const verify = { ...KERNEL, stableSeconds: 60 };
  const holds = { verify, node: NEW_KERNEL };

  it('begins when all checks pass, and that is on record', () => {
    const result = advance(holds);
    expect(processOf(result)).toMatchObject({ ...WAITING, verifyStableSinceTime: timeAt(100) });
    expect(result.record.message).toBe('all checks pass since 08:01:40Z; they must pass for 60 s');
    expect(result.requeueAt).toBe(at(160));
  });

  it('continues from what is on record', () => {
    expect(processOf(advance({ ...holds, before: HOLDING, now: 149 }))).toMatchObject({
      state: 'Verifying',
      verifyStableSinceTime: timeAt(90),
    });
    expect(processOf(advance({ ...holds, before: HOLDING, now: 150 }))?.state).toBe('Succeeded');
  });

  it('starts again after a break', () => {
    const broken = processOf(advance({ verify, before: HOLDING, node: { ...NEW_KERNEL, ready: false }, now: 120 }));
    expect(broken).toMatchObject(WAITING);
    expect(broken?.verifyStableSinceTime).toBeUndefined();
  });

  it('never counts the part of a second before it began', () => {
    expect(processOf(advance({ ...holds, now: 100.4 }))?.verifyStableSinceTime).toBe(timeAt(101));
  });

  it('continues past the deadline while all checks pass, and a break ends it', () => {
    const late = { ...WAITING, verifyStableSinceTime: timeAt(980) };
    expect(advance({ ...holds, before: late, now: 1010 }).record.state).toBe('Verifying');
    expect(advance({ verify, before: late, now: 1010 }).record).toMatchObject({ state: 'Failed', reason: 'VerifyFailed' });
  });
});

describe('verify.job', () => {
  const template = { spec: { containers: [{ name: 'look', image: 'look:$(BATON_VERSION)' }] } };
  const looked = { verify: { ...KERNEL, jobTemplate: template, timeoutSeconds: 300 }, node: NEW_KERNEL };
  const look = (changes: Partial<JobFact>): JobFact => aJob('node-1', { process: 'os.verify', uid: 'uid-of-look', ...changes });
  const lookPod = anUpgradePod('node-1', { labels: { 'batch.kubernetes.io/controller-uid': 'uid-of-look' } });
  const name = jobName('uid-of-os-aaaa-1', 'uid-of-node-1', 'os.verify', 1, hash);

  it('is created when all other checks pass', () => {
    const [command] = advance(looked).commands;
    expect(command).toMatchObject({ kind: 'CreateJob', node: 'node-1', job: { metadata: { name } } });
    expect(advance({ ...looked, node: {} }).commands).toEqual([]);
  });

  it('has its own label, the environment of its process and the timeout of verify', () => {
    const batch = aBatch(['node-1']);
    const node = inTurn('node-1');
    const process = aVerified(looked.verify);
    const job = buildVerifyJob({ namespace: 'fleet', batch, process, node, attempt: 1, fromVersion: '12.8', hash });
    expect(job).toMatchObject({
      metadata: { name, labels: { 'baton.dev/process': 'os.verify' } },
      spec: { activeDeadlineSeconds: 300, template: { spec: { containers: [{ image: 'look:12.9' }] } } },
    });
    expect(JSON.stringify(job)).toContain('{"name":"BATON_PROCESS","value":"os"}');
  });

  it.each<readonly [string, Case, Partial<ProcessRecord>]>([
    ['is waited for', { jobs: [look({})] }, { state: 'Verifying', message: 'its verify Job is running' }],
    ['ends it with 0', { jobs: [look({ outcome: 'Complete' })] }, { state: 'Succeeded' }],
    [
      'fails it by its last words',
      {
        jobs: [look({ outcome: 'Failed' })],
        turn: { pods: [{ ...lookPod, terminated: { exitCode: 3, reason: 'Error', message: 'disk is read-only\n' } }] },
      },
      { state: 'Failed', reason: 'VerifyFailed', message: 'its verify Job failed: disk is read-only' },
    ],
    [
      'fails it by its exit code',
      {
        jobs: [look({ outcome: 'Failed' })],
        turn: { pods: [{ ...lookPod, terminated: { exitCode: 3, reason: 'Error', message: '' } }] },
      },
      { state: 'Failed', message: 'its verify Job failed: exit code 3' },
    ],
    [
      'fails it when it is refused',
      { turn: { jobRejections: new Map([[name, 'admission says no']]) } },
      { state: 'Failed', reason: 'VerifyFailed', message: 'its verify Job was rejected: admission says no' },
    ],
  ])('%s', (_, input, expected) => {
    const given = aJob('node-1', { outcome: 'Complete', completedTime: at(50) });
    const turn = input.turn === undefined ? {} : { turn: { jobs: [given, ...(input.jobs ?? [])], ...input.turn } };
    expect(processOf(advance({ ...looked, ...input, ...turn }))).toMatchObject(expected);
  });
});
