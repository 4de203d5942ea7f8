import { PLAN_REASONS } from '../../api/conditions.ts';
import type { BatchOutlook } from '../../api/generated/upgradebatch.ts';
import { counted } from '../text.ts';
import { cutBatches, nextIndex } from './cut-batch.ts';
import { endOf } from './ended.ts';
import { maxUnavailable } from './fleet.ts';
import { holdNextBatch, type HoldView } from './holds.ts';
import { countNodes } from './plan-status.ts';

/** What follows after a batch, as its notification tells it. */
export function outlookFor(view: HoldView): BatchOutlook {
  const { input, fleet, budget } = view;
  const { snapshot } = input;
  const counts = countNodes(snapshot, fleet);
  const cuts = [...cutBatches(snapshot, fleet)];
  const common = {
    lastBatch: Math.max(1, nextIndex(snapshot) - 1 + cuts.length),
    planNodes: counts.nodes,
    planSucceeded: counts.succeeded,
    planFailed: counts.failed,
    maxFailed: budget.maxFailed,
    maxUnavailable: maxUnavailable(snapshot, fleet),
  };
  if (snapshot.plan.metadata.deletionTimestamp !== undefined) {
    return { next: 'Deleted', message: 'the plan is being deleted; its nodes are released', ...common };
  }
  const next = cuts[0];
  if (next === undefined) {
    const failed = counts.failed === 0 ? '' : `, ${counts.failed} failed`;
    return { next: 'Done', message: `${counts.succeeded} of ${counted(counts.nodes, 'node')} done${failed}`, ...common };
  }
  const end = endOf(input, budget);
  if (end !== undefined) {
    const message = `${end.message}; nothing of this revision starts any more, ${counted(fleet.remaining.length, 'node')} not attempted`;
    return { next: 'Aborted', reason: PLAN_REASONS.Aborted, message, ...common };
  }
  const upcoming = { batch: next.index, nodes: next.nodes.length };
  if (budget.exceeded)
    return {
      next: 'Paused',
      reason: PLAN_REASONS.BudgetExceeded,
      message: `${budget.message}; nothing starts until you act`,
      ...upcoming,
      ...common,
    };
  const hold = holdNextBatch(view);
  if (hold !== undefined) {
    const word = hold.summary === 'Paused' ? 'Paused' : 'Waiting';
    return { next: word, reason: hold.reason, message: hold.message, ...upcoming, ...common };
  }
  const approval = snapshot.plan.spec.batches[next.step]?.approval === 'BeforeStart' ? ', once it is approved' : '';
  const name = next.stepName === undefined ? '' : ` (${next.stepName})`;
  const gated = snapshot.plan.spec.gates?.some((gate) => gate.when === 'BeforeBatch') ?? false;
  const when = gated ? ', once its gates are open' : approval;
  const message = `batch ${next.index}${name}, ${counted(next.nodes.length, 'node')}${when}`;
  return { next: 'NextBatch', message, ...upcoming, ...common };
}
