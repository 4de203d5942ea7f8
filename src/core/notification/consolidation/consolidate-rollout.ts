import type { BatchOutlook, RolloutStory as RecordedStory, StoryRollback } from '../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../present-fields.ts';
import { secondsBetween } from '../../duration.ts';
import { detailOf, type DetailRequest } from '../model/node-detail.ts';
import type { NotifiedNext, NotifiedRollback, PlanProgress, RolloutStory } from '../model/notified-rollout.ts';
import { compressNodeNames } from '../model/node-names.ts';

/** The estimated index of the last batch; absent if the estimate is too low already. */
export function lastBatch(index: number, outlook: BatchOutlook | undefined): { readonly of?: number } {
  if (outlook?.next === 'Done') return { of: index };
  return outlook?.lastBatchIndex === undefined || outlook.lastBatchIndex < index ? {} : { of: outlook.lastBatchIndex };
}

/** The progress of the plan; undefined if it is not recorded. */
export function planProgress(outlook: BatchOutlook | undefined): PlanProgress | undefined {
  if (outlook?.planNodes === undefined || outlook.planSucceeded === undefined || outlook.planFailed === undefined)
    return undefined;
  const { planNodes: nodes, planSucceeded: succeeded, planFailed: failed, maxFailed } = outlook;
  return presentFields({ nodes, succeeded, failed, maxFailed });
}

/** What follows the batch, as recorded. */
export function notifiedNext(outlook: BatchOutlook): NotifiedNext {
  return presentFields({
    kind: outlook.next,
    reason: outlook.reason,
    message: outlook.message,
    batch: outlook.nextBatchIndex,
    nodes: outlook.nextBatchNodes,
    gates: outlook.gates,
    time: outlook.nextBatchTime,
    openUntilTime: outlook.windowEndTime,
    opensTime: outlook.nextWindowTime,
    wordTime: outlook.nextNotificationTime,
    estimatedEndTime: outlook.estimatedEndTime,
  });
}

/** The story of a rollout, without the nodes that must not be named. */
export function notifiedStory(story: RecordedStory, endTime: string | undefined, detail: DetailRequest): RolloutStory {
  const { quarantinedNodes = [] } = story;
  const names = quarantinedNodes.filter(({ nodeDetail }) => detailOf(nodeDetail, detail) !== 'None').map(({ name }) => name);
  return presentFields({
    startTime: story.startTime,
    waits: story.waits,
    batches: story.batches,
    shown: story.listedBatches,
    failures: story.failures,
    recovered: story.recovered,
    retried: story.retried,
    mostUnavailable: story.peakUnavailable,
    quarantined: story.quarantined,
    acts: story.actions?.map(({ action, requestedBy, reason: why, time }) => presentFields({ action, requestedBy, why, time })),
    drainWaits: story.drainWaits,
    dependents: story.dependents?.map(({ plan, state, nextWindowTime: opensTime }) => presentFields({ plan, state, opensTime })),
    rollback: notifiedRollback(story.rollbackResult),
    seconds: secondsBetween(story.startTime, endTime),
    waitedSeconds: (story.waits ?? []).reduce((sum, { seconds }) => sum + seconds, 0),
    quarantinedNodes: compressNodeNames(names).join(','),
  });
}

function notifiedRollback(rollback: StoryRollback | undefined): NotifiedRollback | undefined {
  if (rollback === undefined) return undefined;
  const { target: of, rolledBack, notRolledBack: notBack, versions } = rollback;
  return presentFields({ of, rolledBack, notBack, versions });
}
