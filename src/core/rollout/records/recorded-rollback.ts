import type { PlanRollback } from '../../../api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The rollback under way, as recorded in the plan's status. A rollback of an earlier revision does not count. */
export function recordedRollback({ plan, revision }: Pick<PlanSnapshot, 'plan' | 'revision'>): PlanRollback | undefined {
  return plan.status?.rollback?.revision === revision ? plan.status.rollback : undefined;
}
