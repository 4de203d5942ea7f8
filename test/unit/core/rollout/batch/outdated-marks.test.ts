import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { aLease, aNode, aSnapshot, byName, done, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, PLAN_UID, REVISION, settledStatus, timeAt } from '../support/objects.ts';

type UpgradePlanSpecChanges = Partial<UpgradePlan['spec']>;

const PLAN = aPlan({ podPlacement: 'PreferDoneNodes', notify: { sinks: [] } });
const ENDED = { reason: 'Aborted', revision: REVISION, message: 'too many failed', time: timeAt(50) } as const;
const ABORTED = { ...PLAN, status: { ended: ENDED } };
const DELETED = { ...PLAN, metadata: { ...PLAN.metadata, deletionTimestamp: timeAt(90) } };

function marked(node: NodeFact, planUid = PLAN_UID): NodeFact {
  return {
    ...node,
    labels: { ...node.labels, 'baton.dev/outdated': planUid },
    outdated: { planUid, index: 0 },
    taints: 1,
  };
}

function marksOf(
  nodes: readonly NodeFact[],
  { batches = [], plan = PLAN }: { readonly batches?: readonly UpgradeBatch[]; readonly plan?: UpgradePlan } = {},
): readonly string[] {
  const snapshot = aSnapshot({ plan, nodes: byName(...nodes), batches, lease: aLease() });
  const { commands } = decide({ snapshot, now: at(100), settings: SETTINGS, hash });
  return commands.flatMap((command) => (isMark(command) ? [`${command.kind} ${command.node.name}`] : []));
}

function isMark(command: Command): command is Extract<Command, { kind: 'MarkOutdated' | 'UnmarkOutdated' }> {
  return command.kind === 'MarkOutdated' || command.kind === 'UnmarkOutdated';
}

function settledBatch(state: NodeRecord['state']): UpgradeBatch {
  return aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state }]) });
}

const open = aBatch(['node-1', 'node-2']);

describe('podPlacement: PreferDoneNodes', () => {
  it('marks nothing before the first batch exists', () => {
    expect(marksOf([aNode('node-1'), aNode('node-2')])).toEqual([]);
  });

  it('marks the nodes that wait, but not those that are done or get their turn now', () => {
    const nodes = [aNode('node-1'), aNode('node-2'), aNode('node-3'), done('node-4')];
    expect(marksOf(nodes, { batches: [open] })).toEqual(['MarkOutdated node-3', 'MarkOutdated node-2']);
  });

  it.each<readonly [string, NodeFact]>([
    ['in its turn', inTurn('node-3')],
    ['marked already', marked(aNode('node-3'))],
    ['marked by another plan', marked(aNode('node-3'), 'other')],
    ['being removed', aNode('node-3', { leaving: true })],
    ['not of the plan', aNode('node-3', { labels: {} })],
  ])('leaves a node alone that is %s', (_, node) => {
    expect(marksOf([inTurn('node-1'), node], { batches: [aBatch(['node-1', 'node-3'])] })).not.toContain(`MarkOutdated node-3`);
    expect(marksOf([inTurn('node-1'), node], { batches: [aBatch(['node-1', 'node-3'])] })).not.toContain(`UnmarkOutdated node-3`);
  });

  it.each<{
    readonly title: string;
    readonly nodes: readonly NodeFact[];
    readonly batches: UpgradeBatch[];
    readonly plan: UpgradePlan;
  }>([
    { title: 'it is done', nodes: [marked(done('node-1'))], batches: [settledBatch('Succeeded')], plan: PLAN },
    { title: 'it was skipped', nodes: [marked(aNode('node-1'))], batches: [settledBatch('Skipped')], plan: PLAN },
    {
      title: 'the plan no longer selects it',
      nodes: [marked(aNode('node-1', { labels: {} })), aNode('node-9')],
      batches: [settledBatch('Skipped')],
      plan: PLAN,
    },
    {
      title: 'the plan no longer marks nodes',
      nodes: [marked(aNode('node-1'))],
      batches: [],
      plan: aPlan({ podPlacement: 'Anywhere', notify: { sinks: [] } }),
    },
    {
      title: 'the rollout was aborted',
      nodes: [marked(aNode('node-1')), aNode('node-2')],
      batches: [settledBatch('NotAttempted')],
      plan: ABORTED,
    },
    { title: 'the plan is deleted', nodes: [marked(aNode('node-1'))], batches: [], plan: DELETED },
    {
      title: 'the plan is deleted while others are in their turn',
      nodes: [marked(aNode('node-1')), inTurn('node-2')],
      batches: [open],
      plan: DELETED,
    },
  ])('takes the mark from a node when $title', ({ nodes, batches, plan }) => {
    expect(marksOf(nodes, { batches, plan })).toContain('UnmarkOutdated node-1');
  });

  it('keeps the marks during a pause or a hold, and across revisions', () => {
    const old = aBatch(['node-9'], {
      spec: { revision: 'old' },
      status: settledStatus([{ name: 'node-9', state: 'Succeeded' }]),
    });
    const paused = { ...PLAN, spec: { ...PLAN.spec, paused: true } };
    expect(marksOf([marked(aNode('node-1'))], { batches: [old], plan: paused })).toEqual([]);
  });

  it.each<readonly [string, UpgradePlanSpecChanges]>([
    ['no process disrupts', { processes: PLAN.spec.processes.map((process) => ({ ...process, disruption: 'None' as const })) }],
    ['nodes are only cordoned', { drain: { ...PLAN.spec.drain, mode: 'Cordon' } }],
  ])('marks nothing where no Pod moves: %s', (_, changes) => {
    const plan = { ...PLAN, spec: { ...PLAN.spec, ...changes } };
    expect(marksOf([aNode('node-1'), aNode('node-3')], { batches: [open], plan })).toEqual([]);
  });

  it('marks a limited number of nodes in a pass', () => {
    const nodes = Array.from({ length: 200 }, (_, i) => aNode(`node-${i + 1}`));
    expect(marksOf(nodes, { batches: [open] })).toHaveLength(25);
  });

  it('keeps a deleted plan while a node has its mark', () => {
    const snapshot = aSnapshot({ plan: DELETED, nodes: byName(marked(aNode('node-1'))) });
    const { commands } = decide({ snapshot, now: at(100), settings: SETTINGS, hash });
    expect(commands.map(({ kind }) => kind)).toEqual(['UnmarkOutdated']);
  });
});
