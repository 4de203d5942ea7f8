import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';

/** `exclusiveGroup`: holds everything until the plan has acquired its group. */
export function exclusiveGroupBusy({ input }: PassView): Hold | undefined {
  const { plan, groups } = input.snapshot;
  const group = plan.spec.exclusiveGroup;
  if (group === undefined) return undefined;
  const owner = groups.find((fact) => fact.group === group);
  if (owner?.planUid === plan.metadata.uid) return undefined;
  const held = { reason: PLAN_REASONS.ExclusiveGroupBusy, summary: 'Waiting' } as const;
  if (owner === undefined || owner.planGone) {
    return { ...held, message: `is about to acquire the exclusive group '${group}'`, kind: 'Working' };
  }
  return { ...held, message: `waits for ${owner.plan}, which runs in the exclusive group '${group}'`, kind: 'Resting' };
}
