import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { surveyFleet } from '../../../../../src/core/rollout/fleet/fleet.ts';
import { openTurns, type OpenTurnsResult } from '../../../../../src/core/rollout/batch/open-turns.ts';
import type { Hold } from '../../../../../src/core/rollout/model/hold.ts';
import { aNode, aQuarantined, aSnapshot, byName, done, inTurn } from '../support/facts.ts';
import { aBatch, aPlan, at, aTurn } from '../support/objects.ts';

interface Case {
  readonly nodes: readonly NodeFact[];
  /** Names of the batch's nodes; all of them unless said otherwise. */
  readonly batch?: readonly string[] | UpgradeBatch;
  readonly plan?: Partial<UpgradePlanSpec>;
  readonly records?: readonly NodeRecord[];
  readonly holder?: string;
  readonly canHandOver?: boolean;
  readonly held?: ReadonlyMap<string, Hold>;
}

function open({ nodes, batch, plan, records = [], holder, canHandOver = false, held = new Map() }: Case): OpenTurnsResult {
  const names = batch ?? nodes.map((node) => node.name);
  const target = 'metadata' in names ? names : aBatch(names);
  const snapshot = aSnapshot({ plan: aPlan(plan), batches: [target], nodes: byName(...nodes) });
  const known = new Map(records.map((record) => [record.name, record]));
  const fleet = surveyFleet(snapshot);
  return openTurns({
    snapshot,
    fleet,
    batch: target,
    records: known,
    holder,
    holderCanHandOver: canHandOver,
    holdTurn: (_entry, node) => held.get(node.name),
    now: at(100),
  });
}

function opened({ commands }: OpenTurnsResult): readonly string[] {
  return commands.map((command) => (command.kind === 'OpenTurn' ? command.node.name : command.kind));
}

const workers = (count: number): NodeFact[] => Array.from({ length: count }, (_, i) => aNode(`node-${i + 1}`));

describe('A node that something holds', () => {
  const hold: Hold = { reason: 'BatonMoving', message: 'why', summary: 'Waiting', kind: 'Working' };

  it('waits, and the nodes after it go first', () => {
    const step = open({ nodes: workers(3), plan: { maxUnavailable: 2 }, held: new Map([['node-1', hold]]) });
    expect(opened(step)).toEqual(['node-2', 'node-3']);
    expect(step.hold).toEqual(hold);
  });
});

describe('Turns are opened', () => {
  it.each<readonly [number | string, number]>([
    [1, 1],
    [2, 2],
    [9, 5],
    ['50%', 2],
    ['10%', 1],
    ['100%', 4],
  ])('as far as a maxUnavailable of %p lets it', (maxUnavailable, expected) => {
    expect(opened(open({ nodes: workers(5), plan: { maxUnavailable } }))).toHaveLength(expected);
  });

  it('in the order of the batch', () => {
    expect(opened(open({ nodes: workers(3), batch: ['node-3', 'node-1'], plan: { maxUnavailable: 3 } }))).toEqual([
      'node-3',
      'node-1',
    ]);
  });

  it('with the former state of the node and the cordon', () => {
    const node = aNode('node-1', { kept: ['karpenter.sh/do-not-disrupt'], bootId: 'boot-3' });
    expect(open({ nodes: [node] }).commands).toMatchObject([
      {
        kind: 'OpenTurn',
        cordon: true,
        turn: {
          batch: 'os-aaaa-1',
          cordoned: true,
          attempt: 1,
          before: { unschedulable: false, bootId: 'boot-3', kept: node.kept },
        },
      },
    ]);
  });

  it('without a cordon when nothing disrupts', () => {
    const batch = aBatch(['node-1']);
    const processes = batch.spec.processes.map((process) => ({ ...process, disruption: 'None' as const }));
    const quiet = { ...batch, spec: { ...batch.spec, processes } };
    expect(open({ nodes: workers(1), batch: quiet }).commands).toMatchObject([{ cordon: false, turn: { cordoned: false } }]);
  });

  it('with the data of an earlier turn whose claim was removed', () => {
    const left = aTurn('os-aaaa-1', { before: { unschedulable: false, bootId: 'boot-1', kept: [] } });
    const node = aNode('node-1', { turn: left, unschedulable: true });
    expect(open({ nodes: [node] }).commands).toMatchObject([{ turn: { before: left.before } }]);
  });
});

describe('A node counts as down', () => {
  const limit = { maxUnavailable: 1 };
  it.each<readonly [string, NodeFact]>([
    ['NotReady', aNode('node-9', { ready: false })],
    ['cordoned by anyone', aNode('node-9', { unschedulable: true })],
    ['quarantined by this plan', aQuarantined('node-9')],
    ['quarantined by another plan', aQuarantined('node-9', { planUid: 'another' })],
    ['tainted as failed', aNode('node-9', { failedTaint: true })],
    ['in its turn', inTurn('node-9')],
    ["in another plan's turn", aNode('node-9', { claim: 'another' })],
  ])('when it is %s, also outside the batch', (_, down) => {
    const step = open({ nodes: [...workers(2), down], batch: ['node-1'], plan: limit });
    expect(opened(step)).toEqual([]);
    expect(step.hold?.reason).toBe('MaxUnavailableReached');
    expect(step.hold?.message).toContain('node-9');
  });

  it('when this plan has claimed it, although it no longer selects it', () => {
    const down = inTurn('node-9', 'os-aaaa-1', { labels: {} });
    expect(opened(open({ nodes: [...workers(1), down], batch: ['node-1'], plan: limit }))).toEqual([]);
  });

  it('not when the plan does not select it', () => {
    const stranger = aNode('node-9', { labels: {}, ready: false });
    expect(opened(open({ nodes: [...workers(1), stranger], batch: ['node-1'], plan: limit }))).toEqual(['node-1']);
  });

  it('not when it is the candidate itself', () => {
    expect(opened(open({ nodes: [aNode('node-1', { unschedulable: true })], plan: limit }))).toEqual(['node-1']);
  });
});

