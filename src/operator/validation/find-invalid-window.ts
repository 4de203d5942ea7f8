import { PLAN_REASONS } from '../../api/conditions.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import type { Validation } from '../../core/rollout/model/snapshot.ts';
import { scheduleProblem } from './cron.ts';

/** Finds a window whose schedule is invalid or never opens it; undefined when all are valid. */
export function findInvalidWindow({ spec }: UpgradePlan): Validation | undefined {
  for (const [index, { name, schedule, timeZone }] of (spec.windows ?? []).entries()) {
    const problem = scheduleProblem(schedule, timeZone);
    if (problem === undefined) continue;
    return { kind: 'Refused', reason: PLAN_REASONS.ScheduleInvalid, message: `spec.windows[${index}] ('${name}'): ${problem}` };
  }
  return undefined;
}
