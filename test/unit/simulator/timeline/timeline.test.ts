import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch, UpgradeBatchStatus } from '../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanStatus } from '../../../../src/api/generated/upgradeplan.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import type { OnEvent } from '../../../../src/simulator/cluster/cluster-client.ts';
import { batchEvents } from '../../../../src/simulator/timeline/batch-events.ts';
import { planEvents } from '../../../../src/simulator/timeline/plan-events.ts';
import { recordTimeline } from '../../../../src/simulator/timeline/record-timeline.ts';

const TIME = '2026-01-05T08:00:00Z';

function plan(status: UpgradePlanStatus): UpgradePlan {
  return { metadata: { name: 'os', namespace: 'fleet', uid: 'p' }, status } as unknown as UpgradePlan;
}

function batch(status: UpgradeBatchStatus = {}): UpgradeBatch {
  const nodes = ['node-1', 'node-2', 'node-3'].map((name) => ({ name }));
  return { metadata: { name: 'os-7f3c-2', uid: 'b' }, spec: { plan: 'os', nodes }, status } as unknown as UpgradeBatch;
}

function condition(
  type: string,
  status: 'True' | 'False',
  reason: string,
  message = '',
): NonNullable<UpgradePlanStatus['conditions']>[number] {
  return { type, status, reason, message, lastTransitionTime: TIME };
}

function node(state: NodeRecord['state'], changes: Partial<NodeRecord> = {}): UpgradeBatchStatus {
  return { nodes: [{ name: 'node-1', state, ...changes }] };
}

describe('The timeline of a plan', () => {
  const paused = {
    summary: 'Paused',
    reason: 'BudgetExceeded',
    conditions: [condition('Stalled', 'True', 'BudgetExceeded', '1 failed')],
  } as const;
  const gate = { name: 'pages', sinceTime: TIME, observedTime: TIME, definition: 'd' };

  it.each([
    { what: 'the start', before: {}, now: { summary: 'Running', reason: 'BatchRunning' }, text: 'is Running' },
    { what: 'a pause with its cause', before: {}, now: paused, text: 'is Paused (BudgetExceeded): 1 failed' },
    {
      what: 'a stall',
      before: {},
      now: { conditions: [condition('RolloutStalled', 'True', 'DrainBlocked', 'blocked')] },
      text: 'makes no progress (DrainBlocked): blocked',
    },
    {
      what: 'a warning',
      before: {},
      now: { preflight: { observedGeneration: 1, warnings: [{ reason: 'NoBudget', message: 'no budget' }] } },
      text: 'warns before its next batch (NoBudget): no budget',
    },
    {
      what: 'an action',
      before: {},
      now: { history: [{ action: 'Resume', name: 'r', uid: 'u', requestedBy: 'anna', message: 'resumed', time: TIME }] },
      text: 'obeys Resume by anna: resumed',
    },
    {
      what: 'a gate that closes',
      before: {},
      now: { gates: [{ ...gate, state: 'Closed', message: '3 is more than 0' }] },
      text: 'sees its gate pages closed: 3 is more than 0',
    },
    {
      what: 'a gate that opens',
      before: { gates: [{ ...gate, state: 'Closed' }] },
      now: { gates: [{ ...gate, state: 'Open' }] },
      text: 'sees its gate pages open',
    },
    { what: 'the first agent', before: {}, now: { agent: 'node-3' }, text: 'has node-3 as its agent' },
    {
      what: 'the next agent',
      before: { agent: 'node-3' },
      now: { agent: 'node-7' },
      text: 'passes the baton from node-3 to node-7',
    },
  ] satisfies readonly { what: string; before: UpgradePlanStatus; now: UpgradePlanStatus; text: string }[])(
    'has $what',
    ({ before, now, text }) => {
      expect(planEvents(plan(before), plan(now)).map((event) => event.text)).toEqual([text]);
      expect(planEvents(plan(now), plan(now))).toEqual([]);
    },
  );

  it('leaves out what follows each other all the time', () => {
    const reasons = ['BatchRunning', 'BatonMoving', 'Notifying'].map((reason) => plan({ summary: 'Running', reason }));
    expect(planEvents(reasons[0], reasons[1]!)).toEqual([]);
  });
});

