import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, Receipt, UpgradeBatch, UpgradeBatchStatus } from '../../../../../../src/api/generated/upgradebatch.ts';
import { findCondition } from '../../../../../../src/core/condition.ts';
import { isSettled, outstandingSinks } from '../../../../../../src/core/rollout/records/settled.ts';
import { batchStatus } from '../../../../../../src/core/rollout/status/batch/batch-status.ts';
import type { DecisionInput, PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { markNotAttempted } from '../../../../../../src/core/rollout/turn/mark-not-attempted.ts';
import { aLease, aNode, aSnapshot, byName, inTurn, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus, timeAt } from '../../support/objects.ts';

function inputOf(snapshot: Partial<PlanSnapshot>, now = 100): DecisionInput {
  return { snapshot: aSnapshot(snapshot), now: at(now), settings: SETTINGS, hash };
}

interface Case {
  readonly batch?: UpgradeBatch;
  readonly records?: readonly NodeRecord[];
  readonly snapshot?: Partial<PlanSnapshot>;
  readonly now?: number;
  readonly downNow?: number;
  readonly agentProblem?: string;
}

function statusOf({
  batch = aBatch(['node-1', 'node-2']),
  records = [],
  snapshot = {},
  now,
  downNow = 0,
  agentProblem,
}: Case): UpgradeBatchStatus {
  return batchStatus({
    input: inputOf(snapshot, now),
    batch,
    records: new Map(records.map((record) => [record.name, record])),
    downNow,
    outlook: () => ({ next: 'Done', message: 'as it is now' }),
    hasEnded: () => true,
    agentProblem,
    rollout: [],
    budget: { exceeded: false, failed: 0, maxFailed: 0, batch: undefined, message: '', brief: '' },
  });
}

const SUCCEEDED: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Succeeded', startTime: timeAt(10) },
  { name: 'node-2', state: 'Succeeded', startTime: timeAt(5) },
];
const ID = 'uid-of-os-aaaa-1/1';
const delivered = (changes: Partial<Receipt> = {}): Receipt => ({
  sink: 'ops',
  id: ID,
  outcome: 'Delivered',
  time: timeAt(90),
  node: 'node-1',
  ...changes,
});

describe('A batch settles', () => {
  it('when every node has its outcome and none is in its turn', () => {
    const status = statusOf({ records: SUCCEEDED });
    expect(findCondition(status.conditions, 'Settled')).toMatchObject({
      status: 'True',
      reason: 'AllTerminal',
      message: 'all 2 nodes have their outcome',
    });
    expect(status).toMatchObject({ settledTime: timeAt(100), outlook: { message: 'as it is now' }, startTime: timeAt(5) });
  });

  it.each<readonly [string, Case]>([
    ['a node waits', { records: SUCCEEDED.slice(1) }],
    [
      'a node is in its turn, although its outcome is known',
      { records: SUCCEEDED, snapshot: { nodes: byName(inTurn('node-2')) } },
    ],
  ])('not while %s', (_, input) => {
    const status = statusOf(input);
    expect(findCondition(status.conditions, 'Settled')).toMatchObject({ status: 'False', reason: 'InProgress' });
    expect(findCondition(status.conditions, 'Notified')).toMatchObject({ status: 'False', reason: 'NotSettled' });
    expect(status).not.toHaveProperty('notification');
    expect(status).not.toHaveProperty('outlook');
  });

  it('once: neither the time nor the outlook changes afterwards', () => {
    const batch = aBatch(['node-1', 'node-2'], {
      status: settledStatus(SUCCEEDED, { outlook: { next: 'NextBatch', message: 'as it was' } }),
    });
    expect(statusOf({ batch, records: SUCCEEDED })).toMatchObject({ settledTime: timeAt(0), outlook: { message: 'as it was' } });
  });
});

