import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { failureBudget, type Budget } from '../../../../../src/core/rollout/fleet/budget.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import { aSnapshot } from '../support/facts.ts';
import { aBatch, aPlan, resumedBy, settledStatus, timeAt } from '../support/objects.ts';

/** Outcomes as `name@second`: an F before it failed, an S succeeded, a K was skipped. */
function batchOf(index: number, outcomes: string, resumed = false): UpgradeBatch {
  const states = { F: 'Failed', S: 'Succeeded', K: 'Skipped' } as const;
  const records = outcomes.split(' ').map((outcome): NodeRecord => {
    const { state = '', name = '', second = '' } = /^(?<state>[FSK])(?<name>\w+)@(?<second>\d+)$/.exec(outcome)?.groups ?? {};
    return { name, state: states[state as keyof typeof states], endTime: timeAt(Number(second)) };
  });
  const names = records.map((record) => record.name);
  const status = settledStatus(records, resumed ? { resumed: resumedBy('act') } : {});
  return aBatch(names, { name: `os-aaaa-${index}`, spec: { index, planNodes: 100 }, status });
}

function budgetOf(limit: number | undefined, ...batches: readonly UpgradeBatch[]): Budget {
  const plan = aPlan({ failure: { maxFailed: 50, ...(limit === undefined ? {} : { maxConsecutiveFailed: limit }) } });
  const snapshot = aSnapshot({ plan, batches });
  return failureBudget(snapshot, surveyFleet(snapshot));
}

describe('failure.maxConsecutiveFailed', () => {
  it.each<{
    readonly title: string;
    readonly limit: number | undefined;
    readonly batches: readonly UpgradeBatch[];
    readonly exceeded: boolean;
  }>([
    { title: 'is no limit where it is not set', limit: undefined, batches: [batchOf(1, 'Fa@1 Fb@2 Fc@3')], exceeded: false },
    { title: 'stops the rollout at as many in a row', limit: 2, batches: [batchOf(1, 'Fa@1 Fb@2')], exceeded: true },
    {
      title: 'does not count failures with a success between them',
      limit: 2,
      batches: [batchOf(1, 'Fa@1 Sb@2 Fc@3')],
      exceeded: false,
    },
    { title: 'follows the order of outcomes, not of nodes', limit: 2, batches: [batchOf(1, 'Fa@1 Sb@3 Fc@2')], exceeded: true },
    {
      title: 'follows names where outcomes have the same time',
      limit: 2,
      batches: [batchOf(1, 'Fa@1 Fc@1 Sb@1')],
      exceeded: false,
    },
    { title: 'takes no notice of skipped nodes', limit: 2, batches: [batchOf(1, 'Fa@1 Kb@2 Fc@3')], exceeded: true },
    { title: 'counts across batches', limit: 2, batches: [batchOf(1, 'Sa@1 Fb@2'), batchOf(2, 'Fc@3 Sd@4')], exceeded: true },
    {
      title: 'stays exceeded when another node succeeds afterwards',
      limit: 2,
      batches: [batchOf(1, 'Fa@1 Fb@2 Sc@3')],
      exceeded: true,
    },
    {
      title: 'counts again from 0 after a Resume',
      limit: 2,
      batches: [batchOf(1, 'Fa@1', true), batchOf(2, 'Fb@2')],
      exceeded: false,
    },
  ])('$title', ({ limit, batches, exceeded }) => {
    expect(budgetOf(limit, ...batches).exceeded).toBe(exceeded);
  });

  it('names the nodes', () => {
    expect(budgetOf(4, batchOf(1, 'Fa@1 Fb@2 Fc@3 Fd@4')).message).toBe(
      '4 failed in a row (the last: b, c, d), maxConsecutiveFailed 4',
    );
    expect(budgetOf(2, batchOf(1, 'Fa@1 Fb@2')).message).toBe('2 failed in a row (a, b), maxConsecutiveFailed 2');
  });
});
