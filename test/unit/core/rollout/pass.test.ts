import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { decide } from '../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../src/core/rollout/model/snapshot.ts';
import { aJob, aLease, anAgent, aNode, aSnapshot, byName, inTurn, SETTINGS } from './support/facts.ts';
import { aBatch, aPlan, aProcess, anAction, at, hash, outboxOf, settledStatus } from './support/objects.ts';

function pass(snapshot: Partial<PlanSnapshot>, now = 100): Decision {
  return decide({ snapshot: aSnapshot(snapshot), now: at(now), settings: SETTINGS, hash });
}

function kinds(snapshot: Partial<PlanSnapshot>, now?: number): readonly string[] {
  return pass(snapshot, now).commands.map((command) => command.kind);
}

/** An open batch of two nodes whose agent on node-3 lives: node-1 is next. */
const OPEN: Partial<PlanSnapshot> = {
  batches: [aBatch(['node-1', 'node-2'])],
  nodes: byName(aNode('node-1'), aNode('node-2'), aNode('node-3')),
  lease: aLease('node-3'),
  agentPods: [anAgent('node-3')],
};
const FAILED: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Failed' },
  { name: 'node-2', state: 'Pending' },
];
const failing: UpgradeBatch = aBatch(['node-1', 'node-2'], { status: { nodes: FAILED } });

describe('A turn of the open batch', () => {
  it('is opened', () => {
    expect(kinds(OPEN)).toEqual(['OpenTurn']);
  });

  it.each<readonly [string, Partial<PlanSnapshot>]>([
    ['while the plan is paused', { plan: aPlan({ paused: true }) }],
    ['while its templates are rejected', { validation: { kind: 'Refused', message: 'no' } }],
    ['while its templates could not be tried', { validation: { kind: 'Pending', message: 'later' } }],
    ['past the failure budget', { batches: [failing] }],
    ['for a version that the plan has left', { revision: 'another' }],
    ['for a plan that is being deleted', { plan: aPlan({}, { deletionTimestamp: '2026-11-22T08:01:00Z' }) }],
  ])('is not opened %s', (_, changes) => {
    expect(kinds({ ...OPEN, ...changes })).not.toContain('OpenTurn');
  });

  it.each<readonly [string, Partial<PlanSnapshot>, string]>([
    ['past the failure budget', { batches: [failing] }, 'BudgetExceeded'],
    ['when the plan has moved on', { revision: 'another' }, 'Superseded'],
    ['when the plan is deleted', { plan: aPlan({}, { deletionTimestamp: '2026-11-22T08:01:00Z' }) }, 'PlanDeleted'],
  ])('never comes %s, and that is on record', (_, changes, reason) => {
    const records = pass({ ...OPEN, ...changes }).batchStatuses.get('os-aaaa-1')?.nodes;
    expect(records?.at(-1)).toMatchObject({ name: 'node-2', state: 'NotAttempted', reason });
  });

  it('stays pending while a person pauses the plan', () => {
    const records = pass({ ...OPEN, plan: aPlan({ paused: true }) }).batchStatuses.get('os-aaaa-1')?.nodes;
    expect(records?.map((record) => record.state)).toEqual(['Pending', 'Pending']);
  });

  it.each<readonly [string, Partial<PlanSnapshot>]>([
    ['while the plan is paused', { plan: aPlan({ paused: true }) }],
    ['past the failure budget', { batches: [failing] }],
    ['for a version that the plan has left', { revision: 'another' }],
  ])('is finished once open, even %s', (_, changes) => {
    const nodes = byName(aNode('node-1'), inTurn('node-2'), aNode('node-3'));
    expect(kinds({ ...OPEN, nodes, ...changes })).toContain('CreateJob');
  });

  it('counts a failure that is seen now before it is on record', () => {
    const job = aJob('node-1', { outcome: 'Failed', failedTime: at(90), reason: 'BackoffLimitExceeded' });
    const decision = pass({
      ...OPEN,
      plan: aPlan({ maxUnavailable: 2 }),
      nodes: byName(inTurn('node-1'), aNode('node-2')),
      jobs: [job],
    });
    expect(decision.commands.map((command) => command.kind)).not.toContain('OpenTurn');
    expect(decision.batchStatuses.get('os-aaaa-1')?.nodes?.map((record) => record.state)).toEqual(['Failed', 'NotAttempted']);
  });
});

describe('A batch that has no agent yet', () => {
  const without = { ...OPEN, lease: aLease(), agentPods: [] };
  it.each<{ readonly title: string; readonly snapshot: Partial<PlanSnapshot>; readonly now: number; readonly opens: boolean }>([
    { title: 'waits for one', snapshot: without, now: 30, opens: false },
    { title: 'waits for 30 s only: no sink may stop an upgrade', snapshot: without, now: 31, opens: true },
    {
      title: 'waits while the agent sends for another batch',
      snapshot: { ...without, lease: aLease('node-3', { batchUid: 'another' }) },
      now: 30,
      opens: false,
    },
    {
      title: 'does not wait when there are no sinks',
      snapshot: { ...without, plan: aPlan({ notify: { sinks: [] } }) },
      now: 1,
      opens: true,
    },
  ])('$title', ({ snapshot, now, opens }) => {
    expect(kinds(snapshot, now).includes('OpenTurn')).toBe(opens);
  });

  it('without sinks still gets one to deliver the notifications of earlier batches', () => {
    const untold = aBatch(['node-3'], { status: settledStatus([], { notification: outboxOf('os-aaaa-1') }) });
    const open = aBatch(['node-1', 'node-2'], { name: 'os-aaaa-2', spec: { index: 2 } });
    const batches = [untold, open];
    expect(kinds({ ...without, batches, plan: aPlan({ notify: { sinks: [] } }) })).toContain('CreateAgentPod');
  });

  it('gets a Lease first', () => {
    const { lease: _lease, ...rest } = without;
    expect(kinds(rest, 1)).toEqual(['PrepareNamespace']);
  });
});

