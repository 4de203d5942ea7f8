import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanStatus } from '../../../../../../src/api/generated/upgradeplan.ts';
import type { Hold } from '../../../../../../src/core/rollout/model/hold.ts';
import { aNode, aQuarantined, byName, done, inTurn } from '../../support/facts.ts';
import { aPlan, timeAt } from '../../support/objects.ts';
import { BOTH, type Case, NODES, ONE_FAILED, OPEN, past, statusOf } from '../../support/plan-status.ts';

/** The conditions as `type=status`. */
function conditionsOf(status: UpgradePlanStatus): readonly string[] {
  return (status.conditions ?? []).map((condition) => `${condition.type}=${condition.status}`);
}

const ONE_SKIPPED: readonly NodeRecord[] = [BOTH[0]!, { name: 'node-2', state: 'Skipped', reason: 'NotReady' }];
const generous = aPlan({ failure: { maxFailed: 5 } });
const aHold = (reason: Hold['reason'], message = 'why', kind: Hold['kind'] = 'Stalled'): Hold => ({
  reason,
  message,
  summary: reason === 'Notifying' ? 'Running' : 'Waiting',
  kind,
});

describe('The verdict on a plan', () => {
  const held = { hold: aHold('MaxUnavailableReached', 'down: node-9 (NotReady)') };
  it.each<{ readonly title: string; readonly input: Case; readonly summary: string; readonly reason: string }>([
    { title: 'every node is done', input: { nodes: NODES, batches: [past(BOTH)] }, summary: 'Succeeded', reason: 'AllSucceeded' },
    {
      title: 'every node was done before',
      input: { nodes: byName(done('node-1')) },
      summary: 'Succeeded',
      reason: 'AllSucceeded',
    },
    {
      title: 'some were skipped',
      input: { nodes: byName(aNode('node-1'), aNode('node-2', { ready: false })), batches: [past(ONE_SKIPPED)] },
      summary: 'Succeeded',
      reason: 'SomeSkipped',
    },
    {
      title: 'some failed within the budget',
      input: { plan: generous, nodes: NODES, batches: [past(ONE_FAILED)] },
      summary: 'Failed',
      reason: 'SomeFailed',
    },
    {
      title: 'the last node exceeds the budget: nothing is left to pause',
      input: { nodes: NODES, batches: [past(ONE_FAILED)] },
      summary: 'Failed',
      reason: 'SomeFailed',
    },
    {
      title: 'too many failed',
      input: { nodes: byName(aNode('node-1'), aNode('node-2'), aNode('node-3')), batches: [past(ONE_FAILED)] },
      summary: 'Paused',
      reason: 'BudgetExceeded',
    },
    {
      title: 'a person paused it',
      input: { plan: aPlan({ paused: true }), nodes: NODES },
      summary: 'Paused',
      reason: 'PausedBySpec',
    },
    {
      title: 'a person paused it after it had ended',
      input: { plan: aPlan({ paused: true }), nodes: NODES, batches: [past(BOTH)] },
      summary: 'Succeeded',
      reason: 'AllSucceeded',
    },
    {
      title: 'a template is invalid',
      input: { nodes: NODES, validation: { kind: 'Refused', message: 'spec.processes[0]: no' } },
      summary: 'Invalid',
      reason: 'TemplateRefused',
    },
    {
      title: 'a template could not be validated',
      input: { nodes: NODES, validation: { kind: 'Pending', message: 'timeout' } },
      summary: 'Waiting',
      reason: 'ValidationPending',
    },
    { title: 'it selects no node', input: {}, summary: 'Waiting', reason: 'NoNodes' },
    {
      title: 'nodes that are down use up its limit',
      input: { nodes: NODES, batches: OPEN, view: held },
      summary: 'Waiting',
      reason: 'MaxUnavailableReached',
    },
    {
      title: 'others have its nodes',
      input: { nodes: NODES, batches: OPEN, view: { hold: aHold('ClaimedByOthers') } },
      summary: 'Waiting',
      reason: 'ClaimedByOthers',
    },
    {
      title: 'the baton is moving',
      input: { nodes: NODES, batches: OPEN, view: { hold: aHold('BatonMoving', 'moves', 'Working') } },
      summary: 'Waiting',
      reason: 'BatonMoving',
    },
    {
      title: 'the limit is used up by its own turns',
      input: { nodes: byName(inTurn('node-1'), aNode('node-2')), batches: OPEN, view: held },
      summary: 'Running',
      reason: 'BatchRunning',
    },
    {
      title: 'a batch runs',
      input: { nodes: byName(inTurn('node-1'), aNode('node-2')), batches: OPEN },
      summary: 'Running',
      reason: 'BatchRunning',
    },
    {
      title: 'the last batch is not delivered yet',
      input: { nodes: NODES, view: { hold: aHold('Notifying') } },
      summary: 'Running',
      reason: 'Notifying',
    },
    {
      title: 'it is being deleted',
      input: { plan: aPlan({}, { deletionTimestamp: timeAt(50) }), nodes: NODES },
      summary: 'Running',
      reason: 'Deleting',
    },
  ])('when $title', ({ input, summary, reason }) => {
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
