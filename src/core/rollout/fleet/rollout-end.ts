import type { PlanEnd } from '../../../api/generated/upgradeplan.ts';
import { toRfc3339 } from '../../text.ts';
import type { Budget } from './budget.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { DecisionInput, PlanSnapshot } from '../model/snapshot.ts';

/** The recorded early end of this revision's rollout. When a plan returns to an earlier revision, its rollout starts again. */
export function recordedEnd({ plan, revision }: Pick<PlanSnapshot, 'plan' | 'revision'>): PlanEnd | undefined {
  return plan.status?.ended?.revision === revision ? plan.status.ended : undefined;
}

/** The recorded end, or the one that the failure policy decides now. */
export function decidedEnd({ snapshot, now }: DecisionInput, budget: Budget): PlanEnd | undefined {
  const recorded = recordedEnd(snapshot);
  if (recorded !== undefined) return recorded;
  if (!budget.exceeded || snapshot.plan.spec.failure.then !== 'Abort') return undefined;
  if (recordedRollback(snapshot) !== undefined) return undefined;
  return { reason: 'Aborted', revision: snapshot.revision, message: budget.brief, time: toRfc3339(now) };
}
