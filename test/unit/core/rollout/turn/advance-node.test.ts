import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import { advanceNode } from '../../../../../src/core/rollout/turn/advance-node.ts';
import type { NodeInput, NodeResult } from '../../../../../src/core/rollout/turn/node-input.ts';
import { aJob, aNode, aPod, aQuarantined, done, inTurn } from '../support/facts.ts';
import { aNodeInput } from '../support/node-input.ts';
import { aBatch, at, aTurn, timeAt } from '../support/objects.ts';

const PENDING: NodeRecord = { name: 'node-1', state: 'Pending' };
const FAILED: NodeRecord = {
  name: 'node-1',
  state: 'Failed',
  reason: 'JobFailed',
  message: 'disk full',
  endTime: timeAt(50),
  quarantined: true,
};
const PROCESS_DONE = { name: 'os', state: 'Succeeded', startTime: timeAt(5), endTime: timeAt(50) } as const;

function advance(changes: Partial<NodeInput>): NodeResult {
  const batch = changes.batch ?? aBatch(['node-1']);
  return advanceNode(aNodeInput(batch, { node: aNode('node-1'), reporterReady: true, reporterInstalled: false, ...changes }));
}

function kinds({ commands }: NodeResult): readonly string[] {
  return commands.map((command) => command.kind);
}

describe('A node that waits for its turn', () => {
  it('stays as it is', () => {
    expect(advance({})).toEqual({ record: PENDING, commands: [] });
  });

  it('is skipped when it is gone, or another Node has its name', () => {
    expect(advance({ node: undefined }).record).toEqual({
      ...PENDING,
      state: 'Skipped',
      reason: 'NodeDeleted',
      message: 'the Node is gone',
      endTime: timeAt(100),
    });
  });

  it('is left alone while another plan has it', () => {
    expect(advance({ node: aNode('node-1', { claim: 'another' }) })).toEqual({ record: PENDING, commands: [] });
  });

  it('is left alone while another batch of its plan has it', () => {
    expect(advance({ node: inTurn('node-1', 'os-aaaa-9') })).toEqual({ record: PENDING, commands: [] });
  });

  it('has succeeded when its release was written and the record was not: the mark names this batch', () => {
    const before: NodeRecord = {
      ...PENDING,
      state: 'Upgrading',
      message: 'busy',
      processes: [{ name: 'os', state: 'Running', message: '40%' }],
    };
    const { record, commands } = advance({ before, node: done('node-1') });
    expect(commands).toEqual([]);
    expect(record).toEqual({
      name: 'node-1',
      state: 'Succeeded',
      endTime: '2026-11-22T08:05:00Z',
      processes: [{ name: 'os', state: 'Succeeded', endTime: '2026-11-22T08:05:00Z' }],
    });
  });

  it('was verified, when its release was written while it was being verified', () => {
    const [ended, until] = ['2026-11-22T08:03:00Z', '2026-11-22T08:09:00Z'];
    const process = { name: 'os', state: 'Verifying', message: 'its verify Job is running', endTime: ended } as const;
    const before: NodeRecord = {
      ...PENDING,
      state: 'Verifying',
      processes: [{ ...process, verifyDeadlineTime: until, verifyStableSinceTime: ended }],
    };
    expect(advance({ before, node: done('node-1') }).record.processes).toEqual([
      { name: 'os', state: 'Succeeded', endTime: ended, verifiedTime: '2026-11-22T08:05:00Z' },
    ]);
  });

  it('has not succeeded by the mark of another batch', () => {
    expect(advance({ node: done('node-1', 'os-aaaa-9') }).record).toEqual(PENDING);
  });
});

