import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { NodeRecord, UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import { inOrder } from '../../../../../src/core/rollout/fleet/order.ts';
import { aNode, aQuarantined, aSnapshot } from '../support/facts.ts';
import { aBatch, aPlan, settledStatus } from '../support/objects.ts';

function workers(count: number): NodeFact[] {
  return Array.from({ length: count }, (_, i) => aNode(`node-${i + 1}`));
}

function ordered(nodes: readonly NodeFact[], batches: readonly UpgradeBatch[] = [], plan = aPlan()): readonly string[] {
  return inOrder(aSnapshot({ plan, batches }), nodes).map((node) => node.name);
}

function pastBatch(state: NodeRecord['state'], { node = 'node-1', index = 1, revision = 'aaaa1111' } = {}): UpgradeBatch {
  const status = settledStatus([{ name: node, state }]);
  return aBatch([node], { name: `os-${index}`, spec: { index, revision }, status });
}

const nodes = fc.uniqueArray(fc.uuid(), { maxLength: 40 }).map((uids) => uids.map((uid, i) => aNode(`node-${i}`, { uid })));

describe('The order of the nodes', () => {
  it('has each node once', () => {
    fc.assert(fc.property(nodes, (fleet) => expect([...ordered(fleet)].sort()).toEqual(fleet.map(({ name }) => name).sort())));
  });

  it('does not depend on the order in which the nodes are listed', () => {
    fc.assert(fc.property(nodes, (fleet) => expect(ordered(fleet.toReversed())).toEqual(ordered(fleet))));
  });

  it('does not change for the others when a node joins or is deleted', () => {
    fc.assert(
      fc.property(nodes, fc.uuid(), (fleet, uid) => {
        const joined = ordered([...fleet, aNode('new', { uid })]);
        expect(joined.filter((name) => name !== 'new')).toEqual(ordered(fleet));
      }),
    );
  });

  it('is the same for each revision of a plan', () => {
    const next = aPlan({ version: '13.0' });
    expect(ordered(workers(20), [], next)).toEqual(ordered(workers(20)));
  });

  it('differs between plans, so that not all of them try the same node first', () => {
    const others = Array.from({ length: 20 }, (_, i) => ordered(workers(20), [], aPlan({}, { uid: `uid-of-plan-${i}` }))[0]);
    expect(new Set(others).size).toBeGreaterThan(5);
  });

  it('puts control-plane nodes after the workers', () => {
    const fleet = [aNode('cp-1', { controlPlane: true }), ...workers(10), aNode('cp-2', { controlPlane: true })];
    expect([...ordered(fleet).slice(-2)].sort()).toEqual(['cp-1', 'cp-2']);
  });
});

describe('A node that failed before', () => {
  const fleet = [aNode('cp-1', { controlPlane: true }), ...workers(10)];
  const last = (...batches: readonly UpgradeBatch[]): string | undefined => ordered(fleet, batches).at(-1);

  it.each<readonly [string, readonly UpgradeBatch[], string]>([
    ['goes last', [pastBatch('Failed')], 'node-1'],
    ['goes last for another revision as well', [pastBatch('Failed', { revision: 'old' })], 'node-1'],
    ['goes last although it was not attempted since', [pastBatch('Failed'), pastBatch('NotAttempted', { index: 2 })], 'node-1'],
    ['has its old place when it has succeeded since', [pastBatch('Failed'), pastBatch('Succeeded', { index: 2 })], 'cp-1'],
  ])('%s', (_, batches, expected) => {
    expect(last(...batches)).toBe(expected);
  });

  it('has its old place when a new Node has its name', () => {
    const recreated = fleet.map((node) => (node.name === 'node-1' ? aNode('node-1', { uid: 'new' }) : node));
    expect(ordered(recreated, [pastBatch('Failed')]).at(-1)).toBe('cp-1');
  });

  it('goes last while any plan has it in quarantine', () => {
    expect(ordered([aQuarantined('node-9', { planUid: 'other' }), ...fleet.filter(({ name }) => name !== 'node-9')]).at(-1)).toBe(
      'node-9',
    );
  });
});
