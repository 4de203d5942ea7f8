import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { findCondition } from '../../../../../src/core/condition.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aLease, aNode, anAgent, aSnapshot, byName, inTurn, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, at, hash, settledStatus, timeAt } from '../support/objects.ts';

const UNREADABLE = { kind: 'Unreadable', message: 'the ConfigMap shared, key sinks.yaml: the key is missing' } as const;
const NOTIFY = { sinksFrom: [{ configMapRef: { name: 'shared' } }] };
const CHAT = { name: 'chat', webhook: { url: 'https://chat.example/' } };
const NODES = { nodes: byName(aNode('node-1'), aNode('node-2')) };

function pass(changes: Partial<PlanSnapshot>, now = 1000): Decision {
  const snapshot = aSnapshot({ plan: aPlan({ notify: NOTIFY }), ...NODES, sharedSinks: UNREADABLE, ...changes });
  return decide({ snapshot, now: at(now), settings: SETTINGS, hash });
}

const kinds = ({ commands }: Decision): readonly string[] => commands.map((command) => command.kind);

describe('sinksFrom: while a ConfigMap cannot be read', () => {
  it.each<readonly [string, readonly UpgradeBatch[]]>([
    ['no batch is created', []],
    ['no turn of the open batch is opened', [aBatch(['node-1'])]],
  ])('%s, and the status says why', (_title, batches) => {
    const decision = pass({ batches, lease: aLease() });
    expect(kinds(decision)).not.toContain('CreateBatch');
    expect(kinds(decision)).not.toContain('OpenTurn');
    expect(decision.planStatus).toMatchObject({ summary: 'Waiting', reason: 'SinksUnreadable' });
    expect(findCondition(decision.planStatus?.conditions, 'Stalled')?.message).toBe(
      `nothing starts, because the shared sinks are not known: ${UNREADABLE.message}`,
    );
  });

  it('no agent is created, which would lack the Secrets of the shared sinks', () => {
    const running = { batches: [aBatch(['node-1'])], lease: aLease(), nodes: byName(inTurn('node-1'), aNode('node-2')) };
    expect(kinds(pass(running))).not.toContain('CreateAgentPod');
    const known = { sharedSinks: { kind: 'Known' }, plan: aPlan({ notify: { sinks: [CHAT] } }) } as const;
    expect(kinds(pass({ ...running, ...known }))).toContain('CreateAgentPod');
  });

  it('a running agent is not deleted, although the plan has no sink of its own', () => {
    const batch = aBatch(['node-1']);
    const nodes = byName(inTurn('node-1'), aNode('node-2'));
    const running = { batches: [batch], lease: aLease('node-2'), agentPods: [anAgent('node-2')], nodes };
    expect(kinds(pass(running))).not.toContain('DeleteAgentPod');
    expect(kinds(pass({ ...running, sharedSinks: { kind: 'Known' } }))).toContain('DeleteAgentPod');
  });

  it('a batch whose nodes have ended does not settle, so that its notification waits for the sinks', () => {
    const batch = aBatch(['node-1'], { status: { nodes: [{ name: 'node-1', state: 'Succeeded' }] } });
    const waiting = pass({ batches: [batch] }).batchStatuses.get(batch.metadata.name);
    expect(findCondition(waiting?.conditions, 'Settled')).toMatchObject({
      status: 'False',
      message: `0 of 1 nodes have no outcome yet; the shared sinks are unknown: ${UNREADABLE.message}`,
    });
    expect(waiting?.notification).toBeUndefined();

    const read = pass({ batches: [batch], sharedSinks: { kind: 'Known' }, plan: aPlan({ notify: { sinks: [CHAT] } }) });
    expect(read.batchStatuses.get(batch.metadata.name)?.notification?.sinks).toEqual(['chat']);
  });

  it('the end of the rollout waits too, although its last batch has settled, and so does the deletion, for five minutes', () => {
    const plan = aPlan({ notify: { ...NOTIFY, sinks: [{ ...CHAT, send: 'PlanEnd' }] } }, { deletionTimestamp: timeAt(0) });
    const outlook = { next: 'NextBatch', message: 'the next batch' } as const;
    const status = settledStatus([{ name: 'node-1', state: 'Succeeded' }], { outlook, notification: { id: 'x/1', sinks: [] } });
    const batch = aBatch(['node-1'], { status });
    const ends = (decision: Decision): string | undefined => decision.batchStatuses.get(batch.metadata.name)?.outlook?.next;
    const bare = { plan: aPlan({ notify: NOTIFY }, { deletionTimestamp: timeAt(0) }), batches: [batch] };

    expect(ends(pass({ plan, batches: [batch] }, 299))).toBe('NextBatch');
    expect(ends(pass({ plan, batches: [batch] }, 301))).toBe('Deleted');
    expect(kinds(pass(bare, 299))).not.toContain('DeleteBatch');
    expect(kinds(pass(bare, 301))).toContain('DeleteBatch');
    expect(kinds(pass({ ...bare, sharedSinks: { kind: 'Known' } }, 1))).toContain('DeleteBatch');
  });

  it.each([
    [299, false],
    [301, true],
  ])('the last batch of a plan that was deleted %d s ago is settled: %s', (seconds, settles) => {
    const plan = aPlan({ notify: NOTIFY }, { deletionTimestamp: timeAt(0) });
    const batch = aBatch(['node-1'], { status: { nodes: [{ name: 'node-1', state: 'Succeeded' }] } });
    const status = pass({ plan, batches: [batch] }, seconds).batchStatuses.get(batch.metadata.name);
    expect(findCondition(status?.conditions, 'Settled')?.status).toBe(settles ? 'True' : 'False');
  });
});
