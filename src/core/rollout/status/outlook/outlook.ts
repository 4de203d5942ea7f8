import { PLAN_REASONS } from '../../../../api/conditions.ts';
import type { BatchOutlook, BatchSummary } from '../../../../api/generated/upgradebatch.ts';
import { presentFields } from '../../../present-fields.ts';
import { counted, cutToBytes } from '../../../text.ts';
import { cutBatches, nextIndex } from '../../batch/cut-batch.ts';
import { decidedEnd } from '../../fleet/rollout-end.ts';
import { maxUnavailable } from '../../fleet/fleet.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import { countNodes } from '../counts.ts';
import { expectations, forecast } from './forecast.ts';
import { gatesBeforeNextBatch } from '../../holds/gates.ts';
import { holdNextBatch, holdRollback } from '../../holds/holds.ts';
import { canRollBack, rollbackCuts, describeExtent } from '../../rollback/cut-rollback.ts';
import { awaitedRollback, decidedRollback } from '../../rollback/decide-rollback.ts';
import { rollbackName } from '../../rollback/next-rollback.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';
import { storyOf } from './story.ts';

const NOTHING_STARTS = 'nothing of this revision starts any more';
const NEXT_ROLLOUT = 'another version begins a new rollout';

/**
 * What follows a batch, for its notification. It contains no names of nodes, because sinks may hide them.
 *
 * @param summary of the batch in this pass.
 */