describe('The summary of a batch', () => {
  it('counts its nodes by outcome', () => {
    const states = ['Succeeded', 'Failed', 'Skipped', 'NotAttempted', 'Upgrading'] as const;
    const records = states.map((state, i): NodeRecord => ({
      name: `node-${i + 1}`,
      state,
      ...(state === 'Upgrading' ? { overdue: true } : {}),
    }));
    const status = statusOf({
      batch: aBatch(records.map((record) => record.name)),
      records,
      snapshot: { nodes: byName(inTurn('node-5')) },
    });
    expect(status.summary).toMatchObject({
      nodes: 5,
      succeeded: 1,
      failed: 1,
      skipped: 1,
      notAttempted: 1,
      running: 1,
      overdue: 1,
    });
  });

  it('keeps the maximum number of nodes that were down during the batch', () => {
    const running = { nodes: byName(inTurn('node-1')) };
    expect(statusOf({ snapshot: running, downNow: 3 }).summary?.peakUnavailable).toBe(3);
    const batch = aBatch(['node-1', 'node-2'], { status: { summary: { peakUnavailable: 4 } } });
    expect(statusOf({ batch, snapshot: running, downNow: 3 }).summary?.peakUnavailable).toBe(4);
    expect(statusOf({ downNow: 3 }).summary?.peakUnavailable).toBe(0);
  });

  it('names the node whose agent sends for the batch, and later the node that did', () => {
    expect(statusOf({ snapshot: { lease: aLease('node-2') } }).agent).toBe('node-2');
    const batch = aBatch(['node-1', 'node-2'], { status: { agent: 'node-2' } });
    expect(statusOf({ batch, snapshot: { lease: aLease('node-9', { batchUid: 'next' }) } }).agent).toBe('node-2');
  });
});

describe('The outbox of a batch', () => {
  const lease = (...receipts: Receipt[]): Partial<PlanSnapshot> => ({ lease: aLease('node-1', { receipts }) });

  it('names every sink of the plan, under an id that never changes', () => {
    expect(statusOf({ records: SUCCEEDED }).notification).toEqual({ id: ID, sinks: ['ops'], receipts: [] });
  });

  it('copies a receipt from the Lease, and is then Notified', () => {
    const status = statusOf({ records: SUCCEEDED, snapshot: lease(delivered()) });
    expect(status.notification?.receipts).toEqual([delivered()]);
    expect(findCondition(status.conditions, 'Notified')).toMatchObject({ status: 'True', reason: 'Delivered' });
  });

  it.each<readonly [string, Receipt]>([
    ['of another batch', delivered({ id: 'other/1' })],
    ['of a sink that does not get the message', delivered({ sink: 'chat' })],
  ])('copies no receipt %s', (_, receipt) => {
    expect(statusOf({ records: SUCCEEDED, snapshot: lease(receipt) }).notification?.receipts).toEqual([]);
  });

  it('copies a receipt once, and keeps the first one', () => {
    const notification = outboxOf('os-aaaa-1', 'node-1');
    const batch = aBatch(['node-1', 'node-2'], { status: settledStatus(SUCCEEDED, { notification }) });
    const again = delivered({ outcome: 'Failed', node: 'node-2' });
    expect(statusOf({ batch, records: SUCCEEDED, snapshot: lease(again) }).notification).toEqual(notification);
  });

  it('ignores receipts of other messages of the batch for the final one', () => {
    const alert = delivered({ id: 'uid-of-os-aaaa-1/2' });
    const raised = { id: alert.id, time: timeAt(1), action: 'None', causes: [], next: '' } as const;
    const notification = { ...outboxOf('os-aaaa-1'), alerts: [raised], receipts: [alert] };
    const batch = aBatch(['node-1', 'node-2'], { status: settledStatus(SUCCEEDED, { notification }) });
    expect(outstandingSinks(batch)).toEqual(['ops']);
    const status = statusOf({ batch, records: SUCCEEDED, snapshot: lease(delivered()) });
    expect(status.notification?.receipts).toEqual([alert, delivered()]);
    expect(findCondition(statusOf({ batch, records: SUCCEEDED }).conditions, 'Notified')?.reason).toBe('Pending');
  });

  it('keeps the sinks that were decided when it settled', () => {
    const batch = aBatch(['node-1', 'node-2'], { status: settledStatus(SUCCEEDED, { notification: outboxOf('os-aaaa-1') }) });
    expect(
      statusOf({ batch, records: SUCCEEDED, snapshot: { plan: aPlan({ notify: { sinks: [] } }) } }).notification?.sinks,
    ).toEqual(['ops']);
  });

  it.each<{ readonly title: string; readonly changes: Partial<Receipt>; readonly reason: string; readonly message: string }>([
    {
      title: 'refused',
      changes: { outcome: 'Failed', reason: 'Refused', message: 'HTTP 410' },
      reason: 'Refused',
      message: 'ops: HTTP 410',
    },
    {
      title: 'without a Secret',
      changes: { outcome: 'Failed', reason: 'SecretMissing', message: 'no key' },
      reason: 'SecretMissing',
      message: 'ops: no key',
    },
    {
      title: 'failed with an unknown reason',
      changes: { outcome: 'Failed', reason: 'Teapot' },
      reason: 'Refused',
      message: 'ops: Teapot',
    },
  ])('reports permanently that it was $title', ({ changes, reason, message }) => {
    const status = statusOf({ records: SUCCEEDED, snapshot: lease(delivered(changes)) });
    expect(findCondition(status.conditions, 'Notified')).toMatchObject({ status: 'False', reason, message });
  });

  it.each<readonly [string, Case, string]>([
    ['is on its way', {}, 'Pending'],
    ['has no node that can hold the baton', { agentProblem: 'no node of the plan can hold the baton' }, 'NoEligibleAgent'],
    ['has no sinks', { snapshot: { plan: aPlan({ notify: { sinks: [] } }) } }, 'NoSinks'],
  ])('says that it %s', (_, input, reason) => {
    expect(findCondition(statusOf({ records: SUCCEEDED, ...input }).conditions, 'Notified')?.reason).toBe(reason);
  });
});

