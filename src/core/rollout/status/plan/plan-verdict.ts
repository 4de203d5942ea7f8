import { PLAN_REASONS } from '../../../../api/conditions.ts';
import type { PlanCounts, PlanEnd } from '../../../../api/generated/upgradeplan.ts';
import { counted } from '../../../text.ts';
import { maxUnavailable } from '../../fleet/fleet.ts';
import { drainHold } from './drain-hold.ts';
import type { PlanStatusInput } from './plan-status-input.ts';
import { rollbackVerdict } from './rollback-verdict.ts';
import { type Verdict, verdictOf, type Tally } from './verdict.ts';

/** Decides the summary, reason and message of the plan. The first that applies counts, from deletion down to a running batch. */
export function planVerdict(status: PlanStatusInput, counts: Required<PlanCounts>): Verdict {
  const { input, fleet, budget, open, hold } = status;
  const { plan, validation } = input.snapshot;
  const running = counts.running === 0 ? 'nothing runs' : `${counted(counts.running, 'node')} still running, nothing new starts`;
  const budgetMessage = `${budget.message}; ${running}. Repair the nodes, then create an UpgradeAction Resume for ${budget.batch ?? 'the batch'}`;
  const down = `${counts.unavailable} of maxUnavailable ${maxUnavailable(input.snapshot, fleet)} nodes are down`;
  const quarantined =
    counts.quarantined === 0 ? '' : `, ${counts.quarantined} of them quarantined: create an UpgradeAction Release`;
  if (plan.metadata.deletionTimestamp !== undefined) {
    return {
      summary: 'Running',
      reason: PLAN_REASONS.Deleting,
      kind: 'Working',
      message: `being deleted: ${running}; its nodes are then released`,
    };
  }
  if (validation.kind === 'Refused') {
    const reason = validation.reason ?? PLAN_REASONS.TemplateRefused;
    return { summary: 'Invalid', reason, kind: 'Stalled', message: validation.message };
  }
  const over = stoppedVerdict(status, { counts, running });
  if (over !== undefined) return over;
  if (open === undefined && fleet.remaining.length === 0 && fleet.selected.size > 0) return ended(counts);
  if (hold?.summary === 'Paused') return { ...verdictOf(hold), message: `${hold.message}: ${running}` };
  if (budget.exceeded) return { summary: 'Paused', reason: PLAN_REASONS.BudgetExceeded, kind: 'Stalled', message: budgetMessage };
  if (fleet.selected.size === 0) {
    return {
      summary: 'Waiting',
      reason: PLAN_REASONS.NoNodes,
      kind: 'Stalled',
      message: 'nodeSelector selects no node of the cluster',
    };
  }
  if (hold !== undefined && counts.running === 0) {
    return {
      ...verdictOf(hold),
      message: hold.reason === PLAN_REASONS.MaxUnavailableReached ? `${hold.message}${quarantined}` : hold.message,
    };
  }
  const drain = drainHold(status);
  if (drain !== undefined) return verdictOf(drain);
  const batch =
    open === undefined
      ? 'the next batch is being created'
      : `${open.metadata.name}: ${counted(counts.running, 'node')} in their turn`;
  return { summary: 'Running', reason: PLAN_REASONS.BatchRunning, kind: 'Working', message: `${batch}; ${down}` };
}

/** The verdict on a rollout that is rolled back or was aborted. */
function stoppedVerdict(status: PlanStatusInput, tally: Tally): Verdict | undefined {
  const rollback = rollbackVerdict(status, tally);
  if (rollback !== undefined || status.control.ended === undefined) return rollback;
  return aborted(status, status.control.ended, tally);
}

function aborted({ fleet, open }: PlanStatusInput, end: PlanEnd, { counts, running }: Tally): Verdict {
  const tally = `${counts.succeeded} of ${counted(counts.nodes, 'node')} done, ${counts.failed} failed, ${fleet.remaining.length} not attempted`;
  const now = open === undefined ? '' : `; ${running}`;
  const message = `aborted: ${end.message}; ${tally}${now}. This revision has ended: another version begins a new rollout`;
  return { summary: 'Aborted', reason: PLAN_REASONS.Aborted, kind: 'Stalled', message };
}

function ended(counts: Required<PlanCounts>): Verdict {
  const tally = `${counts.succeeded} of ${counted(counts.nodes, 'node')} done`;
  if (counts.failed > 0) {
    const message = `${tally}, ${counts.failed} failed, ${counts.quarantined} quarantined`;
    return { summary: 'Failed', reason: PLAN_REASONS.SomeFailed, kind: 'Stalled', message };
  }
  if (counts.skipped > 0) {
    return {
      summary: 'Succeeded',
      reason: PLAN_REASONS.SomeSkipped,
      kind: 'Done',
      message: `${tally}, ${counts.skipped} skipped`,
    };
  }
  return { summary: 'Succeeded', reason: PLAN_REASONS.AllSucceeded, kind: 'Done', message: tally };
}
