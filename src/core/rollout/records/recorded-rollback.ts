import type { PlanRollback } from '../../../api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** The rollback of this revision that is under way, as it is on record. A plan that has moved on to another revision takes nothing back. */
export function recordedRollback({ plan, revision }: Pick<PlanSnapshot, 'plan' | 'revision'>): PlanRollback | undefined {
  return plan.status?.rollback?.revision === revision ? plan.status.rollback : undefined;
}
