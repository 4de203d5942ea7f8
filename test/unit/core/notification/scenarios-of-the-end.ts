import type { RolloutStory, UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import { aBatch, failed, nodeNames, succeeded } from './a-batch.ts';
import { outlook } from './an-outlook.ts';

/** How a rollout goes that has a canary, a small batch, and large ones. */
const SIZES = [1, 20, 100, 100, 100, 40, 39];

/** The story of a rollout that went well. */
export function story(changes: Partial<RolloutStory>): RolloutStory {
  return {
    startTime: '2026-11-20T21:00:00Z',
    waits: [
      { reason: 'WindowClosed', seconds: 64_800 },
      { reason: 'ApprovalRequired', seconds: 2100 },
      { reason: 'Soaking', seconds: 600 },
      { reason: 'BatonMoving', seconds: 12 },
    ],
    batches: SIZES.length,
    listedBatches: SIZES.map((nodes, i) => ({ index: i + 1, kind: 'Upgrade', nodes, succeeded: nodes, failed: 0 })),
    recovered: 0,
    retried: 0,
    peakUnavailable: 38,
    quarantined: 0,
    actions: [{ action: 'Approve', requestedBy: 'anna', reason: 'latency fine', time: '2026-11-20T21:41:00Z' }],
    ...changes,
  };
}

export function endWell(): UpgradeBatch {
  const dependents = [
    { plan: 'gpu-driver', state: 'Unblocked', nextWindowTime: '2026-11-23T21:00:00Z' },
    { plan: 'storage', state: 'Unblocked' },
  ] as const;
  return aBatch(
    nodeNames(362, 400).map((name, i) => succeeded(name, { seconds: 340 + i })),
    {
      name: 'kernel-7f3c-7',
      spec: { index: 7 },
      status: {
        outlook: outlook({ next: 'Done', message: '400 of 400 nodes done', planSucceeded: 400, story: story({ dependents }) }),
      },
    },
  );
}

export function endInTrouble(): UpgradeBatch {
  const base = story({});
  const bad = (base.listedBatches ?? []).map((batch) => (batch.index === 5 ? { ...batch, succeeded: 90, failed: 9 } : batch));
  return aBatch([failed('node-340', 'NoReturnFromReboot', 'not Ready 900 s after it had reported its reboot')], {
    name: 'kernel-7f3c-9',
    spec: { index: 9 },
    status: {
      summary: { peakUnavailable: 1 },
      outlook: outlook({
        next: 'Done',
        message: '399 of 400 nodes done, 1 failed',
        planSucceeded: 399,
        planFailed: 1,
        expectedSeconds: 400,
        story: {
          ...base,
          waits: [...(base.waits ?? []), { reason: 'BudgetExceeded', seconds: 6000 }],
          batches: 9,
          listedBatches: [
            ...bad,
            { index: 8, kind: 'Retry', nodes: 9, succeeded: 8, failed: 1 },
            { index: 9, kind: 'Retry', nodes: 1, succeeded: 0, failed: 1 },
          ],
          failures: [
            { reason: 'JobFailed', process: 'kernel', count: 7 },
            { reason: 'NoReturnFromReboot', process: 'kernel', count: 3 },
            { reason: 'DrainTimeout', count: 1 },
          ],
          recovered: 8,
          quarantined: 1,
          quarantinedNodes: [{ name: 'node-340' }],
          actions: [
            ...(base.actions ?? []),
            { action: 'Retry', requestedBy: 'ben', time: '2026-11-21T02:36:00Z' },
            { action: 'Resume', requestedBy: 'ben', reason: 'registry fixed', time: '2026-11-21T02:38:00Z' },
          ],
          drainWaits: [{ budget: 'shop/cart', seconds: 3120, longestSeconds: 1500, nodes: 4 }],
        },
      }),
    },
  });
}

export function abortedBatch(): UpgradeBatch {
  const records = [
    ...nodeNames(201, 203).map((name) => succeeded(name)),
    failed('node-204', 'JobFailed', 'exit code 1', { quarantined: true }),
    {
      name: 'node-205',
      state: 'NotAttempted',
      reason: 'Aborted',
      message: 'the rollout was aborted: 1 failed, budget 0',
    } as const,
  ];
  const message =
    '1 failed, budget 0; nothing of this revision starts any more, 179 nodes not attempted; another version begins a new rollout';
  const end = outlook({ next: 'Aborted', reason: 'Aborted', message, planSucceeded: 220, planFailed: 1, story: abortedStory() });
  return aBatch(records, { status: { outlook: end } });
}

/** The story of a rollout that ended with its fourth batch. */
function abortedStory(): RolloutStory {
  const base = story({});
  const shown = (base.listedBatches ?? []).slice(0, 3);
  return story({
    batches: 4,
    listedBatches: [...shown, { index: 4, kind: 'Upgrade', nodes: 5, succeeded: 3, failed: 1 }],
    failures: [{ reason: 'JobFailed', process: 'kernel', count: 1 }],
    quarantined: 1,
    quarantinedNodes: [{ name: 'node-204' }],
  });
}
