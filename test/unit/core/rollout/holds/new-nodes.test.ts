import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { cutBatches } from '../../../../../src/core/rollout/batch/cut-batch.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, aSnapshot, byName, done, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, settledStatus, timeAt } from '../support/objects.ts';

const LATE = aNode('node-9', { createdTime: at(50) });
/** It was there before, and got its label later. */
const RELABELLED = aNode('node-8');

function past(records: readonly NodeRecord[], planNodes: number, index = 1): UpgradeBatch {
  const names = records.map(({ name }) => name);
  return aBatch(names, { name: `os-aaaa-${index}`, spec: { planNodes, index }, status: settledStatus(records) });
}

const DONE = past([{ name: 'node-1', state: 'Succeeded' }], 1);

interface Case {
  readonly nodes: readonly NodeFact[];
  readonly batches: readonly UpgradeBatch[];
  readonly spec?: Partial<UpgradePlanSpec>;
  readonly since?: number;
}

function snapshotOf({ nodes, batches, spec, since }: Case): PlanSnapshot {
  const plan = aPlan({ newNodes: { policy: 'Upgrade', collectSeconds: 600 }, notify: { sinks: [] }, ...spec });
  const status = since === undefined ? {} : { status: { newNodes: { count: 1, firstSeenTime: timeAt(since) } } };
  return aSnapshot({ plan: { ...plan, ...status }, nodes: byName(done('node-1'), ...nodes), batches });
}

function pass(now: number, input: Case): Decision {
  return decide({ snapshot: snapshotOf(input), now: at(now), settings: SETTINGS, hash });
}

function made(decision: Decision): readonly string[] {
  return decision.commands.flatMap((command) =>
    command.kind === 'CreateBatch'
      ? [...JSON.stringify(command.batch).matchAll(/"name":"(node-\d)"/g)].map(([, name = '']) => name)
      : [],
  );
}

describe('newNodes: late nodes', () => {
  it.each<readonly [string, NodeFact]>([
    ['joined the cluster after the start', LATE],
    ['was selected when all others had been in a batch', RELABELLED],
  ])('of a plan that had ended are collected first: one %s', (_, node) => {
    const { commands, planStatus, requeueAt } = pass(100, { nodes: [node], batches: [DONE] });
    expect(commands).toEqual([]);
    expect(planStatus).toMatchObject({
      summary: 'Waiting',
      reason: 'CollectingNewNodes',
      newNodes: { count: 1, firstSeenTime: timeAt(100) },
    });
    expect(planStatus?.conditions?.[0]?.message).toContain('wait for others until 2026-11-22T08:11:40Z');
    expect(requeueAt).toBe(at(700));
  });

  it('share a batch once the first of them has waited long enough, also across a restart', () => {
    const nodes = [LATE, aNode('node-8', { createdTime: at(300) })];
    const spec = { batches: [{ size: 5 }] };
    expect(made(pass(699, { nodes, batches: [DONE], spec, since: 100 }))).toEqual([]);
    expect(pass(699, { nodes, batches: [DONE], spec, since: 100 }).planStatus?.newNodes).toEqual({
      count: 2,
      firstSeenTime: timeAt(100),
    });
    expect([...made(pass(700, { nodes, batches: [DONE], spec, since: 100 }))].sort()).toEqual(['node-8', 'node-9']);
  });

  it('go after all other nodes, and never share a batch with them', () => {
    const snapshot = snapshotOf({ nodes: [LATE, aNode('node-2')], batches: [past([{ name: 'node-1', state: 'Succeeded' }], 2)] });
    const cuts = [...cutBatches(snapshot, surveyFleet(snapshot))].map(({ nodes }) => nodes.map(({ name }) => name));
    expect(cuts).toEqual([['node-2'], ['node-9']]);
  });

  it('do not delay other nodes', () => {
    const batches = [past([{ name: 'node-1', state: 'Succeeded' }], 2)];
    expect(made(pass(100, { nodes: [LATE, aNode('node-2')], batches }))).toEqual(['node-2']);
  });

  it('are ordinary nodes of the plan before the first batch', () => {
    expect(made(pass(100, { nodes: [LATE], batches: [] }))).toContain('node-9');
  });

  it.each([LATE, RELABELLED])('are left alone if the plan ignores them', (node) => {
    const spec = { newNodes: { policy: 'Ignore', collectSeconds: 0 } } as const;
    const { commands, planStatus } = pass(100, { nodes: [node], batches: [DONE], spec });
    expect(commands).toEqual([]);
    expect(planStatus).toMatchObject({ summary: 'Succeeded', reason: 'AllSucceeded', progress: '1/1' });
  });

  it('are recognised by their UID if a new node has the name of an old one', () => {
    const again = aNode('node-1', { uid: 'another', createdTime: at(50) });
    const snapshot = snapshotOf({ nodes: [again], batches: [DONE] });
    expect(surveyFleet(snapshot).late.map(({ uid }) => uid)).toEqual(['another']);
  });
});

describe('notReadyNodes', () => {
  const skipped: NodeRecord = { name: 'node-2', state: 'Skipped', reason: 'NotReady' };
  const both: readonly NodeRecord[] = [{ name: 'node-1', state: 'Succeeded' }, skipped];
  const open = [aBatch(['node-2', 'node-3'], { spec: { planNodes: 3 } })];
  const down = aNode('node-2', { ready: false });

  it('Skip: a node that is NotReady when its turn comes is skipped', () => {
    const decision = pass(100, { nodes: [down, aNode('node-3')], batches: open, spec: { maxUnavailable: 2 } });
    expect(decision.batchStatuses.get('os-aaaa-1')?.nodes?.[0]).toMatchObject({
      name: 'node-2',
      state: 'Skipped',
      reason: 'NotReady',
    });
  });

  it('Skip: once it is Ready again it is treated as a late node', () => {
    const back: Case = { nodes: [aNode('node-2')], batches: [past(both, 2)] };
    expect(pass(100, back).planStatus).toMatchObject({ reason: 'CollectingNewNodes' });
    expect(made(pass(700, { ...back, since: 100 }))).toEqual(['node-2']);
  });

  it('Skip: while it stays NotReady, the plan ends without it', () => {
    expect(pass(100, { nodes: [down], batches: [past(both, 2)] }).planStatus).toMatchObject({
      summary: 'Succeeded',
      reason: 'SomeSkipped',
    });
  });

  it('Skip: a node that missed three turns gets no other', () => {
    const batches = [past(both, 2), past([skipped], 2, 2), past([skipped], 2, 3)];
    expect(pass(5000, { nodes: [aNode('node-2')], batches }).planStatus).toMatchObject({ reason: 'SomeSkipped' });
  });

  it('Include: it has its turn as it is, after the nodes that are up', () => {
    const spec = { maxUnavailable: 3, notReadyNodes: 'Include' } as const;
    const decision = pass(100, { nodes: [down, aNode('node-3')], batches: open, spec });
    const turns = decision.commands.flatMap((command) => (command.kind === 'OpenTurn' ? [command.node.name] : []));
    expect(turns).toEqual(['node-3', 'node-2']);
  });

  it('Include: a node that is down has its turn even if it is the node that the others wait for', () => {
    const spec = { maxUnavailable: 1, notReadyNodes: 'Include' } as const;
    const decision = pass(100, { nodes: [down, aNode('node-3')], batches: open, spec });
    const turns = decision.commands.flatMap((command) => (command.kind === 'OpenTurn' ? [command.node.name] : []));
    expect(turns).toEqual(['node-2']);
  });
});
