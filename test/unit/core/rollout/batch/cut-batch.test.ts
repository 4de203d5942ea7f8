import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeRecord, UpgradeBatch, UpgradeBatchSpec } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import { cutBatches, nextIndex } from '../../../../../src/core/rollout/batch/cut-batch.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import { inOrder } from '../../../../../src/core/rollout/fleet/order.ts';
import { cut, snapshotOf, type Case } from '../support/cuts.ts';
import { aNode, done } from '../support/facts.ts';
import { aBatch, aProcess, resumedBy, settledStatus } from '../support/objects.ts';

function names(first: number, last: number): string[] {
  return Array.from({ length: last - first + 1 }, (_, i) => `node-${first + i}`);
}

/** A settled batch of these nodes, all of which succeeded. */
function past(nodes: readonly string[], index = 1, planNodes = 10, spec: Partial<UpgradeBatchSpec> = {}): UpgradeBatch {
  const records = nodes.map((name) => ({ name, state: 'Succeeded' }) as const);
  return aBatch(nodes, { name: `os-aaaa-${index}`, spec: { index, planNodes, ...spec }, status: settledStatus(records) });
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

  it('takes the first of the remaining nodes, in the order of the plan', () => {
    const snapshot = snapshotOf({ plan: { batches: [{ size: 3 }] } });
    const order = inOrder(snapshot, [...snapshot.nodes.values()]).map((node) => node.name);
    expect(cut({ plan: { batches: [{ size: 3 }] } })?.nodes.map((node) => node.name)).toEqual(order.slice(0, 3));
  });

  it('is cut for the next step, and the last step repeats', () => {
    const batches = [{ name: 'canary', size: 1 }, { size: 2 }];
    const two = [past(['node-1']), past(['node-2', 'node-3'], 2, 10, { step: 1 })];
    expect(cut({ plan: { batches } })).toMatchObject({ index: 1, step: 0, stepName: 'canary' });
    expect(cut({ plan: { batches }, batches: two.slice(0, 1) })).toMatchObject({ index: 2, step: 1 });
    expect(cut({ plan: { batches }, batches: two })).toMatchObject({ index: 3, step: 1 });
  });

  it('follows the current steps of the plan, even if it has fewer than before', () => {
    expect(cut({ plan: { batches: [{ size: 4 }] }, batches: [past(['node-1'], 1, 10, { step: 3 })] })).toMatchObject({
      step: 0,
      rest: 0,
    });
  });

  it('takes percentages of the nodes at the start of the revision', () => {
    const nodes = Array.from({ length: 30 }, (_, i) => aNode(`node-${i + 1}`));
    expect(cut({ nodes, plan: { batches: [{ size: '50%' }] }, batches: [past(['node-1'])] })?.nodes).toHaveLength(5);
  });

  it('names the processes of each node', () => {
    const processes = [aProcess({ name: 'firmware', nodeSelector: { matchLabels: { disks: 'yes' } } }), aProcess()];
    const nodes = [aNode('node-1'), aNode('node-2', { labels: { role: 'worker', disks: 'yes' } })];
    expect(cut({ nodes, plan: { processes } })?.nodes.map((node) => node.processes)).toEqual([['os'], ['firmware', 'os']]);
  });

  it('leaves out nodes that are done, in a batch already, or being removed', () => {
    const nodes = [done('node-1'), aNode('node-2'), aNode('node-3', { leaving: true }), aNode('node-4')];
    expect(cut({ nodes, plan: { batches: [{ size: 9 }] }, batches: [past(['node-2'])] })?.nodes.map((node) => node.name)).toEqual(
      ['node-4'],
    );
  });

  it('includes nodes that an earlier batch did not attempt', () => {
    const stopped = aBatch(['node-1'], { status: settledStatus([{ name: 'node-1', state: 'NotAttempted' }]) });
    expect(cut({ count: 1, batches: [stopped] })?.nodes.map((node) => node.name)).toEqual(['node-1']);
  });

  it('includes a new node with the name of an old one', () => {
    expect(cut({ nodes: [aNode('node-1', { uid: 'new' })], batches: [past(['node-1'])] })?.nodes).toMatchObject([
      { name: 'node-1', uid: 'new' },
    ]);
  });

  it('does not exist when no node remains', () => {
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

describe('A step that is too large for one batch', () => {
  const plan: Partial<UpgradePlanSpec> = { batches: [{ name: 'half', size: 1500, maxFailed: 10 }, { size: 500 }] };
  const first = names(1, 1000);
  const half = past(first, 1, 2500, { stepNodesRemaining: 500 });

  it('says how many of its nodes are left for the next batch', () => {
    expect(cut({ count: 2500, plan })).toMatchObject({ step: 0, rest: 500, maxFailed: 10 });
  });

  it('stays the same step for its second half', () => {
    const next = cut({ count: 2500, plan, batches: [half] });
    expect(next).toMatchObject({ index: 2, step: 0, stepName: 'half', rest: 0 });
    expect(next?.nodes).toHaveLength(500);
  });

  it('is followed by the next step once all its nodes are in batches', () => {
    const rest = past(names(1001, 1500), 2, 2500);
    expect(cut({ count: 2500, plan, batches: [half, rest] })).toMatchObject({ index: 3, step: 1 });
  });

  it('continues with at most the current size of the step', () => {
    const smaller: Partial<UpgradePlanSpec> = { batches: [{ size: 100 }] };
    expect(cut({ count: 2500, plan: smaller, batches: [half] })?.nodes).toHaveLength(100);
  });

  it.each<{
    readonly title: string;
    readonly spec: Partial<UpgradePlanSpec>;
    readonly failures: number;
    readonly resumed: boolean;
    readonly expected: number;
  }>([
    {
      title: 'gives its second batch what the first has left of its budget',
      spec: plan,
      failures: 3,
      resumed: false,
      expected: 7,
    },
    { title: 'has nothing left if the first batch exceeded it', spec: plan, failures: 11, resumed: false, expected: 0 },
    { title: 'has all of it again after a Resume', spec: plan, failures: 11, resumed: true, expected: 10 },
    {
      title: 'takes a percentage of the whole step',
      spec: { batches: [{ size: 1500, maxFailed: '1%' }] },
      failures: 3,
      resumed: false,
      expected: 12,
    },
    {
      title: 'allows no failure in either batch by default if it is the first step',
      spec: { batches: [{ size: 1500 }] },
      failures: 0,
      resumed: false,
      expected: 0,
    },
  ])('$title', ({ spec, failures, resumed, expected }) => {
    const records = first.map((name, i): NodeRecord => ({ name, state: i < failures ? 'Failed' : 'Succeeded' }));
    const status = settledStatus(records, resumed ? { resumed: resumedBy('act') } : {});
    expect(cut({ count: 2500, plan: spec, batches: [{ ...half, status }] })?.maxFailed).toBe(expected);
  });
});

describe("A batch's own budget", () => {
  const first = { size: 5 };
  it.each<readonly [string, Case, number | undefined]>([
    ['is 0 for the first batch', { plan: { batches: [first] } }, 0],
    ['is maxFailed of the first step', { plan: { batches: [{ size: 5, maxFailed: 2 }] } }, 2],
    ['is a percentage of the batch, rounded down', { plan: { batches: [{ size: 5, maxFailed: '30%' }] } }, 1],
    ["is the plan's for later batches", { plan: { batches: [first] }, batches: [past(['node-1'])] }, undefined],
    ['is maxFailed of a later step', { plan: { batches: [first, { size: 1, maxFailed: 0 }] }, batches: [past(['node-1'])] }, 0],
  ])('%s', (_, input, expected) => {
    expect(cut(input)?.maxFailed).toBe(expected);
  });
});

describe('The index of a batch', () => {
  it.each<readonly [string, Case, number]>([
    ['starts with 1', {}, 1],
    ['follows the newest batch', { batches: [past(['node-1'], 4)] }, 5],
    ['continues after older batches have been deleted', { status: { lastBatchIndex: 7 } }, 8],
    ['continues across revisions', { batches: [aBatch(['node-1'], { spec: { index: 3, revision: 'old' } })] }, 4],
  ])('%s', (_, input, expected) => {
    expect(nextIndex(snapshotOf(input))).toBe(expected);
  });
});

describe('The batches to come', () => {
  const allOf = (input: Case): readonly (readonly [number, number])[] => {
    const snapshot = snapshotOf(input);
    return [...cutBatches(snapshot, surveyFleet(snapshot))].map((each) => [each.index, each.nodes.length]);
  };

  it.each<readonly [string, Case, readonly (readonly [number, number])[]]>([
    [
      'follow the steps',
      { count: 7, plan: { batches: [{ size: 1 }, { size: '50%' }] } },
      [
        [1, 1],
        [2, 3],
        [3, 3],
      ],
    ],
    [
      'consist of the remaining nodes',
      { count: 3, plan: { batches: [{ size: 1 }] }, batches: [past(['node-1'])] },
      [
        [2, 1],
        [3, 1],
      ],
    ],
    [
      'contain at most as many nodes as fit into one',
      { count: 1200, plan: { batches: [{ size: '100%' }] } },
      [
        [1, 1000],
        [2, 200],
      ],
    ],
    ['are none if no node remains', { count: 1, batches: [past(['node-1'], 4)] }, []],
    [
      'continue across revisions',
      { count: 2, plan: { batches: [{ size: 1 }] }, status: { lastBatchIndex: 7 } },
      [
        [8, 1],
        [9, 1],
      ],
    ],
  ])('%s', (_, input, expected) => {
    expect(allOf(input)).toEqual(expected);
  });

  it('name each remaining node once, whatever the steps', () => {
    const quantity = fc.oneof(
      fc.integer({ min: 1, max: 12 }),
      fc.integer({ min: 1, max: 100 }).map((percent) => `${percent}%`),
    );
    const steps = fc.array(fc.record({ size: quantity }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 60 }), steps, (count, batches) => {
        const snapshot = snapshotOf({ count, plan: { batches } });
        const cuts = [...cutBatches(snapshot, surveyFleet(snapshot))];
        const nodes = cuts.flatMap((each) => each.nodes.map((node) => node.name));
        expect(nodes).toHaveLength(count);
        expect(new Set(nodes).size).toBe(count);
      }),
    );
  });
});
