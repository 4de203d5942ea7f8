import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { BatchOutlook } from '../../../api/generated/upgradebatch.ts';

/** How a batch ended, as far as it decides whether anybody has to act. */
export interface BatchEnd {
  readonly outlook: BatchOutlook | undefined;
  /** Nodes of the batch that failed. */
  readonly failed: number;
  /** Nodes of the batch that are still cordoned and tainted by Baton. */
  readonly quarantined: number;
  /** Whether the batch takes another one back. */
  readonly isRollback: boolean;
}

/** What ends only by an act; a person's own pause is not answered by asking for one. */
const ACT_REASONS: ReadonlySet<string | undefined> = new Set([
  PLAN_REASONS.BudgetExceeded,
  PLAN_REASONS.ApprovalRequired,
  PLAN_REASONS.MadeByOlderVersion,
  PLAN_REASONS.RollbackApprovalRequired,
]);

/**
 * Whether somebody has to act. A failed node that is in service can wait while the plan goes on; at the end nobody will come back to it, nor to
 * those of the batches before.
 */
export function actionNeeded({ outlook, failed, quarantined, isRollback }: BatchEnd): boolean {
  // What the batch has left behind is taken back first of all.
  if (outlook?.next === 'RollingBack' && !isRollback) return false;
  if (quarantined > 0) return true;
  switch (outlook?.next) {
    case 'Paused':
      return ACT_REASONS.has(outlook.reason);
    case 'Aborted':
      return true;
    case 'Done':
      return failed + (outlook.planFailed ?? 0) + leftOut(outlook) > 0;
    case 'RolledBack':
      // What failed before its upgrade had begun is as it was, and in service.
      return failed + leftOut(outlook) > 0;
    default:
      return false;
  }
}

/** Nodes of any batch that are still cordoned and tainted by Baton. */
function leftOut({ story }: BatchOutlook): number {
  return story?.quarantined ?? 0;
}

/** Whether a batch ends in what a sink with `send: OnTrouble` wants to hear of. */
export function endsInTrouble(end: BatchEnd): boolean {
  return end.failed > 0 || actionNeeded(end);
}