describe('The timeline of a batch', () => {
  const settled: UpgradeBatchStatus = {
    conditions: [condition('Settled', 'True', 'AllTerminal')],
    startTime: TIME,
    settledTime: '2026-01-05T08:38:00Z',
    summary: { succeeded: 2, failed: 1, skipped: 0 },
  };

  it.each([
    {
      what: 'a node that is upgraded',
      before: node('Verifying'),
      now: node('Succeeded', { startTime: TIME, endTime: '2026-01-05T08:06:10Z' }),
      text: 'is upgraded in 6 min 10 s',
    },
    {
      what: 'a node that failed',
      before: node('Upgrading'),
      now: node('Failed', { reason: 'JobFailed', message: 'exit code 1', quarantined: true }),
      text: 'failed (JobFailed: exit code 1); quarantined',
    },
    { what: 'a node that is skipped', before: {}, now: node('Skipped', { reason: 'NotReady' }), text: 'is skipped (NotReady)' },
    { what: 'an overdue node', before: node('Upgrading'), now: node('Upgrading', { overdue: true }), text: 'is overdue' },
    {
      what: 'another attempt',
      before: node('Upgrading', { processes: [{ name: 'os', state: 'Running', attempt: 1 }] }),
      now: node('Upgrading', { processes: [{ name: 'os', state: 'Running', attempt: 2 }] }),
      text: 'starts attempt 2',
    },
    { what: 'its end', before: {}, now: settled, text: 'ends after 38 min: 2 succeeded, 1 failed' },
    {
      what: 'an approval',
      before: {},
      now: { approved: { action: 'ok', approval: 'BeforeNext', requestedBy: 'anna', time: TIME } },
      text: 'is approved by anna (ok)',
    },
    {
      what: 'a notification that was rejected',
      before: {},
      now: { conditions: [condition('Notified', 'False', 'Refused', '403')] },
      text: 'is not notified (Refused): 403',
    },
  ] satisfies readonly { what: string; before: UpgradeBatchStatus; now: UpgradeBatchStatus; text: string }[])(
    'has $what',
    ({ before, now, text }) => {
      expect(batchEvents(batch(before), batch(now)).map((event) => event.text)).toEqual([text]);
      expect(batchEvents(batch(now), batch(now))).toEqual([]);
    },
  );

  it('begins with its nodes', () => {
    expect(batchEvents(undefined, batch())).toEqual([
      { kind: 'batch', plan: 'os', batch: 'os-7f3c-2', text: 'begins: 3 nodes: node-[1-3]' },
    ]);
  });

  it('leaves out the steps of a turn', () => {
    expect(batchEvents(batch(node('Pending')), batch(node('Draining')))).toEqual([]);
  });
});

describe('The recorder', () => {
  it('compares each version of an object with the one before', () => {
    const watches = new Map<string, OnEvent>();
    const stopped: string[] = [];
    const watch = (path: string, onEvent: OnEvent): (() => void) => {
      watches.set(path, onEvent);
      return () => void stopped.push(path);
    };
    let now = 1000;
    const recorder = recordTimeline({ client: { watch }, now: () => now });
    const change = (type: Parameters<OnEvent>[0], object: unknown): void =>
      watches.get('/apis/baton.dev/v1alpha1/upgradeplans')?.(type, object as KubeObject);
    change('ADDED', plan({ agent: 'node-1' }));
    now = 2000;
    change('MODIFIED', plan({ agent: 'node-2' }));
    expect(recorder.events.map(({ time, text }) => ({ time, text }))).toEqual([
      { time: 1000, text: 'has node-1 as its agent' },
      { time: 2000, text: 'passes the baton from node-1 to node-2' },
    ]);
    expect(recorder.current('/apis/baton.dev/v1alpha1/upgradeplans')).toHaveLength(1);
    change('DELETED', plan({}));
    expect(recorder.current('/apis/baton.dev/v1alpha1/upgradeplans')).toEqual([]);
    expect(recorder.current('/api/v1/nodes')).toBeUndefined();
    recorder.stop();
    expect(stopped).toHaveLength(2);
  });
});
