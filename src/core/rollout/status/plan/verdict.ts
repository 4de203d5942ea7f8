import type { PlanReason } from '../../../../api/conditions.ts';
import type { UpgradePlanStatus, PlanCounts } from '../../../../api/generated/upgradeplan.ts';
import type { Hold } from '../../model/hold.ts';

/** The word, the reason and the sentence for a plan as a whole. */
export interface Verdict {
  readonly summary: NonNullable<UpgradePlanStatus['summary']>;
  readonly reason: PlanReason;
  readonly message: string;
  readonly kind: 'Done' | 'Working' | 'Stalled' | 'Resting';
}

/** A hold as the verdict on the plan. */
export function verdictOf({ summary, reason, kind, message }: Hold): Verdict {
  return { summary, reason, kind, message };
}

/** What a verdict counts. */
export interface TallyInput {
  readonly counts: Required<PlanCounts>;
  /** What still runs, for people. */
  readonly running: string;
}
