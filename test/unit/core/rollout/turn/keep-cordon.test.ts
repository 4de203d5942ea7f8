import { describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../../../../src/api/generated/upgradebatch.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import { keepCordon } from '../../../../../src/core/rollout/turn/keep-cordon.ts';
import { aPod, inTurn } from '../support/facts.ts';
import { aTurn } from '../support/objects.ts';

const EVICT: Command = { kind: 'Evict', pod: aPod('shop-1', 'node-1'), why: 'draining' };
const CREATE: Command = { kind: 'CreateJob', node: 'node-1', job: {}, why: 'next' };

function kinds(node: Partial<NodeFact>, state: NodeRecord['state'] = 'Draining'): readonly string[] {
  const step = { record: { name: 'node-1', state }, commands: [EVICT, CREATE, RETRY] };
  return keepCordon(inTurn('node-1', 'os-aaaa-1', node), step).commands.map((command) => command.kind);
}

const RETRY: Command = { kind: 'RetryTurn', node: inTurn('node-1'), turn: aTurn(), why: 'again' };

describe('A node that somebody uncordons in its turn (T8)', () => {
  it('is cordoned again, and nothing is evicted, and its turn not written, before that', () => {
    expect(kinds({ unschedulable: false })).toEqual(['Cordon', 'CreateJob']);
  });

  it.each<readonly [string, Partial<NodeFact>, NodeRecord['state']]>([
    ['while it is cordoned', {}, 'Draining'],
    ['when its turn never cordoned it', { unschedulable: false, turn: aTurn('os-aaaa-1', { cordoned: false }) }, 'Upgrading'],
    ['when it has its outcome', { unschedulable: false }, 'Succeeded'],
  ])('is left alone %s', (_, node, state) => {
    expect(kinds(node, state)).toEqual(['Evict', 'CreateJob', 'RetryTurn']);
  });

  it('is left schedulable after its turn, also when it was cordoned before', () => {
    const before = { unschedulable: true, bootId: 'boot-1', kept: [] };
    const node = inTurn('node-1', 'os-aaaa-1', { unschedulable: false, turn: aTurn('os-aaaa-1', { before }) });
    const { commands } = keepCordon(node, { record: { name: 'node-1', state: 'Draining' }, commands: [] });
    expect(commands).toMatchObject([{ kind: 'Cordon', turn: { cordoned: true, before: { ...before, unschedulable: false } } }]);
  });
});
