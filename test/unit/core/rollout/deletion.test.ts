import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import type { Command } from '../../../../src/core/rollout/model/command.ts';
import { decide } from '../../../../src/core/rollout/decide.ts';
import type { PlanSnapshot } from '../../../../src/core/rollout/model/snapshot.ts';
import {
  aJob,
  aLease,
  anAgent,
  aNode,
  anUpgradePod,
  aQuarantined,
  aSnapshot,
  byName,
  inTurn,
  SETTINGS,
} from './support/facts.ts';
import { aBatch, aPlan, at, hash, outboxOf, PLAN_UID, settledStatus, timeAt } from './support/objects.ts';

/** A plan whose deletion was requested at 50 s. */
function deleted(meta: Partial<UpgradePlan['metadata']> = {}): UpgradePlan {
  return aPlan({}, { deletionTimestamp: timeAt(50), ...meta });
}

function commands(snapshot: Partial<PlanSnapshot>, now = 100): readonly Command[] {
  const settings = { ...SETTINGS, historyLimit: 1 };
  return decide({ snapshot: aSnapshot(snapshot), now: at(now), settings, hash }).commands;
}

function describeCommands(snapshot: Partial<PlanSnapshot>, now = 100): readonly string[] {
  return commands(snapshot, now).map((command) => {
    if ('node' in command && typeof command.node !== 'string') return `${command.kind} ${command.node.name}`;
    return command.kind === 'DeleteBatch' ? `DeleteBatch ${command.batch.metadata.name}` : command.kind;
  });
}

function settled(name: string, spec: Partial<UpgradeBatch['spec']> = {}, nodes: readonly NodeRecord[] = []): UpgradeBatch {
  return aBatch(
    nodes.map((node) => node.name),
    { name, spec, status: settledStatus(nodes, { notification: outboxOf(name, 'node-1') }) },
  );
}

const DONE = settled('os-aaaa-1');
const UNTOLD: UpgradeBatch = { ...DONE, status: { ...DONE.status, notification: outboxOf('os-aaaa-1') } };

describe('A plan that is deleted', () => {
  it('starts nothing: nodes that wait are not attempted', () => {
    const decision = decide({
      snapshot: aSnapshot({ plan: deleted(), batches: [aBatch(['node-1'])], nodes: byName(aNode('node-1')) }),
      now: at(100),
      settings: SETTINGS,
      hash,
    });
    expect(decision.commands.map((command) => command.kind)).not.toContain('OpenTurn');
    expect(decision.batchStatuses.get('os-aaaa-1')?.nodes).toMatchObject([{ state: 'NotAttempted', reason: 'PlanDeleted' }]);
  });

  it.each<readonly [string, Partial<PlanSnapshot>, readonly string[]]>([
    [
      'waits for running Jobs to end',
      {
        batches: [aBatch(['node-1'])],
        nodes: byName(inTurn('node-1')),
        jobs: [aJob('node-1')],
        lease: aLease('node-1'),
        agentPods: [anAgent('node-1')],
      },
      [],
    ],
    [
      'releases its nodes',
      {
        batches: [DONE],
        nodes: byName(inTurn('node-1'), aQuarantined('node-2'), aNode('node-3'), aQuarantined('node-4', { planUid: 'another' })),
      },
      ['CloseTurn node-1', 'EndQuarantine node-2'],
    ],
    ['removes its Jobs', { batches: [DONE], jobs: [aJob('node-1')] }, ['DeleteJobs']],
    [
      'waits for its notifications',
      { batches: [UNTOLD], lease: aLease('node-1'), agentPods: [anAgent('node-1')], nodes: byName(aNode('node-1')) },
      [],
    ],
    [
      'deletes its agents when all notifications are delivered',
      { batches: [DONE], lease: aLease('node-1'), agentPods: [anAgent('node-1')] },
      ['DeleteAgentPod'],
    ],
    [
      'does not wait for an agent that cannot end on a lost host',
      { batches: [DONE], lease: aLease('node-1'), agentPods: [anAgent('node-1', { deleting: true })] },
      ['DeleteBatch os-aaaa-1', 'DeleteLease'],
    ],
    ['deletes its batches and its Lease', { batches: [DONE], lease: aLease('node-1') }, ['DeleteBatch os-aaaa-1', 'DeleteLease']],
    ['is itself deleted last', {}, ['RemoveFinalizer']],
  ])('%s', (_, snapshot, expected) => {
    expect(describeCommands({ plan: deleted(), ...snapshot })).toEqual(expected);
  });

  it('gives up on its notifications after five minutes', () => {
    const snapshot = aSnapshot({
      plan: deleted(),
      batches: [UNTOLD],
      lease: aLease('node-1'),
      agentPods: [anAgent('node-1')],
      nodes: byName(aNode('node-1')),
    });
    const status = decide({ snapshot, now: at(351), settings: SETTINGS, hash }).batchStatuses.get('os-aaaa-1');
    expect(status?.notification?.receipts).toMatchObject([{ outcome: 'Failed', reason: 'GivenUp' }]);
  });

  it('is not held when Baton never added its finalizer', () => {
    expect(commands({ plan: deleted({ finalizers: ['somebody.else/finalizer'] }) })).toEqual([]);
  });
});

