import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan, UpgradePlanSpec } from '../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../src/core/facts.ts';
import { buildBatch, cutNextBatch, expectedLastIndex, nextIndex, type NextBatch } from '../../../src/core/rollout/cut-batch.ts';
import { surveyFleet } from '../../../src/core/rollout/fleet.ts';
import type { PlanSnapshot } from '../../../src/core/rollout/snapshot.ts';
import { aNode, aSnapshot, byName, done } from './support/facts.ts';
import { aBatch, aPlan, aProcess, settledStatus } from './support/objects.ts';

interface Case {
  readonly count?: number;
  readonly nodes?: readonly NodeFact[];
  readonly plan?: Partial<UpgradePlanSpec>;
  readonly batches?: readonly UpgradeBatch[];
  readonly status?: UpgradePlan['status'];
}

function snapshotOf({ count = 10, nodes, plan, batches = [], status }: Case): PlanSnapshot {
  const fleet = nodes ?? Array.from({ length: count }, (_, i) => aNode(`node-${i + 1}`));
  return aSnapshot({ plan: { ...aPlan(plan), ...(status === undefined ? {} : { status }) }, nodes: byName(...fleet), batches });
}

function cut(input: Case): NextBatch | undefined {
  const snapshot = snapshotOf(input);
  return cutNextBatch(snapshot, surveyFleet(snapshot));
}

/** A settled batch of these nodes, all of which succeeded. */
function past(nodes: readonly string[], index = 1, planNodes = 10): UpgradeBatch {
  const records = nodes.map((name) => ({ name, state: 'Succeeded' }) as const);
  return aBatch(nodes, { name: `os-aaaa-${index}`, spec: { index, planNodes }, status: settledStatus(records) });
}

describe('The next batch', () => {
  it.each<readonly [number | string, number]>([
    [3, 3],
    [99, 10],
    ['25%', 2],
    ['5%', 1],
    ['100%', 10],
  ])('of size %p has so many of ten nodes', (size, expected) => {
    expect(cut({ plan: { batches: [{ size }] } })?.nodes).toHaveLength(expected);
  });

  it('takes the nodes in the order in which people count', () => {
    expect(cut({ plan: { batches: [{ size: 3 }] } })?.nodes.map((node) => node.name)).toEqual(['node-1', 'node-2', 'node-3']);
  });

  it('is cut for the next step, and the last step repeats', () => {
    const batches = [{ size: 1 }, { size: 2 }];
    const two = [past(['node-1']), past(['node-2', 'node-3'], 2)];
    expect(cut({ plan: { batches } })).toMatchObject({ index: 1, step: 0 });
    expect(cut({ plan: { batches }, batches: two.slice(0, 1) })).toMatchObject({ index: 2, step: 1 });
    expect(cut({ plan: { batches }, batches: two })).toMatchObject({ index: 3, step: 1 });
  });

  it('takes percentages of the nodes that there were when the revision started', () => {
    const nodes = Array.from({ length: 30 }, (_, i) => aNode(`node-${i + 1}`));
    expect(cut({ nodes, plan: { batches: [{ size: '50%' }] }, batches: [past(['node-1'])] })?.nodes).toHaveLength(5);
  });

  it('names for each node the processes that are for it', () => {
    const processes = [aProcess({ name: 'firmware', nodeSelector: { matchLabels: { disks: 'yes' } } }), aProcess()];
    const nodes = [aNode('node-1'), aNode('node-2', { labels: { role: 'worker', disks: 'yes' } })];
    expect(cut({ nodes, plan: { processes } })?.nodes.map((node) => node.processes)).toEqual([['os'], ['firmware', 'os']]);
  });

  it('leaves out what is done, what is in a batch already, and what is being removed', () => {
    const nodes = [done('node-1'), aNode('node-2'), aNode('node-3', { leaving: true }), aNode('node-4')];
    expect(cut({ nodes, plan: { batches: [{ size: 9 }] }, batches: [past(['node-2'])] })?.nodes.map((node) => node.name)).toEqual(
      ['node-4'],
    );
  });

  it('takes up nodes that an earlier one did not attempt', () => {
    const stopped = aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'NotAttempted' }]) });
    expect(cut({ count: 1, batches: [stopped] })?.nodes.map((node) => node.name)).toEqual(['node-1']);
  });

  it('takes up a host that was made anew under its old name', () => {
    expect(cut({ nodes: [aNode('node-1', { uid: 'new' })], batches: [past(['node-1'])] })?.nodes).toMatchObject([
      { name: 'node-1', uid: 'new' },
    ]);
  });

  it('is none when no node remains', () => {
    expect(cut({ count: 1, batches: [past(['node-1'])] })).toBeUndefined();
  });
});

