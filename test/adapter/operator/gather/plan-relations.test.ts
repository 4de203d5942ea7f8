import { expect, it } from '@jest/globals';
import type { UpgradePlan, UpgradePlanSpec } from '../../../../src/api/generated/upgradeplan.ts';
import { PlanRelations } from '../../../../src/operator/gather/plan-relations.ts';
import { aPlan, timeAt } from '../../../unit/core/rollout/support/objects.ts';

function named(name: string, spec: Partial<UpgradePlanSpec> = {}, namespace = 'fleet'): UpgradePlan {
  return aPlan(spec, { name, namespace, uid: `uid-of-${name}` });
}

function succeeded(plan: UpgradePlan): UpgradePlan {
  const condition = {
    type: 'Succeeded',
    status: 'True',
    reason: 'AllSucceeded',
    message: '',
    lastTransitionTime: timeAt(0),
  } as const;
  return { ...plan, status: { conditions: [condition], observedGeneration: 1 } };
}

it('A change of a plan affects those that depend on it and those of its group, and no others', () => {
  let plans = [
    named('first', { exclusiveGroup: 'disruptive' }),
    named('second', { dependsOn: [{ name: 'first', version: '12.9' }] }),
    named('stranger'),
    named('elsewhere', { dependsOn: [{ name: 'first', version: '12.9' }] }, 'other'),
    named('rival', { exclusiveGroup: 'disruptive' }, 'other'),
  ];
  const relations = new PlanRelations(() => plans);
  expect(relations.affectedBy('fleet/first')).toEqual(['fleet/second', 'other/rival']);
  // A status that says nothing new to others.
  plans = plans.map((plan, i) => (i === 0 ? { ...plan, status: { progress: '1/2' } } : plan));
  expect(relations.affectedBy('fleet/first')).toEqual([]);
  plans = plans.map((plan, i) => (i === 0 ? succeeded(plan) : plan));
  expect(relations.affectedBy('fleet/first')).toEqual(['fleet/second', 'other/rival']);
  // Gone, or out of the group: its rivals may go on.
  plans = plans.slice(1);
  expect(relations.affectedBy('fleet/first')).toEqual(['fleet/second', 'other/rival']);
  expect(relations.affectedBy('fleet/first')).toEqual(['fleet/second']);
  expect(relations.inGroup('disruptive')).toEqual(['other/rival']);
});