describe('A node that is drained', () => {
  const node = inTurn('node-1');
  const pods = [aPod('shop-1', 'node-1')];

  it('evicts its Pods and says so', () => {
    const result = advance({ node, pods });
    expect(kinds(result)).toEqual(['Evict']);
    expect(result.record).toEqual({ name: 'node-1', state: 'Draining', startTime: timeAt(0), message: '1 Pod to go' });
    expect(result.requeueAt).toBe(at(101));
  });

  it('names the Pod, its budget, and since when it holds the drain up', () => {
    const evictionAnswers = new Map([['uid-of-shop-1', { rejection: { message: '', budget: 'shop' }, askAgainMs: 5000 }]]);
    const { record, commands } = advance({ node, pods, evictionAnswers });
    expect(record.drain).toEqual({ pod: 'shop/shop-1', budget: 'shop', blockedSinceTime: timeAt(100) });
    expect(record.message).toBe('since 2026-11-22T08:01:40Z: PodDisruptionBudget shop holds Pod shop/shop-1');
    expect(commands).toEqual([]);
  });

  it('fails without quarantine when that takes longer than the process may', () => {
    const { record, commands } = advance({ node, pods, now: at(601) });
    expect(record).toMatchObject({
      state: 'Failed',
      reason: 'DrainTimeout',
      message: 'not drained within 600 s: Pod shop/shop-1 is still there',
    });
    expect(record).not.toHaveProperty('quarantined');
    expect(commands).toEqual([]);
  });

  it('is not drained for processes that disrupt nothing', () => {
    const batch = aBatch(['node-1']);
    const quiet = {
      ...batch,
      spec: { ...batch.spec, processes: batch.spec.processes.map((process) => ({ ...process, disruption: 'None' as const })) },
    };
    expect(kinds(advance({ batch: quiet, node, pods }))).toEqual(['CreateJob']);
  });

  it('is not drained again once its upgrade has begun', () => {
    expect(kinds(advance({ node, pods, jobs: [aJob('node-1')] }))).toEqual([]);
    expect(kinds(advance({ node, pods, before: { ...PENDING, processes: [PROCESS_DONE] } }))).toEqual(['CloseTurn']);
  });

  it('is not upgraded when the plan was deleted before its upgrade began', () => {
    expect(advance({ node, pods, deleting: true })).toEqual({
      record: {
        name: 'node-1',
        state: 'NotAttempted',
        reason: 'PlanDeleted',
        message: 'the plan was deleted',
        endTime: timeAt(100),
      },
      commands: [],
    });
  });

  it('is upgraded to the end when the plan is deleted after its upgrade began', () => {
    expect(advance({ node, deleting: true, jobs: [aJob('node-1')] }).record.state).toBe('Upgrading');
  });
});

describe('A node that failed', () => {
  it('is quarantined once the failure is on record, with what a person needs to know', () => {
    const node = inTurn('node-1', 'os-aaaa-1', {
      turn: aTurn('os-aaaa-1', { before: { unschedulable: true, bootId: 'boot-1', kept: [] } }),
    });
    const { commands, record } = advance({ before: FAILED, node });
    expect(record).toEqual(FAILED);
    expect(commands).toMatchObject([
      {
        kind: 'Quarantine',
        quarantine: {
          plan: 'os',
          planUid: 'uid-of-os',
          batch: 'os-aaaa-1',
          reason: 'JobFailed',
          message: 'disk full',
          since: timeAt(50),
          unschedulableBefore: true,
        },
      },
    ]);
  });

  it('is released without a mark when its upgrade had not begun', () => {
    const { quarantined: _quarantined, ...before } = FAILED;
    expect(advance({ before, node: inTurn('node-1') }).commands).toMatchObject([{ kind: 'CloseTurn', done: undefined }]);
  });

  it.each([
    ['cordoned before its turn, and is', true, true],
    ['uncordoned in its turn, though cordoned before', false, false],
  ])('is left after its quarantine as people want it: %s', (_, unschedulable, unschedulableBefore) => {
    const turn = aTurn('os-aaaa-1', { before: { unschedulable: true, bootId: 'boot-1', kept: [] } });
    const { commands } = advance({ before: FAILED, node: inTurn('node-1', 'os-aaaa-1', { turn, unschedulable }) });
    expect(commands).toMatchObject([{ kind: 'Quarantine', quarantine: { unschedulableBefore } }]);
  });

  it('stays quarantined on record while the Node is', () => {
    expect(advance({ before: FAILED, node: aQuarantined('node-1') }).record).toEqual(FAILED);
  });

  it.each([
    ['it was released', aNode('node-1')],
    ['another plan has quarantined it', aQuarantined('node-1', { planUid: 'another' })],
    ['it is gone', undefined],
  ])('is not quarantined on record any more when %s', (_, node) => {
    expect(advance({ before: FAILED, node }).record).not.toHaveProperty('quarantined');
  });
});

describe('A node with its outcome whose turn is still open', () => {
  it('is released with the mark when it succeeded', () => {
    const before: NodeRecord = { ...PENDING, state: 'Succeeded', endTime: timeAt(50) };
    expect(advance({ before, node: inTurn('node-1') }).commands).toMatchObject([
      { kind: 'CloseTurn', done: { revision: 'aaaa1111', version: '12.9', batch: 'os-aaaa-1', time: timeAt(50) } },
    ]);
  });

  it.each(['Skipped', 'NotAttempted'] as const)('is released without a mark when it was %s', (state) => {
    expect(advance({ before: { ...PENDING, state }, node: inTurn('node-1') }).commands).toMatchObject([
      { kind: 'CloseTurn', done: undefined },
    ]);
  });
});

describe('A node that is deleted', () => {
  it('in its turn is skipped with what it had done', () => {
    const before: NodeRecord = {
      ...PENDING,
      state: 'Upgrading',
      startTime: timeAt(0),
      message: 'busy',
      overdue: true,
      processes: [{ name: 'os', state: 'Running' }],
    };
    expect(advance({ before, node: undefined }).record).toEqual({
      name: 'node-1',
      state: 'Skipped',
      reason: 'NodeDeleted',
      message: 'the Node was deleted during its turn',
      startTime: timeAt(0),
      endTime: timeAt(100),
      processes: [{ name: 'os', state: 'Running' }],
    });
  });
});
