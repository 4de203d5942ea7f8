import type { BatchOutlook } from '../../../api/generated/upgradebatch.ts';
import { needsAction } from './plan-reasons.ts';

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
      return needsAction(outlook.reason);
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
