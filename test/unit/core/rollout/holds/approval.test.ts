import { describe, expect, it } from '@jest/globals';
import type { PlanSnapshot } from '../../../../../src/core/rollout/model/snapshot.ts';
import { aNode, byName, done } from '../support/facts.ts';
import { aBatch, settledStatus } from '../support/objects.ts';
import { approvedBy, ENDED, open, pass, progressOf, readyMessage, settled } from '../support/one-step.ts';

describe('approval: BeforeNext', () => {
  const step = { approval: 'BeforeNext' } as const;
  it.each<readonly [string, Partial<PlanSnapshot>, string]>([
    ['holds the next batch', { batches: [settled()] }, 'Paused ApprovalRequired: waits'],
    [
      'lets the next batch be created once the last one is approved',
      { batches: [settled(approvedBy('BeforeNext'))] },
      'Running BatchRunning: starts',
    ],
    [
      'needs more than an approval of the start',
      { batches: [settled(approvedBy('BeforeStart'))] },
      'Paused ApprovalRequired: waits',
    ],
    [
      'is needed for each batch of a step that repeats',
      {
        batches: [
          settled(approvedBy('BeforeNext')),
          aBatch(['node-3'], {
            name: 'os-aaaa-2',
            spec: { index: 2 },
            status: settledStatus([{ name: 'node-3', state: 'Succeeded' }]),
          }),
        ],
      },
      'Paused ApprovalRequired: waits',
    ],
    [
      'is not needed when no node is left',
      { batches: [settled()], nodes: byName(done('node-1')) },
      'Succeeded AllSucceeded: waits',
    ],
    [
      'does not hold an open batch',
      { batches: [open()], nodes: byName(aNode('node-1'), aNode('node-2')) },
      'Running BatchRunning: starts',
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(progressOf(pass(step, snapshot))).toBe(expected);
  });

  it('names the UpgradeAction to create', () => {
    expect(readyMessage(pass(step, { batches: [settled()] }))).toBe(
      'os-aaaa-1 waits for approval before the next batch; to approve, create an UpgradeAction in fleet with spec ' +
        '{plan: os, action: Approve, batch: os-aaaa-1}: nothing runs',
    );
  });

  it('is requested in the notification of the batch', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    const { outlook } = pass(step, { batches }).batchStatuses.get('os-aaaa-1') ?? {};
    expect(outlook).toMatchObject({ next: 'Paused', reason: 'ApprovalRequired' });
  });

  it('may be given during the soak, which then continues', () => {
    const soak = { ...step, soakSeconds: 300 };
    expect(progressOf(pass(soak, { batches: [settled()] }))).toBe('Paused ApprovalRequired: waits');
    expect(progressOf(pass(soak, { batches: [settled(approvedBy('BeforeNext'))] }))).toBe('Waiting Soaking: waits');
  });
});

describe('approval: BeforeStart', () => {
  const step = { approval: 'BeforeStart' } as const;
  const nodes = byName(aNode('node-1'), aNode('node-2'));
  it.each<readonly [string, Partial<PlanSnapshot>, string]>([
    ['lets the batch be created, so that it has a name', { nodes }, 'Running BatchRunning: starts'],
    ['opens no turn of the batch', { nodes, batches: [open()] }, 'Paused ApprovalRequired: waits'],
    ['opens turns once it is approved', { nodes, batches: [open(approvedBy('BeforeStart'))] }, 'Running BatchRunning: starts'],
    [
      'needs more than an approval of the next batch',
      { nodes, batches: [open(approvedBy('BeforeNext'))] },
      'Paused ApprovalRequired: waits',
    ],
  ])('%s', (_, snapshot, expected) => {
    expect(progressOf(pass(step, snapshot))).toBe(expected);
  });

  it('skips no node that is down while the batch waits', () => {
    const decision = pass(step, { nodes: byName(aNode('node-1', { ready: false }), aNode('node-2')), batches: [open()] });
    expect(decision.batchStatuses.get('os-aaaa-1')?.nodes).toEqual([{ name: 'node-1', state: 'Pending' }]);
  });

  it('is announced in the notification of the batch before', () => {
    const batches = [aBatch(['node-1'], { status: { nodes: [ENDED] } })];
    const { outlook } = pass(step, { batches }).batchStatuses.get('os-aaaa-1') ?? {};
    expect(outlook).toMatchObject({ next: 'NextBatch', message: 'batch 2, 1 node, once it is approved' });
  });
});
