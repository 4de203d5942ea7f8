import { describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch, UpgradeBatchStatus } from '../../../../../src/api/generated/upgradebatch.ts';
import type { BatchStep, UpgradePlanSpec } from '../../../../../src/api/generated/upgradeplan.ts';
import { decide } from '../../../../../src/core/rollout/decide.ts';
import type { NodeFact } from '../../../../../src/core/facts.ts';
import type { Decision } from '../../../../../src/core/rollout/model/decision.ts';
import { aLease, aNode, aSnapshot, byName, INFO, SETTINGS } from '../support/facts.ts';
import { aBatch, aPlan, aProcess, at, aVerify, hash, outboxOf, settledStatus, timeAt } from '../support/objects.ts';

const WAITS: Partial<BatchStep> = { soakSeconds: 300, approval: 'BeforeNext' };
const VERIFY = { kernelVersion: '$(BATON_VERSION)-*' };
const current = (name: string): NodeFact => aNode(name, { info: { ...INFO, kernelVersion: '12.9-amd64' } });

function skipped(name: string, reason = 'AlreadyCurrent'): NodeRecord {
  return { name, state: 'Skipped', reason };
}

/** A batch of two nodes whose only process verifies the kernel. */
function batchOf(status: UpgradeBatchStatus): UpgradeBatch {
  const template = { spec: { containers: [] } };
  const process = { name: 'os', disruption: 'Drain', report: 'None', deadlineSeconds: 600, template } as const;
  return aBatch(['node-1', 'node-2'], { spec: { processes: [{ ...process, verify: aVerify(VERIFY) }] }, status });
}

function pass(
  step: Partial<BatchStep>,
  batch: UpgradeBatch,
  nodes: readonly NodeFact[],
  spec: Partial<UpgradePlanSpec> = {},
): Decision {
  const processes = [aProcess({ verify: aVerify(VERIFY) })];
  const plan = aPlan({ batches: [{ size: 2, ...step }], notify: { sinks: [] }, processes, ...spec });
  const snapshot = aSnapshot({ plan, nodes: byName(...nodes), lease: aLease(), batches: [batch] });
  return decide({ snapshot, now: at(100), settings: SETTINGS, hash });
}

const reasonOf = ({ planStatus }: Decision): string | undefined => planStatus?.reason;

describe('A batch all of whose nodes were at the version', () => {
  it.each<readonly [string, readonly NodeRecord[], string]>([
    ['neither soaks nor waits for an approval', [skipped('node-1'), skipped('node-2', 'AlreadyDone')], 'BatchRunning'],
    ['does when one node was upgraded', [skipped('node-1'), { name: 'node-2', state: 'Succeeded' }], 'ApprovalRequired'],
    [
      'does when one was skipped without being at the version',
      [skipped('node-1'), skipped('node-2', 'NotReady')],
      'ApprovalRequired',
    ],
  ])('%s', (_, records, expected) => {
    const decision = pass(WAITS, batchOf(settledStatus(records)), [current('node-1'), current('node-2'), aNode('node-3')]);
    expect(reasonOf(decision)).toBe(expected);
    expect(decision.commands.some(({ kind }) => kind === 'CreateBatch')).toBe(expected === 'BatchRunning');
  });

  it('does not soak where no approval is needed', () => {
    const soak = { soakSeconds: 300 };
    const nodes = [current('node-1'), current('node-2'), aNode('node-3')];
    expect(reasonOf(pass(soak, batchOf(settledStatus([skipped('node-1'), skipped('node-2')])), nodes))).toBe('BatchRunning');
    expect(reasonOf(pass(soak, batchOf(settledStatus([skipped('node-1'), skipped('node-2', 'NotReady')])), nodes))).toBe(
      'Soaking',
    );
  });

  it('is notified all the same, with the next batch as what follows', () => {
    const batch = batchOf({ nodes: [skipped('node-1'), skipped('node-2')] });
    const decision = pass(WAITS, batch, [current('node-1'), current('node-2'), aNode('node-3')]);
    const status = decision.batchStatuses.get('os-aaaa-1');
    expect(status).toMatchObject({ outlook: { next: 'NextBatch', nextBatchNodes: 1 } });
    const settled = settledStatus([skipped('node-1'), skipped('node-2')], { settledTime: timeAt(90) });
    const notified = batchOf({ ...settled, notification: outboxOf('os-aaaa-1') });
    expect(reasonOf(pass(WAITS, notified, [current('node-1'), current('node-2'), aNode('node-3')]))).toBe('Notifying');
  });
});

describe('approval: BeforeStart of a batch', () => {
  const pending = batchOf({ nodes: [{ name: 'node-1', state: 'Pending' }, skipped('node-2', 'SkippedByAction')] });
  it.each<{ readonly title: string; readonly node: NodeFact; readonly state: string; readonly reason: string }>([
    {
      title: 'is not asked for when no node of it has anything to run',
      node: current('node-1'),
      state: 'Skipped',
      reason: 'BatchRunning',
    },
    { title: 'is when one has', node: aNode('node-1'), state: 'Pending', reason: 'ApprovalRequired' },
    {
      title: 'is while another plan has a node of it',
      node: { ...current('node-1'), claim: 'another' },
      state: 'Pending',
      reason: 'ApprovalRequired',
    },
  ])('$title', ({ node, state, reason }) => {
    const decision = pass({ approval: 'BeforeStart' }, pending, [node, aNode('node-2'), aNode('node-3')]);
    expect(decision.batchStatuses.get('os-aaaa-1')?.nodes?.[0]).toMatchObject({ name: 'node-1', state });
    expect(reasonOf(decision)).toBe(reason);
  });
});
