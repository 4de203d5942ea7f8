import type { PlanPause, PlanEnd, PlanRollback, AppliedAction } from '../../../api/generated/upgradeplan.ts';

/** What UpgradeActions and the failure policy have decided for the plan as a whole. */
export interface PlanControl {
  readonly pausedBy: PlanPause | undefined;
  readonly ended: PlanEnd | undefined;
  readonly rollback: PlanRollback | undefined;
  readonly history: readonly AppliedAction[];
}
