import { describe, expect, it } from '@jest/globals';
import type { UpcomingBatch, UpgradePlan, UpgradePlanSpec } from '../../../../../../src/api/generated/upgradeplan.ts';
import { expandNodeNames } from '../../../../../../src/core/notification/model/node-names.ts';
import { cutNextBatch } from '../../../../../../src/core/rollout/batch/cut-batch.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import { surveyFleet } from '../../../../../../src/core/rollout/fleet/fleet.ts';
import type { PlanSnapshot } from '../../../../../../src/core/rollout/model/snapshot.ts';
import { upcomingBatches } from '../../../../../../src/core/rollout/status/plan/upcoming.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../../support/facts.ts';
import { aPlan, at, hash } from '../../support/objects.ts';

function snapshotOf(count: number, plan: UpgradePlan): PlanSnapshot {
  return aSnapshot({ plan, nodes: byName(...Array.from({ length: count }, (_, i) => aNode(`node-${i + 1}`))) });
}

function upcoming(count: number, spec: Partial<UpgradePlanSpec>): readonly UpcomingBatch[] {
  const snapshot = snapshotOf(count, aPlan(spec));
  return upcomingBatches(snapshot, surveyFleet(snapshot));
}

describe('The batches to come', () => {
  it('are shown with step, size and names while the plan is paused before its first', () => {
    const plan = aPlan({ paused: true, batches: [{ name: 'canary', size: 1 }, { size: 9 }] });
    const snapshot = snapshotOf(5, plan);
    const decision = decide({ snapshot, now: at(0), settings: SETTINGS, hash });
    const [first, second] = decision.planStatus?.upcoming ?? [];

    expect(decision.commands.filter(({ kind }) => kind === 'CreateBatch' || kind === 'OpenTurn')).toEqual([]);
    expect(first).toMatchObject({ batch: 1, step: 'canary', nodes: 1 });
    expect(second).toMatchObject({ batch: 2, nodes: 4 });
    expect(first?.nodeNames).toBe(cutNextBatch(snapshot, surveyFleet(snapshot))?.nodes[0]?.name);
    expect([...expandNodeNames(`${first?.nodeNames},${second?.nodeNames}`)].sort()).toEqual([...snapshot.nodes.keys()].sort());
  });

  it('are at most ten', () => {
    expect(upcoming(30, { batches: [{ size: 1 }] })).toHaveLength(10);
  });

  it('have a limited list of names, with the number of the others', () => {
    const [batch] = upcoming(900, { batches: [{ size: '100%' }] });
    expect(batch?.nodeNames.length).toBeLessThanOrEqual(256);
    const { names = '', more } = /^(?<names>.*) and (?<more>\d+) more$/.exec(batch?.nodeNames ?? '')?.groups ?? {};
    expect(expandNodeNames(names).length + Number(more)).toBe(900);
  });

  it('are none for a plan that is being deleted', () => {
    const snapshot = snapshotOf(3, aPlan({}, { deletionTimestamp: '2026-11-22T08:00:00Z' }));
    expect(upcomingBatches(snapshot, surveyFleet(snapshot))).toEqual([]);
  });
});

describe('The stored list', () => {
  const MANY = 2001;
  const said: UpcomingBatch[] = [{ batch: 1, nodes: 3, nodeNames: 'as it was said' }];
  const kept = (count: number, status: UpgradePlan['status']): boolean => {
    const snapshot = snapshotOf(count, { ...aPlan(), ...(status === undefined ? {} : { status }) });
    return upcomingBatches(snapshot, surveyFleet(snapshot)) === status?.upcoming;
  };

  it.each<{ readonly title: string; readonly count: number; readonly status: UpgradePlan['status']; readonly expected: boolean }>(
    [
      {
        title: 'is kept for a large fleet while nothing has changed',
        count: MANY,
        status: { counts: { waiting: MANY } },
        expected: true,
      },
      {
        title: 'is made again for another spec',
        count: MANY,
        status: { observedGeneration: 0, counts: { waiting: MANY } },
        expected: false,
      },
      {
        title: 'is made again when a node joins or leaves',
        count: MANY,
        status: { counts: { waiting: MANY - 1 } },
        expected: false,
      },
      {
        title: 'is made again when a batch was created',
        count: MANY,
        status: { counts: { waiting: MANY }, lastBatchIndex: 1 },
        expected: false,
      },
      {
        title: 'is made again in each pass for a small fleet',
        count: MANY - 1,
        status: { counts: { waiting: MANY - 1 } },
        expected: false,
      },
    ],
  )('$title', ({ count, status, expected }) => {
    expect(kept(count, { observedGeneration: 1, upcoming: said, ...status })).toBe(expected);
  });

  it('names a node that replaced another', () => {
    const before = snapshotOf(3, aPlan());
    const { planStatus: status } = decide({ snapshot: before, now: at(0), settings: SETTINGS, hash });
    const plan = { ...aPlan(), ...(status === undefined ? {} : { status }) };
    const nodes = byName(aNode('node-1'), aNode('node-2'), aNode('node-4'));
    const { planStatus } = decide({ snapshot: { ...before, plan, nodes }, now: at(1), settings: SETTINGS, hash });
    const names = (planStatus?.upcoming ?? []).flatMap(({ nodeNames }) => expandNodeNames(nodeNames));
    expect([...names].sort()).toEqual(['node-1', 'node-2', 'node-4']);
  });
});
