import { describe, expect, it } from '@jest/globals';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { toSibling } from '../../../../../src/core/rollout/holds/dependencies.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { SiblingPlan } from '../../../../../src/core/rollout/model/facts.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, timeAt } from '../support/objects.ts';

const PLAN = aPlan({ dependsOn: [{ name: 'control-plane', version: '7' }], notify: { sinks: [] } });
const MET: SiblingPlan = { name: 'control-plane', version: '7', succeeded: true, dependsOn: [], windows: [] };

function on(...names: readonly string[]): SiblingPlan['dependsOn'] {
  return names.map((name) => ({ name, version: '1' }));
}

function siblings(...others: readonly SiblingPlan[]): ReadonlyMap<string, SiblingPlan> {
  return new Map([toSibling(PLAN), ...others].map((sibling) => [sibling.name, sibling]));
}

function pass(others: readonly SiblingPlan[], changes: Partial<PlanSnapshot> = {}): Decision {
  const snapshot = aSnapshot({ plan: PLAN, nodes: byName(aNode('node-1')), siblings: siblings(...others), ...changes });
  return decide({ snapshot, now: at(1), settings: SETTINGS, hash });
}

const BATCH = { batches: [aBatch(['node-1'])] };

describe('dependsOn', () => {
  it('lets the plan start once the other plan has succeeded at its version', () => {
    expect(pass([MET]).commands.map(({ kind }) => kind)).toEqual(['CreateBatch']);
    expect(pass([MET], BATCH).commands.map(({ kind }) => kind)).toEqual(['OpenTurn']);
  });

  it.each<readonly [string, readonly SiblingPlan[], string]>([
    ['is missing', [], 'waits for the plan control-plane at 7, which does not exist in this namespace'],
    [
      'is for another version',
      [{ ...MET, version: '8' }],
      'waits for the plan control-plane at 7, but the version of that plan is 8',
    ],
    ['has not succeeded', [{ ...MET, succeeded: false }], 'waits for the plan control-plane, which has not succeeded at 7 yet'],
    [
      'waits for this one',
      [
        { ...MET, dependsOn: on('storage') },
        { ...MET, name: 'storage', succeeded: false, dependsOn: on('storage', 'os') },
      ],
      'spec.dependsOn has a cycle, so that none of its plans can start: os → control-plane → storage → os; remove one of these dependencies',
    ],
  ])('holds batches and turns while the other plan %s, and says so', (_, others, message) => {
    for (const decision of [pass(others), pass(others, BATCH)]) {
      expect(decision.commands).toEqual([]);
      expect(decision.planStatus).toMatchObject({ summary: 'Waiting', reason: 'DependencyNotMet' });
      expect(decision.planStatus?.conditions?.[0]?.message).toBe(message);
    }
  });

  it('ignores a cycle among other plans', () => {
    const cycle = ['a', 'b'].map((name, i) => ({ ...MET, name, succeeded: false, dependsOn: on(i === 0 ? 'b' : 'a') }));
    expect(pass([{ ...MET, dependsOn: on('a') }, ...cycle]).commands.map(({ kind }) => kind)).toEqual(['CreateBatch']);
  });

  it('does not stop running processes', () => {
    const nodes = byName(inTurn('node-1'));
    expect(pass([], { ...BATCH, nodes }).commands.map(({ kind }) => kind)).toEqual(['CreateJob']);
  });
});

describe('Another plan has succeeded', () => {
  const conditions = [
    { type: 'Succeeded', status: 'True', reason: 'AllSucceeded', message: '', lastTransitionTime: timeAt(0) },
  ] as const;
  it.each<readonly [string, Parameters<typeof toSibling>[0], boolean]>([
    ['if its status says so for its current spec', { ...aPlan(), status: { conditions, observedGeneration: 1 } }, true],
    [
      'not if its spec has changed since',
      { ...aPlan({}, { generation: 2 }), status: { conditions, observedGeneration: 1 } },
      false,
    ],
    ['not if it has no status yet', aPlan(), false],
    [
      'not if it is being deleted',
      { ...aPlan({}, { deletionTimestamp: timeAt(0) }), status: { conditions, observedGeneration: 1 } },
      false,
    ],
  ])('%s', (_, plan, expected) => {
    expect(toSibling(plan).succeeded).toBe(expected);
  });
});
