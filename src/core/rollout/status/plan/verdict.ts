import type { PlanReason } from '../../../../api/conditions.ts';
import type { UpgradePlanStatus, PlanCounts } from '../../../../api/generated/upgradeplan.ts';
import type { Hold } from '../../model/hold.ts';

/** Summary, reason and message of a plan as a whole. */
export interface Verdict {
  readonly summary: NonNullable<UpgradePlanStatus['summary']>;
  readonly reason: PlanReason;
  readonly message: string;
  readonly kind: 'Done' | 'Working' | 'Stalled' | 'Resting';
}

/** The verdict on a plan that is held. */
export function verdictOf({ summary, reason, kind, message }: Hold): Verdict {
  return { summary, reason, kind, message };
}

/** The counts that verdicts mention. */
export interface Tally {
  readonly counts: Required<PlanCounts>;
  /** What is still running, as messages say it. */
  readonly running: string;
}