export function outlookFor(view: PassView, summary: BatchSummary): BatchOutlook {
  const { input, fleet, budget } = view;
  const { snapshot } = input;
  const { plan } = snapshot;
  const counts = countNodes(snapshot, fleet);
  const cuts = [...cutBatches(snapshot, fleet)];
  const common = {
    lastBatchIndex: Math.max(1, nextIndex(snapshot) - 1 + cuts.length),
    planNodes: counts.nodes,
    planSucceeded: counts.succeeded,
    planFailed: counts.failed,
    maxFailed: budget.maxFailed,
    maxUnavailable: maxUnavailable(snapshot, fleet),
    ...expectations(view),
  };
  const zone = presentFields({ timeZone: plan.spec.windows?.[0]?.timeZone });
  const ending = (succeeded = false): Pick<BatchOutlook, 'timeZone' | 'story'> =>
    presentFields({ ...zone, story: storyOf(view, summary, succeeded) });
  if (plan.metadata.deletionTimestamp !== undefined) {
    return { next: 'Deleted', message: 'the plan is being deleted; its nodes are released', ...common };
  }
  const rollback = rollbackOutlook(view);
  if (rollback !== undefined) return { ...rollback, ...common, ...(rollback.next === 'RolledBack' ? ending() : {}) };
  const next = cuts[0];
  if (next === undefined) {
    const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`;
    const message = `${counts.succeeded} of ${counted(counts.nodes, 'node')} done${failed}`;
    return { next: 'Done', message, ...common, ...ending(counts.failed === 0) };
  }
  const end = decidedEnd(input, budget);
  if (end !== undefined) {
    const message = `${end.message}; ${NOTHING_STARTS}, ${counted(fleet.remaining.length, 'node')} not attempted; ${NEXT_ROLLOUT}`;
    return { next: 'Aborted', reason: PLAN_REASONS.Aborted, message, ...common, ...ending() };
  }
  const upcoming = { nextBatchIndex: next.index, nextBatchNodes: next.nodes.length };
  if (budget.exceeded) {
    const message = `${budget.brief}; nothing starts until you act`;
    return {
      next: 'Paused',
      reason: PLAN_REASONS.BudgetExceeded,
      message,
      ...possibleRollback(view),
      ...upcoming,
      ...common,
      ...zone,
    };
  }
  const hold = holdNextBatch(view);
  const times = presentFields({ ...forecast(view, next, hold), estimatedEndTime: plan.status?.estimatedEndTime });
  const step = next.stepName === undefined ? '' : ` (${next.stepName})`;
  const what = `batch ${next.index}${step}, ${counted(next.nodes.length, 'node')}${supersededBy(snapshot)}`;
  if (hold !== undefined) {
    const state = hold.summary === 'Paused' ? 'Paused' : 'Waiting';
    const message = hold.reason === PLAN_REASONS.ApprovalRequired ? `${what}, once it is approved` : hold.message;
    return { next: state, reason: hold.reason, message, ...upcoming, ...common, ...times };
  }
  const approval = plan.spec.batches[next.step]?.approval === 'BeforeStart' ? ', once it is approved' : '';
  const gates = gatesBeforeNextBatch(view);
  const when = gates === 'Unknown' ? ', once its gates are open' : approval;
  return presentFields({ next: 'NextBatch', message: `${what}${when}`, ...upcoming, ...common, ...times, gates });
}

/** The version of the next rollout, if the plan has moved on since its newest batch; otherwise empty. */
function supersededBy({ plan, revision, batches }: PlanSnapshot): string {
  const moved = batches.at(-1)?.spec.revision !== revision;
  return moved ? `, to ${plan.spec.version} (revision ${revision.slice(0, 8)})` : '';
}

/** Whether nothing of the rollout follows. {@link outlookFor} says the same, but sorts all remaining nodes for that. */
export function rolloutHasEnded(view: PassView): boolean {
  const { input, fleet, budget } = view;
  if (input.snapshot.plan.metadata.deletionTimestamp !== undefined) return true;
  const rollback = rollbackOutlook(view);
  if (rollback !== undefined) return rollback.next === 'RolledBack';
  return fleet.remaining.length === 0 || decidedEnd(input, budget) !== undefined;
}

/** Whether the newest batch could be rolled back. */
function possibleRollback({ input: { snapshot }, fleet, budget }: PassView): Pick<BatchOutlook, 'rollbackScope'> {
  const { batch } = budget;
  if (batch === undefined) return {};
  const [cut] = rollbackCuts(snapshot, fleet, { scope: 'Batch', batch });
  return cut?.changes.some((change) => canRollBack(change, snapshot.plan)) === true ? { rollbackScope: 'Batch' } : {};
}

/** What follows if a rollback is in progress or waits for approval; undefined otherwise. */
function rollbackOutlook(view: PassView): BatchOutlook | undefined {
  const { input, fleet, budget } = view;
  const awaited = awaitedRollback(view);
  if (awaited !== undefined) {
    const message = awaited.brief;
    return { next: 'Paused', reason: PLAN_REASONS.RollbackApprovalRequired, message, rollbackScope: awaited.scope.scope };
  }
  const rollback = decidedEnd(input, budget) === undefined ? decidedRollback(view) : undefined;
  if (rollback === undefined) return undefined;
  const cuts = rollbackCuts(input.snapshot, fleet, rollback);
  const name = rollbackName(rollback);
  if (cuts.length === 0) {
    const message = `${name} is rolled back (${rollback.message}); ${NOTHING_STARTS}; ${NEXT_ROLLOUT}`;
    return { next: 'RolledBack', message: cutToBytes(message, 512) };
  }
  const left = `rollback of ${name} (${rollback.message}): ${describeExtent(cuts)} to go back`;
  const hold = holdRollback(view);
  const exceeded = budget.exceeded && recordedRollback(input.snapshot) !== undefined;
  if (exceeded || hold?.summary === 'Paused') {
    const pause = hold?.summary === 'Paused' ? hold : { reason: PLAN_REASONS.BudgetExceeded, message: budget.message };
    return {
      next: 'Paused',
      reason: pause.reason,
      message: cutToBytes(`${pause.message}; nothing starts until you act; ${left}`, 512),
    };
  }
  return { next: 'RollingBack', message: cutToBytes(left, 512) };
}
