import { describe, expect, it } from '@jest/globals';
import type { DrainWait, NodeRecord } from '../../../../../../src/api/generated/upgradebatch.ts';
import { drainWaits, mergeWaits } from '../../../../../../src/core/rollout/status/outlook/drain-waits.ts';
import { decide } from '../../../../../../src/core/rollout/decide.ts';
import { aLease, anAgent, aSnapshot, byName, inTurn, SETTINGS } from '../../support/facts.ts';
import { aBatch, at, hash, timeAt } from '../../support/objects.ts';

/** A node whose drain a Pod holds up since the start. */
function held(name: string, drain: NodeRecord['drain'] = {}): NodeRecord {
  return { name, state: 'Draining', drain: { pod: 'shop/cart-1', budget: 'cart', blockedSinceTime: timeAt(0), ...drain } };
}

function waits(
  seconds: number,
  after: readonly NodeRecord[],
  recorded = [held('node-1')],
  before?: readonly DrainWait[],
): unknown {
  return drainWaits(before, recorded, after, at(seconds));
}

const CART = { budget: 'shop/cart', seconds: 240, longestSeconds: 240, nodes: 1 };

describe('What drains waited for', () => {
  it.each<readonly [string, NodeRecord]>([
    ['the drain is done', { name: 'node-1', state: 'Upgrading' }],
    ['the drain times out', { ...held('node-1'), state: 'Failed', reason: 'DrainTimeout' }],
    ['another Pod blocks it', held('node-1', { pod: 'shop/db-0', blockedSinceTime: timeAt(240) })],
    ['nothing blocks it any more', { name: 'node-1', state: 'Draining' }],
  ])('is added when %s', (_, after) => {
    expect(waits(240, [after])).toEqual([CART]);
  });

  it('is added when the record no longer exists', () => {
    expect(waits(240, [])).toEqual([CART]);
  });

  it.each<{ readonly title: string; readonly seconds: number; readonly recorded: NodeRecord[]; readonly after: NodeRecord }>([
    { title: 'it still waits', seconds: 240, recorded: [held('node-1')], after: held('node-1') },
    {
      title: 'it was blocked only for a moment',
      seconds: 29,
      recorded: [held('node-1')],
      after: { name: 'node-1', state: 'Upgrading' },
    },
    {
      title: 'it was added before',
      seconds: 240,
      recorded: [{ ...held('node-1'), state: 'Failed' }],
      after: { ...held('node-1'), state: 'Failed' },
    },
  ])('is not added while $title', ({ seconds, recorded, after }) => {
    expect(waits(seconds, [after], recorded, [CART])).toEqual([CART]);
  });

  it('names the Pod if no PodDisruptionBudget is the cause', () => {
    const recorded = { ...held('node-1'), drain: { pod: 'shop/job-x', blockedSinceTime: timeAt(0) } };
    expect(waits(60, [], [recorded])).toEqual([{ pod: 'shop/job-x', seconds: 60, longestSeconds: 60, nodes: 1 }]);
  });

  it('has one entry for each budget, the longest first, at most five', () => {
    const others = ['a', 'b', 'c', 'd', 'e'].map((name, i) => ({
      budget: `shop/${name}`,
      seconds: i,
      longestSeconds: i,
      nodes: 1,
    }));
    const merged = mergeWaits([...others, CART, { ...CART, seconds: 60, longestSeconds: 60 }]);
    expect(merged).toHaveLength(5);
    expect(merged[0]).toEqual({ budget: 'shop/cart', seconds: 300, longestSeconds: 240, nodes: 2 });
  });
});

it('A batch stores what a drain waited for in the write that removes the Pod from its record', () => {
  const batch = aBatch(['node-1'], { status: { nodes: [held('node-1')] } });
  const snapshot = aSnapshot({
    nodes: byName(inTurn('node-1')),
    batches: [batch],
    lease: aLease('node-1'),
    agentPods: [anAgent('node-1')],
  });
  const status = decide({ snapshot, now: at(240), settings: SETTINGS, hash }).batchStatuses.get('os-aaaa-1');

  expect(status?.nodes).toMatchObject([{ name: 'node-1', state: 'Upgrading' }]);
  expect(status?.nodes?.[0]?.drain).toBeUndefined();
  expect(status?.summary?.drainWaits).toEqual([CART]);
});
