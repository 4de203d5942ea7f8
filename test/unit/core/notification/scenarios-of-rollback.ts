import type { NodeRecord, StoryBatch, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { aBatch, after, failed, nodeNames, succeeded } from './a-batch.ts';
import { outlook } from './an-outlook.ts';
import { story } from './scenarios-of-the-end.ts';

const TWELVE_FAILED: readonly NodeRecord[] = [
  ...nodeNames(301, 388).map((name) => succeeded(name)),
  ...nodeNames(389, 400).map((name) => failed(name, 'VerifyFailed', 'kernelVersion is 6.12.30, not 6.12.31*')),
];

/** The batch after which the rollout goes back, or waits for leave to do so. */
export function badBatch(next: 'Paused' | 'RollingBack'): UpgradeBatch {
  const end =
    next === 'Paused'
      ? {
          reason: 'RollbackApprovalRequired',
          message: '12 failed, budget 8; rollback of 100 nodes of kernel-7f3c-5 awaits approval',
          rollback: 'Batch' as const,
        }
      : { message: 'rollback of kernel-7f3c-5 (12 failed, budget 8): 100 nodes of kernel-7f3c-5 to go back' };
  return aBatch(TWELVE_FAILED, {
    name: 'kernel-7f3c-5',
    spec: { index: 5 },
    status: { outlook: outlook({ next, ...end, planSucceeded: 309, planFailed: 12 }) },
  });
}

/** The last batch of a rollback: nodes that do not come back are its own failures. */
export function rolledBack(lost: readonly string[] = []): UpgradeBatch {
  const records = nodeNames(301, 400).map((name, i): NodeRecord => {
    if (lost.includes(name)) return failed(name, 'NoReturnFromReboot', 'not Ready 900 s after it had reported its reboot');
    return { ...succeeded(name, { fromVersion: i < 8 ? '6.12.28' : '6.12.30' }), state: 'RolledBack' };
  });
  const back = records.length - lost.length;
  const shown: readonly StoryBatch[] = [
    ...[1, 20, 100, 100].map((nodes, i) => ({ index: i + 1, kind: 'Upgrade', nodes, succeeded: nodes, failed: 0 }) as const),
    { index: 5, kind: 'Upgrade', nodes: 100, succeeded: 88, failed: 12 },
    { index: 6, kind: 'Rollback', nodes: 100, succeeded: back, failed: lost.length },
  ];
  const end = {
    message:
      'kernel-7f3c-5 is rolled back (12 failed, budget 8); nothing of this revision starts any more; another version begins a new rollout',
    planSucceeded: 221,
    planFailed: lost.length,
  };
  const { expectedSeconds: _expected, timing: _timing, ...rest } = outlook({ next: 'RolledBack', ...end });
  return aBatch(records, {
    name: 'kernel-7f3c-6',
    spec: { index: 6, rollback: { batch: 'kernel-7f3c-5', decidedTime: after(-600) } },
    status: {
      outlook: {
        ...rest,
        story: story({
          batches: 6,
          listedBatches: shown,
          failures: [
            { reason: 'VerifyFailed', process: 'kernel', count: 12 },
            ...(lost.length === 0 ? [] : [{ reason: 'NoReturnFromReboot', process: 'kernel', count: lost.length }]),
          ],
          quarantined: lost.length,
          ...(lost.length === 0 ? {} : { quarantinedNodes: lost.map((name) => ({ name })) }),
          actions: [{ action: 'Rollback', requestedBy: 'anna', reason: 'wrong initrd', time: after(-600) }],
          dependents: [{ plan: 'gpu-driver', state: 'Blocked' }],
          rollbackResult: {
            target: 'kernel-7f3c-5',
            rolledBack: back,
            notRolledBack: lost.length,
            versions: [
              { to: '6.12.30', nodes: back - 8 },
              { to: '6.12.28', nodes: 8 },
            ],
          },
        }),
      },
    },
  });
}
