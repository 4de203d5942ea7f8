import { describe, expect, it } from '@jest/globals';
import type { BatchProcess, NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import { inOrder } from '../../../../../src/core/rollout/fleet/order.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, anAgent, aNode, aSnapshot, byName, INFO, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, aProcess, at, aTurn, aVerify, hash } from '../support/objects.ts';

const KERNEL = aVerify({ kernelVersion: '$(BATON_VERSION)-*' });
const AT_VERSION: Partial<NodeFact> = { info: { ...INFO, kernelVersion: '12.9-amd64' } };

function process(name: string, changes: Partial<BatchProcess> = {}): BatchProcess {
  return { name, disruption: 'None', report: 'None', deadlineSeconds: 600, template: { spec: { containers: [] } }, ...changes };
}

/** A pass over a batch of node-1 alone, in which `kernel` reboots and `tools` disturbs nobody. */
function pass(
  node: NodeFact,
  processes: readonly BatchProcess[] = [process('kernel', { disruption: 'Reboot', verify: KERNEL }), process('tools')],
  snapshot: Partial<PlanSnapshot> = {},
): Decision {
  const nodes = [{ name: 'node-1', uid: 'uid-of-node-1', processes: processes.map(({ name }) => name) }];
  const batch = aBatch([], { spec: { nodes, processes } });
  const given = aSnapshot({
    batches: [batch],
    nodes: byName(node, aNode('node-2')),
    lease: aLease('node-2'),
    agentPods: [anAgent('node-2')],
    ...snapshot,
  });
  return decide({ snapshot: given, now: at(100), settings: SETTINGS, hash });
}

function turnOf(decision: Decision): unknown {
  const [command] = decision.commands;
  return command?.kind === 'OpenTurn' ? command.turn : undefined;
}

function recordOf(decision: Decision): NodeRecord | undefined {
  return decision.batchStatuses.get('os-aaaa-1')?.nodes?.[0];
}

const ONLY_KERNEL = [process('kernel', { disruption: 'Reboot', verify: KERNEL })];

describe('A node on which the verify of every process holds', () => {
  it('is skipped before any claim', () => {
    const decision = pass(aNode('node-1', AT_VERSION), ONLY_KERNEL);
    expect(decision.commands.map(({ kind }) => kind)).not.toContain('OpenTurn');
    expect(recordOf(decision)).toEqual({
      name: 'node-1',
      state: 'Skipped',
      reason: 'AlreadyCurrent',
      message: 'its verify holds already: 12.9-amd64',
      endTime: '2026-11-22T08:01:40Z',
    });
  });

  it('is skipped although no other node may go down', () => {
    const nodes = byName(aNode('node-1', AT_VERSION), aNode('node-2', { ready: false }));
    expect(recordOf(pass(aNode('node-1'), ONLY_KERNEL, { nodes }))?.reason).toBe('AlreadyCurrent');
  });

  it('counts as done, and leaves the plan succeeded', () => {
    const nodes = byName(aNode('node-1', AT_VERSION));
    const settled = aBatch(['node-1'], {
      status: {
        conditions: [{ type: 'Settled', status: 'True', reason: 'AllTerminal', message: '', lastTransitionTime: '' }],
        nodes: [{ name: 'node-1', state: 'Skipped', reason: 'AlreadyCurrent' }],
      },
    });
    const { planStatus } = pass(aNode('node-1'), ONLY_KERNEL, { nodes, batches: [settled] });
    expect(planStatus).toMatchObject({ summary: 'Succeeded', reason: 'AllSucceeded', progress: '1/1' });
    expect(planStatus?.counts).toMatchObject({ succeeded: 1, skipped: 0 });
  });

  it.each<readonly [string, Partial<NodeFact>, string | undefined]>([
    ['is NotReady, so that its versions may be stale', { ready: false }, 'NotReady'],
    ['is being removed', { leaving: true }, 'BeingRemoved'],
    ['is chosen no more', { labels: {} }, 'NoLongerSelected'],
    ['is in the turn of another plan: that may change it', { claim: 'uid-of-other', turn: aTurn('b') }, undefined],
  ])('is not skipped for that when it %s', (_, changes, expected) => {
    const decision = pass(aNode('node-1', { ...AT_VERSION, ...changes }), ONLY_KERNEL, { plan: aPlan({ maxUnavailable: 3 }) });
    expect(recordOf(decision)?.reason).toBe(expected);
  });

  it('goes after all others', () => {
    const plan = aPlan({ processes: [aProcess({ verify: KERNEL })] });
    const nodes = [aNode('a', AT_VERSION), aNode('b'), aNode('c', AT_VERSION), aNode('d', { controlPlane: true })];
    const names = inOrder(aSnapshot({ plan }), nodes).map(({ name }) => name);
    expect(names.slice(0, 2)).toEqual(['b', 'd']);
  });
});

describe('A node on which the verify of some processes holds', () => {
  it('has a turn in which only the others run, and is not drained for what does not', () => {
    expect(turnOf(pass(aNode('node-1', AT_VERSION)))).toMatchObject({ processes: ['tools'], cordoned: false });
    expect(turnOf(pass(aNode('node-1')))).toMatchObject({ processes: ['kernel', 'tools'], cordoned: true });
  });

  it('keeps that on record', () => {
    const node = inTurn('node-1', 'os-aaaa-1', { turn: aTurn('os-aaaa-1', { processes: ['tools'] }) });
    const decision = pass(node);
    expect(decision.commands.map(({ kind }) => kind)).toEqual(['CreateJob']);
    expect(recordOf(decision)?.processes).toEqual([
      { name: 'kernel', state: 'Skipped', reason: 'AlreadyCurrent', message: 'its verify held before the turn' },
    ]);
  });

  it('has not begun its upgrade by that: a plan that is deleted leaves it alone', () => {
    const node = inTurn('node-1', 'os-aaaa-1', { turn: aTurn('os-aaaa-1', { processes: ['tools'] }) });
    const skipped = { name: 'kernel', state: 'Skipped' } as const;
    const nodes = [{ name: 'node-1', uid: 'uid-of-node-1', processes: ['kernel', 'tools'] }];
    const processes = [process('kernel', { verify: KERNEL }), process('tools')];
    const status = { nodes: [{ name: 'node-1', state: 'Upgrading', processes: [skipped] }] } as const;
    const decision = pass(node, processes, {
      plan: aPlan({}, { deletionTimestamp: '2026-11-22T08:01:00Z' }),
      batches: [aBatch([], { spec: { nodes, processes }, status })],
    });
    expect(recordOf(decision)).toMatchObject({ state: 'NotAttempted', reason: 'PlanDeleted' });
  });
});

describe('The version that a node comes from', () => {
  const fromOf = (node: Partial<NodeFact>): unknown =>
    recordOf(pass(inTurn('node-1', 'os-aaaa-1', node), ONLY_KERNEL))?.fromVersion;

  it('is noted in the turn, before anything changes it', () => {
    expect(turnOf(pass(aNode('node-1')))).toMatchObject({ fromVersion: '12.8-amd64' });
    expect(turnOf(pass(aNode('node-1'), [process('tools')]))).not.toHaveProperty('fromVersion');
  });

  it('is what the turn noted', () => {
    const turn = aTurn('os-aaaa-1', { processes: ['kernel'], fromVersion: '12.8-amd64' });
    expect(fromOf({ turn, ...AT_VERSION })).toBe('12.8-amd64');
  });

  it('is what the plan brought before, where it did', () => {
    const turn = aTurn('os-aaaa-1', { processes: ['kernel'], fromVersion: '12.8-amd64' });
    expect(fromOf({ turn, done: { revision: 'old', version: '12.8', batch: 'os-old-1', time: '' } })).toBe('12.8');
  });
});
