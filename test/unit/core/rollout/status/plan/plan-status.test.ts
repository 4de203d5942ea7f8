import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../../../../../src/api/generated/upgradeplan.ts';
import { failureBudget } from '../../../../../../src/core/rollout/fleet/budget.ts';
import { decidedEnd } from '../../../../../../src/core/rollout/fleet/rollout-end.ts';
import { surveyFleet } from '../../../../../../src/core/rollout/fleet/fleet.ts';
import { holdStart } from '../../../../../../src/core/rollout/holds/holds.ts';
import type { Hold } from '../../../../../../src/core/rollout/model/hold.ts';
import type { PlanStatusInput } from '../../../../../../src/core/rollout/status/plan/plan-status-input.ts';
import { planStatus } from '../../../../../../src/core/rollout/status/plan/plan-status.ts';
import type { PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, aQuarantined, aSnapshot, byName, done, inTurn, SETTINGS } from '../../support/facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, settledStatus, timeAt } from '../../support/objects.ts';

type Case = Partial<PlanSnapshot> & { readonly view?: Partial<PlanStatusInput> };

function statusOf({ view = {}, ...changes }: Case): UpgradePlanStatus {
  const snapshot = aSnapshot(changes);
  const fleet = surveyFleet(snapshot);
  const open = snapshot.batches.find((batch) => batch.status?.settledTime === undefined);
  const found = { input: { snapshot, now: at(100), settings: SETTINGS, hash }, fleet, budget: failureBudget(snapshot, fleet) };
  return planStatus({
    ...found,
    open,
    hold: holdStart(found),
    control: { pausedBy: undefined, ended: decidedEnd(found.input, found.budget), rollback: undefined, history: [] },
    agentProblem: undefined,
    preflight: undefined,
    prePull: undefined,
    gates: [],
    references: new Map(),
    movement: undefined,
    ...view,
  });
}

/** The conditions as `type=status`, and the reason that all of the verdict share. */
function conditionsOf(status: UpgradePlanStatus): readonly string[] {
  return (status.conditions ?? []).map((condition) => `${condition.type}=${condition.status}`);
}

function past(records: readonly NodeRecord[], notification = outboxOf('os-aaaa-1', 'node-1')): UpgradeBatch {
  return aBatch(
    records.map((record) => record.name),
    { status: settledStatus(records, { notification }) },
  );
}

const NODES = byName(aNode('node-1'), aNode('node-2'));
const BOTH: readonly NodeRecord[] = [
  { name: 'node-1', state: 'Succeeded' },
  { name: 'node-2', state: 'Succeeded' },
];
const ONE_FAILED: readonly NodeRecord[] = [BOTH[0]!, { name: 'node-2', state: 'Failed' }];
const ONE_SKIPPED: readonly NodeRecord[] = [BOTH[0]!, { name: 'node-2', state: 'Skipped', reason: 'NotReady' }];
const generous = aPlan({ failure: { maxFailed: 5 } });
const OPEN = [aBatch(['node-1', 'node-2'])];
const aHold = (reason: Hold['reason'], message = 'why', kind: Hold['kind'] = 'Stalled'): Hold => ({
  reason,
  message,
  summary: reason === 'Notifying' ? 'Running' : 'Waiting',
  kind,
});

describe('The verdict on a plan', () => {
  const held = { hold: aHold('MaxUnavailableReached', 'down: node-9 (NotReady)') };
  it.each<readonly [string, Case, string, string]>([
    ['every node is done', { nodes: NODES, batches: [past(BOTH)] }, 'Succeeded', 'AllSucceeded'],
    ['every node was done before', { nodes: byName(done('node-1')) }, 'Succeeded', 'AllSucceeded'],
    [
      'some were skipped',
      { nodes: byName(aNode('node-1'), aNode('node-2', { ready: false })), batches: [past(ONE_SKIPPED)] },
      'Succeeded',
      'SomeSkipped',
    ],
    ['some failed within the budget', { plan: generous, nodes: NODES, batches: [past(ONE_FAILED)] }, 'Failed', 'SomeFailed'],
    [
      'the last node exceeds the budget: nothing is left to pause',
      { nodes: NODES, batches: [past(ONE_FAILED)] },
      'Failed',
      'SomeFailed',
    ],
    [
      'too many failed',
      { nodes: byName(aNode('node-1'), aNode('node-2'), aNode('node-3')), batches: [past(ONE_FAILED)] },
      'Paused',
      'BudgetExceeded',
    ],
    ['a person paused it', { plan: aPlan({ paused: true }), nodes: NODES }, 'Paused', 'PausedBySpec'],
    [
      'a person paused it after it had ended',
      { plan: aPlan({ paused: true }), nodes: NODES, batches: [past(BOTH)] },
      'Succeeded',
      'AllSucceeded',
    ],
    [
      'a template is invalid',
      { nodes: NODES, validation: { kind: 'Refused', message: 'spec.processes[0]: no' } },
      'Invalid',
      'TemplateRefused',
    ],
    [
      'a template could not be validated',
      { nodes: NODES, validation: { kind: 'Pending', message: 'timeout' } },
      'Waiting',
      'ValidationPending',
    ],
    ['it selects no node', {}, 'Waiting', 'NoNodes'],
    ['nodes that are down use up its limit', { nodes: NODES, batches: OPEN, view: held }, 'Waiting', 'MaxUnavailableReached'],
    [
      'others have its nodes',
      { nodes: NODES, batches: OPEN, view: { hold: aHold('ClaimedByOthers') } },
      'Waiting',
      'ClaimedByOthers',
    ],
    [
      'the baton is moving',
      { nodes: NODES, batches: OPEN, view: { hold: aHold('BatonMoving', 'moves', 'Working') } },
      'Waiting',
      'BatonMoving',
    ],
    [
      'the limit is used up by its own turns',
      { nodes: byName(inTurn('node-1'), aNode('node-2')), batches: OPEN, view: held },
      'Running',
      'BatchRunning',
    ],
    ['a batch runs', { nodes: byName(inTurn('node-1'), aNode('node-2')), batches: OPEN }, 'Running', 'BatchRunning'],
    ['the last batch is not delivered yet', { nodes: NODES, view: { hold: aHold('Notifying') } }, 'Running', 'Notifying'],
    ['it is being deleted', { plan: aPlan({}, { deletionTimestamp: timeAt(50) }), nodes: NODES }, 'Running', 'Deleting'],
  ])('when %s', (_, input, summary, reason) => {
    expect(statusOf(input)).toMatchObject({ summary, reason });
  });
});

