import { PLAN_REASONS } from '../../../../api/conditions.ts';
import type { PlanCounts, PlanEnd, PlanRollback } from '../../../../api/generated/upgradeplan.ts';
import { counted } from '../../../text.ts';
import { rollbackCuts } from '../../rollback/cut-rollback.ts';
import { awaitedRollback } from '../../rollback/decide-rollback.ts';
import { rollbackName } from '../../rollback/next-rollback.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';
import type { PlanStatusInput } from './plan-status-input.ts';
import { verdictOf, type Verdict, type Tally } from './verdict.ts';

/** The verdict on a plan that is or was rolled back, or waits for approval of a rollback; undefined for any other. */
export function rollbackVerdict(status: PlanStatusInput, tally: Tally): Verdict | undefined {
  const { ended, rollback } = status.control;
  if (ended !== undefined) return ended.reason === 'RolledBack' ? rolledBack(ended, tally.counts) : undefined;
  if (rollback !== undefined) return rollingBack(status, rollback, tally);
  const awaited = awaitedRollback(status);
  if (awaited === undefined) return undefined;
  const message = `${awaited.message}; ${tally.running}`;
  return { summary: 'Paused', reason: PLAN_REASONS.RollbackApprovalRequired, kind: 'Stalled', message };
}

function rollingBack(
  { input, fleet, budget, open, hold }: PlanStatusInput,
  rollback: PlanRollback,
  { counts, running }: Tally,
): Verdict {
  const left = rollbackCuts(input.snapshot, fleet, rollback).reduce((sum, cut) => sum + cut.changes.length, 0);
  const tally = `${rollbackName(rollback)} is being rolled back (${rollback.message}): ${counts.rolledBack} done, ${left} to go`;
  if (hold?.summary === 'Paused') return { ...verdictOf(hold), message: `${tally}; ${hold.message}: ${running}` };
  // Until the rollback is stored, the budget is that of the rollout.
  if (budget.exceeded && recordedRollback(input.snapshot) !== undefined) {
    const actions = `create an UpgradeAction Abort, or a Resume for ${budget.batch ?? 'the batch'}`;
    const message = `${tally}; ${budget.message}; ${running}. Repair the nodes, then ${actions}`;
    return { summary: 'Paused', reason: PLAN_REASONS.BudgetExceeded, kind: 'Stalled', message };
  }
  if (hold !== undefined && counts.running === 0) return { ...verdictOf(hold), message: `${tally}; ${hold.message}` };
  const batch = open === undefined ? '' : `; ${open.metadata.name}: ${counted(counts.running, 'node')} in their turn`;
  return { summary: 'Running', reason: PLAN_REASONS.RollingBack, kind: 'Working', message: `${tally}${batch}` };
}

function rolledBack(end: PlanEnd, counts: Required<PlanCounts>): Verdict {
  const others = [
    [counts.succeeded, 'still at the new version'],
    [counts.failed, 'failed'],
    [counts.quarantined, 'quarantined'],
  ] as const;
  const rest = others.filter(([count]) => count > 0).map(([count, state]) => `, ${count} ${state}`);
  const tally = `${counts.rolledBack} of ${counted(counts.nodes, 'node')} back at their earlier version${rest.join('')}`;
  const message = `${end.message}; ${tally}. This revision has ended: another version begins a new rollout, an UpgradeAction Retry repeats this one`;
  return { summary: 'RolledBack', reason: PLAN_REASONS.RolledBack, kind: 'Stalled', message };
}
