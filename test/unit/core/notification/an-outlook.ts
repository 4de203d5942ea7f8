import type { BatchOutlook } from '../../../../src/api/generated/upgradebatch.ts';

/** The plan `kernel` as it stood when a batch had settled: it has a window at night in Paris. */
export function outlook(changes: Partial<BatchOutlook> = {}): BatchOutlook {
  return {
    next: 'NextBatch',
    message: 'batch 5, 100 nodes',
    lastBatchIndex: 7,
    planNodes: 400,
    planSucceeded: 221,
    planFailed: 0,
    maxFailed: 8,
    maxUnavailable: 40,
    expectedSeconds: 2460,
    timing: [{ process: 'kernel', expectedSeconds: 300, toleranceSeconds: 150 }],
    timeZone: 'Europe/Paris',
    ...changes,
  };
}

/** The same when nothing holds the next batch. */
export function nextOutlook(changes: Partial<BatchOutlook> = {}): BatchOutlook {
  return outlook({
    nextBatchIndex: 5,
    nextBatchNodes: 100,
    nextBatchTime: '2026-11-21T22:54:00Z',
    windowEndTime: '2026-11-22T03:00:00Z',
    nextNotificationTime: '2026-11-22T00:01:00Z',
    estimatedEndTime: '2026-11-22T01:10:00Z',
    ...changes,
  });
}