describe('The conditions of a plan follow kstatus', () => {
  it.each<readonly [string, Case, readonly string[]]>([
    [
      'done',
      { nodes: NODES, batches: [past(BOTH)] },
      ['Ready=True', 'Succeeded=True', 'Accepted=True', 'NotificationsDelivered=True'],
    ],
    [
      'at work',
      { nodes: NODES, batches: OPEN },
      ['Ready=False', 'Succeeded=Unknown', 'Reconciling=True', 'Accepted=True', 'NotificationsDelivered=Unknown'],
    ],
    [
      'at work after failures',
      { plan: generous, nodes: byName(aNode('node-1'), aNode('node-3')), batches: [past(ONE_FAILED)] },
      ['Ready=False', 'Succeeded=False', 'Reconciling=True', 'Accepted=True', 'NotificationsDelivered=True'],
    ],
    ['stopped', {}, ['Ready=False', 'Succeeded=Unknown', 'Stalled=True', 'Accepted=True', 'NotificationsDelivered=Unknown']],
    [
      'resting',
      { plan: aPlan({ paused: true }), nodes: NODES },
      ['Ready=False', 'Succeeded=Unknown', 'Accepted=True', 'NotificationsDelivered=Unknown'],
    ],
    [
      'refused',
      { nodes: NODES, validation: { kind: 'Refused', message: 'no' } },
      ['Ready=False', 'Succeeded=Unknown', 'Stalled=True', 'Accepted=False', 'NotificationsDelivered=Unknown'],
    ],
    [
      'not yet validated',
      { nodes: NODES, validation: { kind: 'Pending', message: 'later' } },
      ['Ready=False', 'Succeeded=Unknown', 'Reconciling=True', 'Accepted=Unknown', 'NotificationsDelivered=Unknown'],
    ],
  ])('when it is %s', (_, input, expected) => {
    expect(conditionsOf(statusOf(input))).toEqual(expected);
  });

  it('have the observed generation', () => {
    const status = statusOf({ plan: aPlan({}, { generation: 4 }) });
    expect(status.observedGeneration).toBe(4);
    expect(status.conditions?.every((condition) => condition.observedGeneration === 4)).toBe(true);
  });
});

describe('A plan that needs manual action says what to do', () => {
  it('names the batch for a Resume', () => {
    const nodes = byName(aNode('node-1'), aNode('node-2'), aNode('node-3'));
    const message = statusOf({ nodes, batches: [past(ONE_FAILED)] }).conditions?.[0]?.message;
    expect(message).toBe('1 failed, budget 0; nothing runs. Repair the nodes, then create an UpgradeAction Resume for os-aaaa-1');
  });

  it('says that a quarantined node uses up the limit, and how to release it', () => {
    const hold = aHold('MaxUnavailableReached', 'down: node-2 (quarantined): 1 of maxUnavailable 1');
    const status = statusOf({ nodes: byName(aNode('node-1'), aQuarantined('node-2')), batches: OPEN, view: { hold } });
    expect(status.conditions?.[0]?.message).toBe(`${hold.message}, 1 of them quarantined: create an UpgradeAction Release`);
  });
});

describe('The figures of a plan', () => {
  it('count its nodes by outcome', () => {
    const nodes = byName(
      done('node-0'),
      aNode('node-1'),
      aQuarantined('node-2'),
      inTurn('node-3'),
      aNode('node-4', { labels: {}, ready: false }),
    );
    const status = statusOf({ nodes, batches: [past([...ONE_FAILED, { name: 'node-3', state: 'NotAttempted' }])] });
    expect(status.counts).toEqual({
      nodes: 4,
      succeeded: 2,
      failed: 1,
      skipped: 0,
      rolledBack: 0,
      notAttempted: 1,
      waiting: 1,
      running: 1,
      unavailable: 2,
      quarantined: 1,
    });
    expect(status.progress).toBe('2/4');
  });

  it('count a node that was found done as done', () => {
    const status = statusOf({
      nodes: NODES,
      batches: [past([BOTH[0]!, { name: 'node-2', state: 'Skipped', reason: 'AlreadyDone' }])],
    });
    expect(status.counts).toMatchObject({ succeeded: 2, skipped: 0 });
  });

  it('keep the last batch, agent and index once nothing else shows them', () => {
    const plan = { ...aPlan(), status: { batch: 'os-9999-7', agent: 'node-9', lastBatchIndex: 7 } };
    expect(statusOf({ plan })).toMatchObject({ batch: 'os-9999-7', agent: 'node-9', lastBatchIndex: 7 });
  });

  it('name the open batch and its agent', () => {
    expect(statusOf({ nodes: NODES, batches: OPEN, lease: aLease('node-2') })).toMatchObject({
      batch: 'os-aaaa-1',
      agent: 'node-2',
      lastBatchIndex: 1,
    });
  });
});
