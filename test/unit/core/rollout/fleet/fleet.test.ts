import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { failureBudget, type Budget } from '../../../../../src/core/rollout/fleet/budget.ts';
import { surveyFleet, type Fleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import { aNode, aSnapshot, byName, done } from '../support/facts.ts';
import { aBatch, aPlan, resumedBy, REVISION, settledStatus } from '../support/objects.ts';

interface PastBatch {
  readonly states: readonly NodeRecord['state'][];
  readonly revision?: string;
  readonly maxFailed?: number;
  readonly resumed?: boolean;
}

/** Settled batches in order; the nodes of the first are a-1, a-2, …, those of the second b-1, … */
function history(...batches: readonly PastBatch[]): UpgradeBatch[] {
  return batches.map(({ states, revision = REVISION, maxFailed, resumed }, i) => {
    const letter = 'abcdef'[i] ?? 'z';
    const records = states.map((state, j): NodeRecord => ({ name: `${letter}-${j + 1}`, state }));
    const spec = { index: i + 1, revision, planNodes: 100, ...(maxFailed === undefined ? {} : { maxFailed }) };
    const status = settledStatus(records, resumed === true ? { resumed: resumedBy('act') } : {});
    return aBatch(
      records.map((record) => record.name),
      { name: `os-${i + 1}`, spec, status },
    );
  });
}

function budgetOf(maxFailed: number | string, ...batches: readonly PastBatch[]): Budget {
  const plan = aPlan({ failure: { maxFailed } });
  const snapshot = aSnapshot({ plan, batches: history(...batches) });
  return failureBudget(snapshot, surveyFleet(snapshot));
}

const FAILED_ONE: PastBatch = { states: ['Failed', 'Succeeded'] };
const FAILED_TWO: PastBatch = { states: ['Failed', 'Failed'] };

describe('The failure budget', () => {
  it.each<{
    readonly title: string;
    readonly maxFailed: number | string;
    readonly batches: readonly PastBatch[];
    readonly exceeded: boolean;
  }>([
    {
      title: 'holds while nothing failed',
      maxFailed: 0,
      batches: [{ states: ['Succeeded', 'Skipped', 'NotAttempted'] }],
      exceeded: false,
    },
    { title: 'of 0 is exceeded by one failure', maxFailed: 0, batches: [FAILED_ONE], exceeded: true },
    { title: 'holds while no more failed than it allows', maxFailed: 2, batches: [FAILED_ONE, FAILED_ONE], exceeded: false },
    { title: 'is exceeded by one failure more, wherever', maxFailed: 2, batches: [FAILED_ONE, FAILED_TWO], exceeded: true },
    {
      title: 'is a part of the nodes that there were at the start',
      maxFailed: '3%',
      batches: [FAILED_ONE, FAILED_TWO],
      exceeded: false,
    },
    { title: 'is a part that is rounded down', maxFailed: '2%', batches: [FAILED_ONE, FAILED_TWO], exceeded: true },
    {
      title: 'is exceeded when a batch has more than its own',
      maxFailed: 9,
      batches: [{ ...FAILED_ONE, maxFailed: 0 }],
      exceeded: true,
    },
    {
      title: 'holds when a batch has as many as its own',
      maxFailed: 9,
      batches: [{ ...FAILED_ONE, maxFailed: 1 }],
      exceeded: false,
    },
    { title: 'forgives what a Resume was for', maxFailed: 0, batches: [{ ...FAILED_TWO, resumed: true }], exceeded: false },
    {
      title: 'forgives what was before a batch that was resumed',
      maxFailed: 0,
      batches: [FAILED_TWO, { states: ['Succeeded'], resumed: true }],
      exceeded: false,
    },
    {
      title: "forgives a batch's own as well",
      maxFailed: 9,
      batches: [{ ...FAILED_ONE, maxFailed: 0, resumed: true }],
      exceeded: false,
    },
    {
      title: 'counts again from 0 after a Resume',
      maxFailed: 0,
      batches: [{ ...FAILED_TWO, resumed: true }, FAILED_ONE],
      exceeded: true,
    },
    {
      title: 'does not count failures of another revision',
      maxFailed: 0,
      batches: [{ ...FAILED_TWO, revision: 'old' }],
      exceeded: false,
    },
  ])('$title', ({ maxFailed, batches, exceeded }) => {
    expect(budgetOf(maxFailed, ...batches).exceeded).toBe(exceeded);
  });

  it('says what it counted, and after which batch the plan is paused', () => {
    expect(budgetOf(1, FAILED_TWO, { states: ['Succeeded'] })).toEqual({
      exceeded: true,
      failed: 2,
      maxFailed: 1,
      batch: 'os-2',
      message: '2 failed, budget 1',
      brief: '2 failed, budget 1',
    });
  });

  it('says which batch exceeded its own', () => {
    expect(budgetOf(9, { ...FAILED_ONE, maxFailed: 0 }).message).toBe('1 failed in os-1, which may have 0');
  });
});

describe('A survey of the fleet', () => {
  function survey(
    nodes: readonly NodeFact[],
    batches: readonly UpgradeBatch[] = [],
    spec: Parameters<typeof aPlan>[0] = {},
  ): Fleet {
    return surveyFleet(aSnapshot({ plan: aPlan(spec), nodes: byName(...nodes), batches }));
  }
  const remaining = (fleet: Fleet): readonly string[] => fleet.remaining.map((node) => node.name);

  it('finds the nodes that the plan selects', () => {
    expect([...survey([aNode('a-1'), aNode('b-1', { labels: {} })]).selected.keys()]).toEqual(['a-1']);
  });

  it('finds no node for a plan without a selector, unless it is for all nodes', () => {
    const plan = aPlan();
    const { nodeSelector: _selector, ...spec } = plan.spec;
    const snapshot = aSnapshot({ plan: { ...plan, spec }, nodes: byName(aNode('a-1', { labels: {} })) });
    expect(surveyFleet(snapshot).selected.size).toBe(0);
    expect(surveyFleet({ ...snapshot, plan: { ...plan, spec: { ...spec, allNodes: true } } }).selected.size).toBe(1);
  });

  it.each<readonly [NodeRecord['state'], readonly string[]]>([
    ['Succeeded', []],
    ['Failed', []],
    ['Skipped', []],
    ['NotAttempted', ['a-1']],
  ])('a node that was %s remains: %j', (state, expected) => {
    expect(remaining(survey([aNode('a-1')], history({ states: [state] })))).toEqual(expected);
  });

  it('counts what was done for a plan of the same name before, and leaves it alone', () => {
    const fleet = survey([done('a-1'), aNode('a-2')]);
    expect(fleet.doneBefore).toBe(1);
    expect(remaining(fleet)).toEqual(['a-2']);
  });

  it('freezes the number of nodes that percentages refer to', () => {
    expect(survey([aNode('a-1')]).planNodes).toBe(1);
    expect(survey([aNode('a-1')], history({ states: ['Succeeded'] })).planNodes).toBe(100);
  });

  it('upgrades again what another version has undone', () => {
    const there = { states: ['Succeeded'] } as const;
    const batches = [...history(there, { states: ['Succeeded'], revision: 'other' })];
    const moved = aNode('a-1', { done: { revision: 'other', version: '13', batch: 'os-2', time: '' } });
    const fleet = survey([moved], batches);
    expect(fleet.batches).toEqual([]);
    expect(fleet.records.size).toBe(0);
    expect(remaining(fleet)).toEqual(['a-1']);
  });

  it('leaves alone what another version has not touched', () => {
    const batches = history({ states: ['Succeeded', 'Succeeded'] }, { states: ['Succeeded'], revision: 'other' });
    expect(remaining(survey([done('a-2')], batches))).toEqual([]);
  });
});
