import { describe, expect, it } from '@jest/globals';
import type { PodFact } from '../../../../../src/core/facts.ts';
import { canHandOver } from '../../../../../src/core/rollout/agent/choose-holder.ts';
import { agentPodName } from '../../../../../src/core/rollout/manifests/agent-pod.ts';
import type { Command } from '../../../../../src/core/rollout/model/command.ts';
import type { LeaseFact } from '../../../../../src/core/rollout/model/facts.ts';
import { AGENT, HELD, inputOf, next, advance, notifiedBy, WORKERS, type Case } from '../support/baton.ts';
import { aLease, anAgent, aNode, inTurn } from '../support/facts.ts';
import { aBatch, at, hash, settledStatus, timeAt } from '../support/objects.ts';

describe('A holder whose own turn is next', () => {
  const waits = { holderWaits: true };
  const held = { lease: HELD, agents: [AGENT], input: waits };
  it.each<readonly [string, Case, string | undefined]>([
    ['hands over to a node that is done', { states: { 'node-1': 'Succeeded' } }, 'node-1'],
    [
      'waits for a node that is in its turn',
      {
        nodes: [inTurn('node-1'), ...WORKERS.slice(1)],
        states: { 'node-2': 'Succeeded', 'node-1': 'Upgrading' },
        earlier: notifiedBy('node-2'),
      },
      undefined,
    ],
    ['waits rather than hand over to a node that is not done', {}, undefined],
    [
      'hands over outside the batch rather than to the last sender',
      { states: { 'node-1': 'Failed', 'node-2': 'Succeeded' }, earlier: notifiedBy('node-2') },
      'node-4',
    ],
    [
      'hands over to a skipped node that is Ready again rather than to the last sender',
      { nodes: WORKERS.slice(0, 3), states: { 'node-1': 'Skipped', 'node-2': 'Succeeded' }, earlier: notifiedBy('node-2') },
      'node-1',
    ],
    [
      'hands over to the last sender if there is no other node',
      {
        nodes: WORKERS.slice(1, 3),
        batch: ['node-2', 'node-3'],
        states: { 'node-2': 'Succeeded' },
        earlier: notifiedBy('node-2'),
      },
      'node-2',
    ],
  ])('%s', (_, input, expected) => {
    expect(next({ ...held, ...input })).toBe(expected);
  });

  it('keeps the baton while it waits', () => {
    expect(advance(held)).toMatchObject({ commands: [], problem: undefined });
  });
});

describe('An agent that may be sending', () => {
  const receipt = { sink: 'ops', id: 'uid-of-os-aaaa-0/1', outcome: 'Delivered', time: timeAt(1) } as const;
  const notification = { id: receipt.id, sinks: ['ops'] };
  const untold = aBatch(['node-4'], { name: 'os-aaaa-0', spec: { index: 1 }, status: settledStatus([], { notification }) });
  const follower = anAgent('node-1', { name: agentPodName('uid-of-lease', 2, hash) });
  const handOver = (speaker: Partial<PodFact>, lease: Partial<LeaseFact> = {}, earlier = untold): readonly Command[] =>
    advance({
      earlier,
      lease: aLease('node-3', lease),
      agents: [anAgent('node-3', speaker), follower],
      states: { 'node-1': 'Succeeded' },
      input: { holderWaits: true },
    }).commands;

  it('finishes before the baton moves, because it can only leave receipts on a Lease that names it', () => {
    expect(handOver({})).toMatchObject([{ kind: 'DeleteAgentPod', atOnce: false, pod: { uid: 'uid-of-agent-node-3' } }]);
    expect(handOver({ deleting: true })).toEqual([]);
  });

  it.each<readonly [string, readonly Command[]]>([
    ['its Pod has ended', handOver({ phase: 'Succeeded' })],
    ['it no longer renews', handOver({ deleting: true }, { unchangedMs: 15_001 })],
    ['it has not started to renew', handOver({}, { renewed: false })],
    ['the Lease has every receipt', handOver({}, { receipts: [receipt] })],
    ['the batch has every receipt', handOver({}, {}, notifiedBy('node-4'))],
  ])('is not waited for when %s', (_, commands) => {
    expect(commands).toMatchObject([
      {
        kind: 'PassBaton',
        to: { node: 'node-1' },
        why: 'the turn of the holder node-3 is next: the baton goes to node-1 for os-aaaa-1',
      },
    ]);
  });
});

describe('A batch of one node', () => {
  const alone = { batch: ['node-3'], lease: aLease('node-3', { unchangedMs: 100_000 }) };
  const rebooting = inTurn('node-3', 'os-aaaa-1', { ready: false });
  it.each<readonly [string, Case, string | undefined]>([
    ['keeps its holder through its reboot', { nodes: [...WORKERS.slice(0, 2), rebooting], agents: [AGENT] }, undefined],
    ['keeps its holder although its Pod has ended', { nodes: [...WORKERS.slice(0, 2), rebooting] }, undefined],
    [
      'does not give it a new Pod while its host is shutting down',
      { nodes: [inTurn('node-3')], lease: aLease('node-3', { unchangedMs: 9000 }) },
      undefined,
    ],
    ['gives it a new Pod once it is back without one', { nodes: [...WORKERS.slice(0, 2), inTurn('node-3')] }, 'node-3'],
    ['passes the baton on after the deadline', { nodes: [...WORKERS.slice(0, 2), rebooting], input: { now: at(601) } }, 'node-1'],
    [
      'passes it to another node if its own was the last sender',
      { nodes: [...WORKERS.slice(0, 2), inTurn('node-3')], earlier: notifiedBy('node-3') },
      'node-1',
    ],
    ['passes the baton on if the node no longer exists', { nodes: WORKERS.slice(0, 2) }, 'node-1'],
  ])('%s', (_, input, expected) => {
    expect(next({ ...alone, ...input })).toBe(expected);
  });
});

describe('A holder can hand over', () => {
  it.each<readonly [string, Case, boolean]>([
    ['to a node that is done', { states: { 'node-1': 'Succeeded', 'node-2': 'Failed' } }, true],
    [
      'to a node that is in its turn',
      { nodes: [inTurn('node-1'), ...WORKERS.slice(1)], states: { 'node-1': 'Upgrading', 'node-2': 'Failed' } },
      true,
    ],
    ['to a node that waits for its turn', { states: { 'node-2': 'Skipped' } }, true],
    ['not if the others failed or were skipped', { states: { 'node-1': 'Failed', 'node-2': 'Skipped' } }, false],
    [
      'not if the node that is done cannot hold the baton',
      { nodes: [aNode('node-1', { ready: false }), ...WORKERS.slice(1)], states: { 'node-1': 'Succeeded', 'node-2': 'Failed' } },
      false,
    ],
    ['not in a batch of one node', { batch: ['node-3'] }, false],
  ])('%s', (_, input, expected) => {
    const { snapshot, batch, records } = inputOf(input);
    expect(canHandOver(snapshot, batch, records, 'node-3')).toBe(expected);
  });
});
