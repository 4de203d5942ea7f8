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
  it.each<readonly [string, number | undefined, readonly UpgradeBatch[], boolean]>([
    ['is no limit where it is not set', undefined, [batchOf(1, 'Fa@1 Fb@2 Fc@3')], false],
    ['stops the rollout at as many in a row', 2, [batchOf(1, 'Fa@1 Fb@2')], true],
    ['does not count failures with a success between them', 2, [batchOf(1, 'Fa@1 Sb@2 Fc@3')], false],
    ['goes by the order of outcomes, not of nodes', 2, [batchOf(1, 'Fa@1 Sb@3 Fc@2')], true],
    ['goes by names where outcomes have one time', 2, [batchOf(1, 'Fa@1 Fc@1 Sb@1')], false],
    ['takes no notice of skipped nodes', 2, [batchOf(1, 'Fa@1 Kb@2 Fc@3')], true],
    ['counts across batches', 2, [batchOf(1, 'Sa@1 Fb@2'), batchOf(2, 'Fc@3 Sd@4')], true],
    ['stays exceeded when another node succeeds afterwards', 2, [batchOf(1, 'Fa@1 Fb@2 Sc@3')], true],
    ['counts anew after a Resume', 2, [batchOf(1, 'Fa@1', true), batchOf(2, 'Fb@2')], false],
  ])('%s', (_, limit, batches, exceeded) => {
    expect(budgetOf(limit, ...batches).exceeded).toBe(exceeded);
  });

  it('names the nodes', () => {
    expect(budgetOf(4, batchOf(1, 'Fa@1 Fb@2 Fc@3 Fd@4')).message).toBe(
      '4 failed in a row (the last: b, c, d), maxConsecutiveFailed 4',
    );
    expect(budgetOf(2, batchOf(1, 'Fa@1 Fb@2')).message).toBe('2 failed in a row (a, b), maxConsecutiveFailed 2');
  });
});