describe('A batch holds at most 1,000 node-processes', () => {
  it.each<readonly [number, number]>([
    [1, 1000],
    [2, 500],
    [3, 333],
  ])('with %i processes a node that is %i nodes', (count, expected) => {
    const processes = Array.from({ length: count }, (_, i) => aProcess({ name: `p${i}` }));
    expect(cut({ count: 1200, plan: { batches: [{ size: '100%' }], processes } })?.nodes).toHaveLength(expected);
  });
});

describe("A batch's own budget", () => {
  const first = { size: 5 };
  it.each<readonly [string, Case, number | undefined]>([
    ['is 0 for the first batch', { plan: { batches: [first] } }, 0],
    ['is what the first batch says', { plan: { batches: [{ size: 5, maxFailed: 2 }] } }, 2],
    ['is a part of the batch, rounded down', { plan: { batches: [{ size: 5, maxFailed: '30%' }] } }, 1],
    ["is the plan's for later batches", { plan: { batches: [first] }, batches: [past(['node-1'])] }, undefined],
    ['is what a later batch says', { plan: { batches: [first, { size: 1, maxFailed: 0 }] }, batches: [past(['node-1'])] }, 0],
  ])('%s', (_, input, expected) => {
    expect(cut(input)?.maxFailed).toBe(expected);
  });
});

describe('The index of a batch', () => {
  it.each<readonly [string, Case, number]>([
    ['begins with 1', {}, 1],
    ['goes on after the newest', { batches: [past(['node-1'], 4)] }, 5],
    ['goes on when the history was pruned', { status: { lastBatchIndex: 7 } }, 8],
    ['goes on over revisions', { batches: [aBatch(['node-1'], { spec: { index: 3, revision: 'old' } })] }, 4],
  ])('%s', (_, input, expected) => {
    expect(nextIndex(snapshotOf(input))).toBe(expected);
  });
});

describe('The last batch of a rollout is expected to have the index', () => {
  it.each<readonly [string, Case, number]>([
    ['that the steps give', { count: 10, plan: { batches: [{ size: 1 }, { size: '25%' }] } }, 6],
    ['that what remains gives', { count: 10, plan: { batches: [{ size: 1 }] }, batches: [past(['node-1'])] }, 10],
    ['that the size of a batch allows', { count: 1200, plan: { batches: [{ size: '100%' }] } }, 2],
    ['of the newest batch when nothing remains', { count: 1, batches: [past(['node-1'], 4)] }, 4],
    ['that goes on over revisions', { count: 2, plan: { batches: [{ size: 1 }] }, status: { lastBatchIndex: 7 } }, 9],
  ])('%s', (_, input, expected) => {
    const snapshot = snapshotOf(input);
    expect(expectedLastIndex(snapshot, surveyFleet(snapshot))).toBe(expected);
  });
});

describe('The UpgradeBatch that is written', () => {
  const snapshot = snapshotOf({ plan: { drain: { emptyDirData: 'Delete' } } });
  const fleet = surveyFleet(snapshot);
  const manifest = buildBatch(snapshot, fleet, cutNextBatch(snapshot, fleet)!) as unknown as UpgradeBatch;

  it('is named after the plan, its revision and its index, keeps its outbox, and does not block the deletion of the plan', () => {
    expect(manifest.metadata).toMatchObject({ name: 'os-aaaa-1', namespace: 'fleet', finalizers: ['baton.dev/outbox'] });
    expect(manifest.metadata.ownerReferences).toEqual([
      { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradePlan', name: 'os', uid: 'uid-of-os', controller: true },
    ]);
  });

  it('says the work as the plan says it now', () => {
    expect(manifest.spec).toMatchObject({
      planUid: 'uid-of-os',
      revision: 'aaaa1111',
      version: '12.9',
      index: 1,
      step: 0,
      planNodes: 10,
      maxFailed: 0,
      processes: [{ name: 'os', disruption: 'Drain', report: 'None', deadlineSeconds: 600 }],
      drain: { emptyDirData: 'Delete' },
    });
  });

  it('says for whose images a template is completed, where the plan says so', () => {
    const job = { ...aProcess().job, compatibility: 'SystemUpgradeController' } as const;
    const compatible = snapshotOf({ count: 1, plan: { processes: [aProcess({ job })] } });
    const fleet = surveyFleet(compatible);
    const next = cutNextBatch(compatible, fleet);
    expect(buildBatch(compatible, fleet, next!)['spec']).toMatchObject({
      processes: [{ compatibility: 'SystemUpgradeController' }],
    });
    expect(JSON.stringify(manifest)).not.toContain('compatibility');
  });
});
