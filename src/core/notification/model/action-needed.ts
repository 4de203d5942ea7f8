import type { BatchOutlook } from '../../../api/generated/upgradebatch.ts';
import { pauseNeedsAction } from './plan-reasons.ts';

/** How a batch ended: what decides whether a person has to act. */
export interface BatchEnd {
  readonly outlook: BatchOutlook | undefined;
  /** Number of nodes of the batch that failed. */
  readonly failed: number;
  /** Number of nodes of the batch that are still cordoned and tainted by Baton. */
  readonly quarantined: number;
  /** Whether the batch rolls back another one. */
  readonly isRollback: boolean;
}

/**
 * Whether a person has to act. A failed node that is in service can wait as long as the plan continues. When the rollout ends, it cannot,
 * and neither can those of earlier batches.
 */
export function actionNeeded({ outlook, failed, quarantined, isRollback }: BatchEnd): boolean {
  // The rollback comes first, and may repair what the batch left behind.
  if (outlook?.next === 'RollingBack' && !isRollback) return false;
  if (quarantined > 0) return true;
  switch (outlook?.next) {
    case 'Paused':
      return pauseNeedsAction(outlook.reason);
    case 'Aborted':
      return true;
    case 'Done':
      return failed + (outlook.planFailed ?? 0) + leftQuarantined(outlook) > 0;
    case 'RolledBack':
      // A node that failed before its upgrade began is unchanged and in service.
      return failed + leftQuarantined(outlook) > 0;
    default:
      return false;
  }
}

/** Number of nodes of all batches that are still cordoned and tainted by Baton. */
function leftQuarantined({ story }: BatchOutlook): number {
  return story?.quarantined ?? 0;
}

/** Whether the end of a batch is trouble, for a sink with `send: OnTrouble`. */
export function endsInTrouble(end: BatchEnd): boolean {
  return end.failed > 0 || actionNeeded(end);
}
