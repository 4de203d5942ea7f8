import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';

/** Nothing starts before the plan has its group. Asked last, so that no plan takes it that could not start anyway. */
export function exclusiveGroupBusy({ input }: PassView): Hold | undefined {
  const { plan, groups } = input.snapshot;
  const group = plan.spec.exclusiveGroup;
  if (group === undefined) return undefined;
  const holder = groups.find((fact) => fact.group === group);
  if (holder?.planUid === plan.metadata.uid) return undefined;
  const held = { reason: PLAN_REASONS.ExclusiveGroupBusy, summary: 'Waiting' } as const;
  if (holder === undefined || holder.planGone) {
    return { ...held, message: `is about to take the exclusive group '${group}'`, kind: 'Working' };
  }
  return { ...held, message: `waits for ${holder.plan}, which runs in the exclusive group '${group}'`, kind: 'Resting' };
}