describe('Giving up', () => {
  const day = 24 * 3600;
  const batch = aBatch(['node-1', 'node-2'], { status: settledStatus(SUCCEEDED, { notification: outboxOf('os-aaaa-1') }) });
  const deleted = { plan: aPlan({}, { deletionTimestamp: timeAt(1000) }) };
  it.each<{ readonly title: string; readonly snapshot: Partial<PlanSnapshot>; readonly now: number; readonly gone: boolean }>([
    { title: 'not within a day', snapshot: {}, now: day, gone: false },
    { title: 'after a day', snapshot: {}, now: day + 1, gone: true },
    { title: 'not within five minutes of the deletion', snapshot: deleted, now: 1300, gone: false },
    { title: 'after five minutes of the deletion', snapshot: deleted, now: 1301, gone: true },
  ])('$title', ({ snapshot, now, gone }) => {
    const status = statusOf({ batch, records: SUCCEEDED, snapshot, now });
    expect(status.notification?.receipts?.map((receipt) => receipt.reason)).toEqual(gone ? ['GivenUp'] : []);
    expect(findCondition(status.conditions, 'Notified')?.reason).toBe(gone ? 'GivenUp' : 'Pending');
  });

  it('does not change delivered messages', () => {
    const delivered = aBatch(['node-1'], { status: settledStatus([], { notification: outboxOf('os-aaaa-1', 'node-1') }) });
    expect(statusOf({ batch: delivered, now: day + 1 }).notification?.receipts).toMatchObject([{ outcome: 'Delivered' }]);
  });
});

it('Nodes that will have no turn are not attempted; those with an outcome or in their turn stay as they are', () => {
  const batch = aBatch(['node-1', 'node-2', 'node-3']);
  const input = inputOf({ nodes: byName(aNode('node-1'), inTurn('node-2'), aNode('node-3')) });
  const records = new Map<string, NodeRecord>([
    ['node-1', { name: 'node-1', state: 'Pending' }],
    ['node-2', { name: 'node-2', state: 'Upgrading' }],
    ['node-3', { name: 'node-3', state: 'Succeeded' }],
  ]);
  const ended = markNotAttempted(input, batch, records, { reason: 'BudgetExceeded', message: '1 failed, budget 0' });
  expect([...ended.values()]).toEqual([
    { name: 'node-1', state: 'NotAttempted', reason: 'BudgetExceeded', message: '1 failed, budget 0', endTime: timeAt(100) },
    { name: 'node-2', state: 'Upgrading' },
    { name: 'node-3', state: 'Succeeded' },
  ]);
});

it('A batch without a status is not settled and has nothing to deliver', () => {
  expect(isSettled(aBatch(['node-1']))).toBe(false);
  expect(outstandingSinks(aBatch(['node-1']))).toEqual([]);
  expect(outstandingSinks(aBatch([], { status: { notification: outboxOf('os-aaaa-1') } }))).toEqual(['ops']);
});