describe('The next batch', () => {
  const done: readonly NodeRecord[] = [{ name: 'node-1', state: 'Succeeded' }];
  const told = aBatch(['node-1'], { status: settledStatus(done, { notification: outboxOf('os-aaaa-1', 'node-1') }) });
  const untold = aBatch(['node-1'], { status: settledStatus(done, { notification: outboxOf('os-aaaa-1') }) });
  const held = { lease: aLease('node-1'), agentPods: [anAgent('node-1')] };
  const nodes = byName(aNode('node-1'), aNode('node-2'));
  it.each<{ readonly title: string; readonly snapshot: Partial<PlanSnapshot>; readonly now: number; readonly made: boolean }>([
    { title: 'follows when the last notification is delivered', snapshot: { nodes, batches: [told] }, now: 1, made: true },
    {
      title: 'waits for the last notification to be delivered',
      snapshot: { nodes, batches: [untold], ...held },
      now: 29,
      made: false,
    },
    { title: 'waits for that 30 s at most', snapshot: { nodes, batches: [untold], ...held }, now: 30, made: true },
    { title: 'waits while one is open', snapshot: { nodes, batches: [aBatch(['node-1'])], ...held }, now: 1, made: false },
    {
      title: 'is not made while the plan is paused',
      snapshot: { nodes, batches: [told], plan: aPlan({ paused: true }) },
      now: 1,
      made: false,
    },
    {
      title: 'is not made while its templates are rejected',
      snapshot: { nodes, batches: [told], validation: { kind: 'Refused', message: 'no' } },
      now: 1,
      made: false,
    },
    {
      title: 'is not made past the failure budget',
      snapshot: { nodes, batches: [aBatch(['node-1'], { status: settledStatus([FAILED[0]!]) })] },
      now: 1,
      made: false,
    },
    {
      title: 'is not made for a plan that is being deleted',
      snapshot: { nodes, batches: [told], plan: aPlan({}, { deletionTimestamp: '2026-11-22T08:00:00Z' }) },
      now: 1,
      made: false,
    },
  ])('$title', ({ snapshot, now, made }) => {
    expect(kinds(snapshot, now).includes('CreateBatch')).toBe(made);
  });

  it('is made once a Resume is on record, not when it is only asked for', () => {
    const failed = aBatch(['node-1'], { status: settledStatus([FAILED[0]!]) });
    const actions = [anAction({ action: 'Resume', batch: 'os-aaaa-1' }, 'go-on')];
    const asked = pass({ nodes, batches: [failed], actions });
    expect(asked.commands).toEqual([]);
    const resumed = { ...failed, status: asked.batchStatuses.get('os-aaaa-1')! };
    expect(resumed.status.resumed).toMatchObject({ action: 'go-on' });
    const done = pass({ nodes, batches: [resumed], actions });
    expect(done.commands.map(({ kind }) => kind)).toContain('CreateBatch');
    const plan = { ...aPlan(), status: done.planStatus! };
    expect(plan.status.history).toMatchObject([{ action: 'Resume', name: 'go-on' }]);
    expect(kinds({ plan, nodes, batches: [resumed], actions })).toContain('AnswerAction');
  });
});

describe('When no batch is open', () => {
  const batches = (first: string | undefined, second: string | undefined): readonly UpgradeBatch[] =>
    [first, second].map((sender, i) => {
      const name = `os-aaaa-${i + 1}`;
      return aBatch([], { name, spec: { index: i + 1 }, status: settledStatus([], { notification: outboxOf(name, sender) }) });
    });
  const held = { agentPods: [anAgent('node-1')], nodes: byName(aNode('node-1')), plan: aPlan({ paused: true }) };
  const leaseFor = (index: number): Partial<PlanSnapshot> => ({
    lease: aLease('node-1', { batchUid: `uid-of-os-aaaa-${index}` }),
  });
  it.each<readonly [string, Partial<PlanSnapshot>, readonly string[]]>([
    [
      'the agent of the last batch delivers what is left of an earlier one',
      { batches: batches(undefined, 'node-1'), ...leaseFor(2) },
      [],
    ],
    [
      'a batch with undelivered notifications gets an agent',
      { batches: batches('node-1', undefined), ...leaseFor(1) },
      ['CreateAgentPod'],
    ],
    [
      'the agent is deleted when all notifications are delivered',
      { batches: batches('node-1', 'node-1'), ...leaseFor(2) },
      ['DeleteAgentPod'],
    ],
  ])('%s', (_, changes, expected) => {
    expect(kinds({ ...held, ...changes })).toEqual(expected);
  });
});

it('The status is never ahead: a turn that is opened in this pass is not in it', () => {
  const decision = pass(OPEN);
  expect(decision.planStatus?.counts?.running).toBe(0);
  expect(decision.batchStatuses.get('os-aaaa-1')).toMatchObject({
    summary: { running: 0 },
    nodes: [{ state: 'Pending' }, { state: 'Pending' }],
  });
});

it('A plan with several processes says so in one batch', () => {
  const plan = aPlan({ processes: [aProcess({ name: 'firmware' }), aProcess()] });
  const [command] = pass({ plan, nodes: byName(aNode('node-1')) }).commands;
  expect(command).toMatchObject({ kind: 'CreateBatch', batch: { spec: { nodes: [{ processes: ['firmware', 'os'] }] } } });
});