describe('A plan that is new', () => {
  it('gets its finalizer before anything else', () => {
    expect(describeCommands({ plan: aPlan({}, { finalizers: [] }), nodes: byName(aNode('node-1')) })).toEqual(['AddFinalizer']);
  });
});

describe('In a namespace that is being deleted', () => {
  const labels = { 'baton.dev/plan-uid': PLAN_UID };
  const terminating = { plan: deleted(), namespaceTerminating: true };
  const pods = (pod: Parameters<typeof anUpgradePod>[1]): PlanSnapshot['pods'] =>
    new Map([['node-1', [anUpgradePod('node-1', { labels, ...pod })]]]);
  it.each<readonly [string, Partial<PlanSnapshot>, readonly string[]]>([
    ['a node waits for its upgrade Pod to be gone', { nodes: byName(inTurn('node-1')), pods: pods({}) }, []],
    [
      'an upgrade Pod that has ended does not delay the release',
      { nodes: byName(inTurn('node-1')), pods: pods({ phase: 'Failed' }) },
      ['CloseTurn node-1'],
    ],
    [
      'other nodes are released meanwhile',
      { nodes: byName(inTurn('node-1'), aQuarantined('node-2')), pods: pods({}) },
      ['EndQuarantine node-2'],
    ],
    [
      'the batches are deleted once the nodes are released',
      { nodes: byName(aNode('node-1')), batches: [aBatch(['node-1'])] },
      ['DeleteBatch os-aaaa-1'],
    ],
    ['the plan is deleted last', {}, ['RemoveFinalizer']],
  ])('%s', (_, snapshot, expected) => {
    expect(describeCommands({ ...terminating, ...snapshot })).toEqual(expected);
  });

  it('a plan that is not being deleted continues', () => {
    expect(describeCommands({ namespaceTerminating: true, nodes: byName(aNode('node-1')) })).toEqual(['CreateBatch']);
  });
});

describe('A pass deletes what is no longer needed:', () => {
  const paused = { plan: aPlan({ paused: true }) };
  const job = (changes: Parameters<typeof aJob>[1]): readonly ReturnType<typeof aJob>[] => [aJob('node-1', changes)];
  const old = (index: number, nodes?: readonly NodeRecord[]): UpgradeBatch =>
    settled(`os-old-${index}`, { revision: 'old', index }, nodes);
  const held: UpgradeBatch = settled('os-aaaa-1', {}, [{ name: 'node-2', state: 'Failed', quarantined: true }]);
  it.each<readonly [string, Partial<PlanSnapshot>, readonly string[]]>([
    ['Jobs of a settled batch', { batches: [DONE], jobs: job({}) }, ['DeleteJobs']],
    [
      'no Job of an open batch',
      { batches: [aBatch([])], jobs: job({}), lease: aLease('node-9'), agentPods: [anAgent('node-9')] },
      [],
    ],
    ['no Job twice', { batches: [DONE], jobs: job({ deleting: true }) }, []],
    ['Jobs of a batch that is gone, when they have ended', { jobs: job({ outcome: 'Failed' }) }, ['DeleteJobs']],
    ['no Job of a batch that is gone while it runs', { jobs: job({}) }, []],
    ['a turn of a batch that is settled', { batches: [DONE], nodes: byName(inTurn('node-1')) }, ['CloseTurn node-1']],
    ['a turn of a batch that is gone', { nodes: byName(inTurn('node-1', 'os-aaaa-9')) }, ['CloseTurn node-1']],
    [
      'no turn of a batch that is gone while its upgrade runs',
      { nodes: byName(inTurn('node-1', 'os-aaaa-9')), jobs: job({ batchUid: 'uid-of-os-aaaa-9' }) },
      [],
    ],
    [
      'batches of earlier revisions beyond the limit',
      { batches: [old(1), old(2), old(3)] },
      ['DeleteBatch os-old-1', 'DeleteBatch os-old-2'],
    ],
    [
      'no batch of this revision',
      { batches: [DONE, settled('os-aaaa-2', { index: 2 }), settled('os-aaaa-3', { index: 3 })] },
      [],
    ],
    [
      'no batch with a node in quarantine',
      {
        batches: [old(1, [{ name: 'node-2', state: 'Failed', quarantined: true }]), old(2)],
        nodes: byName(aQuarantined('node-2')),
      },
      [],
    ],
    [
      'no batch without which an earlier one would count again',
      { batches: [held, old(2), old(3)], nodes: byName(aQuarantined('node-2')) },
      [],
    ],
    [
      'a batch whose deletion somebody requested',
      { batches: [{ ...DONE, metadata: { ...DONE.metadata, deletionTimestamp: timeAt(50) } }] },
      ['DeleteBatch os-aaaa-1'],
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(describeCommands({ ...paused, ...snapshot })).toEqual(expected);
  });

  it('no batch with undelivered notifications', () => {
    const late = { ...old(1), status: { ...old(1).status, notification: outboxOf('os-old-1') } };
    expect(describeCommands({ ...paused, batches: [late, old(2), old(3)] })).not.toContain('DeleteBatch os-old-1');
  });
});
