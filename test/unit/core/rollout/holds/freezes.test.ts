import { expect, it } from '@jest/globals';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, timeAt } from '../support/objects.ts';

const FREEZE = { name: 'year-end', from: timeAt(0), to: timeAt(1000), reason: 'change freeze' };
const OWN = { plan: aPlan({ freezes: [FREEZE], notify: { sinks: [] } }) };
const CLUSTER: Partial<PlanSnapshot> = { clusterFreezes: { kind: 'Known', freezes: [FREEZE] } };
const UNREADABLE: Partial<PlanSnapshot> = { clusterFreezes: { kind: 'Unreadable', message: 'the key is missing' } };
const BATCH = { batches: [aBatch(['node-1'])] };

function pass(now: number, changes: Partial<PlanSnapshot>): Decision {
  const plan = aPlan({ notify: { sinks: [] } });
  const snapshot = aSnapshot({ plan, nodes: byName(aNode('node-1'), aNode('node-2')), ...changes });
  return decide({ snapshot, now: at(now), settings: SETTINGS, hash });
}

it.each<{
  readonly title: string;
  readonly now: number;
  readonly changes: Partial<PlanSnapshot>;
  readonly reason: string;
  readonly message: string;
}>([
  {
    title: 'of the plan',
    now: 999,
    changes: OWN,
    reason: 'Frozen',
    message: "the freeze 'year-end' lasts until 2026-11-22T08:16:40Z: change freeze",
  },
  {
    title: 'of the cluster',
    now: 999,
    changes: CLUSTER,
    reason: 'Frozen',
    message: "the cluster's freeze 'year-end' lasts until 2026-11-22T08:16:40Z: change freeze",
  },
  {
    title: 'of the cluster that nobody can read',
    now: 999,
    changes: UNREADABLE,
    reason: 'FreezesUnreadable',
    message: "nothing starts, because the cluster's freezes are unknown: the key is missing",
  },
])('freezes: nothing starts in one $title, and the status says so', ({ now, changes, reason, message }) => {
  for (const decision of [pass(now, changes), pass(now, { ...changes, ...BATCH })]) {
    expect(decision.commands).toEqual([]);
    expect(decision.planStatus).toMatchObject({ summary: 'Waiting', reason });
    expect(decision.planStatus?.conditions?.[0]?.message).toBe(message);
  }
});

it.each<readonly [string, Partial<PlanSnapshot>]>([
  ['of the plan', OWN],
  ['of the cluster', CLUSTER],
])('freezes: one %s ends by itself, and is looked at then', (_, changes) => {
  expect(pass(999, changes).requeueAt).toBe(at(1000));
  expect(pass(1000, changes).commands.map((command) => command.kind)).toEqual(['CreateBatch']);
  expect(pass(1000, { ...changes, ...BATCH }).commands.map((command) => command.kind)).toEqual(['OpenTurn']);
});

it('freezes: one without a reason says no more than its end', () => {
  const { reason: _reason, ...bare } = FREEZE;
  const plan = aPlan({ freezes: [bare] });
  expect(pass(1, { plan }).planStatus?.conditions?.[0]?.message).toBe("the freeze 'year-end' lasts until 2026-11-22T08:16:40Z");
});