describe('Control-plane nodes', () => {
  const controlPlane = (name: string, changes: Partial<NodeFact> = {}): NodeFact =>
    aNode(name, { controlPlane: true, ...changes });

  it('go one at a time', () => {
    const nodes = [controlPlane('node-1'), controlPlane('node-2'), aNode('node-3')];
    const step = open({ nodes, plan: { maxUnavailable: 3 } });
    expect(opened(step)).toEqual(['node-1', 'node-3']);
    expect(step.hold?.message).toContain('control-plane nodes go one at a time');
  });

  it('wait for another one that is down for any reason', () => {
    const nodes = [controlPlane('node-1'), controlPlane('node-2', { ready: false })];
    expect(opened(open({ nodes, batch: ['node-1'], plan: { maxUnavailable: 3 } }))).toEqual([]);
  });
});

describe('A node is skipped when its turn comes', () => {
  const entry = { name: 'node-1', uid: 'uid-of-node-1', processes: [] };
  it.each<readonly [string, NodeFact, UpgradeBatch | undefined]>([
    ['NothingToRun', aNode('node-1'), aBatch([], { spec: { nodes: [entry] } })],
    ['AlreadyDone', done('node-1', 'os-aaaa-9'), undefined],
    ['NoLongerSelected', aNode('node-1', { labels: {} }), undefined],
    ['BeingRemoved', aNode('node-1', { leaving: true }), undefined],
    ['Quarantined', aQuarantined('node-1'), undefined],
    ['NotReady', aNode('node-1', { ready: false }), undefined],
  ])('as %s', (reason, node, batch) => {
    const step = open({ nodes: [node], ...(batch === undefined ? {} : { batch }) });
    expect(step.commands).toEqual([]);
    expect(step.skipped.get('node-1')).toMatchObject({
      name: 'node-1',
      state: 'Skipped',
      reason,
      endTime: '2026-11-22T08:01:40Z',
    });
  });

  it('and the next one goes', () => {
    expect(opened(open({ nodes: [done('node-1', 'x'), aNode('node-2')] }))).toEqual(['node-2']);
  });

  it('not when it was done for another revision', () => {
    const mark = { revision: 'old', version: '12.8', batch: 'os-9999-1', time: '' };
    expect(opened(open({ nodes: [aNode('node-1', { done: mark })] }))).toEqual(['node-1']);
  });
});

describe('No turn is opened', () => {
  it.each<readonly [string, NodeFact, readonly NodeRecord[]]>([
    ['for a node that has its outcome', aNode('node-1'), [{ name: 'node-1', state: 'Failed' }]],
    ['for a node that is in its turn', inTurn('node-1'), []],
    ['for another Node of the same name', aNode('node-1', { uid: 'new' }), []],
  ])('%s', (_, node, records) => {
    const step = open({ nodes: [node], records });
    expect(opened(step)).toEqual([]);
    expect(step.hold).toBeUndefined();
  });

  it('for a node that another plan has claimed, and the hold says so', () => {
    const step = open({ nodes: [aNode('node-1', { claim: 'another' }), aNode('node-2')], plan: { maxUnavailable: 2 } });
    expect(opened(step)).toEqual(['node-2']);
    expect(step.hold).toMatchObject({ reason: 'ClaimedByOthers', message: 'node-1 is in the turn of another plan or batch' });
  });
});

describe('The holder of the baton', () => {
  const nodes = workers(2);
  it('goes last', () => {
    expect(opened(open({ nodes, plan: { maxUnavailable: 2 }, holder: 'node-1' }))).toEqual(['node-2', 'node-1']);
  });

  it('waits while it can hand the baton over', () => {
    const step = open({ nodes, plan: { maxUnavailable: 2 }, holder: 'node-1', canHandOver: true });
    expect(opened(step)).toEqual(['node-2']);
    expect(step.holderWaits).toBe(true);
    expect(step.hold).toMatchObject({ reason: 'BatonMoving', message: 'the baton leaves node-1 before its own turn' });
  });

  it('does not wait when nothing disrupts it', () => {
    const batch = aBatch(['node-1']);
    const processes = batch.spec.processes.map((process) => ({ ...process, disruption: 'None' as const }));
    const step = open({ nodes, batch: { ...batch, spec: { ...batch.spec, processes } }, holder: 'node-1', canHandOver: true });
    expect(opened(step)).toEqual(['node-1']);
    expect(step.holderWaits).toBe(false);
  });

  it('does not move the baton before there is room for its turn', () => {
    const step = open({ nodes: [aNode('node-1'), inTurn('node-2')], holder: 'node-1', canHandOver: true });
    expect(step.holderWaits).toBe(false);
    expect(step.hold?.reason).toBe('MaxUnavailableReached');
  });
});

it('A hold names the first nodes that are down, and counts the others', () => {
  const down = ['5', '6', '7', '8'].map((number) => aNode(`node-${number}`, { ready: false }));
  const step = open({ nodes: [aNode('node-1'), ...down], batch: ['node-1'] });
  expect(step.hold?.message).toBe(
    'down: node-5 (NotReady), node-6 (NotReady), node-7 (NotReady) and 1 more: 4 of maxUnavailable 1',
  );
});
