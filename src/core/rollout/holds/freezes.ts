import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { ChangeFreeze } from '../../../api/generated/upgradeplan.ts';
import { freezeAt } from '../../schedule/freezes.ts';
import { toInstant } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';

/** Holds everything during a freeze of the plan or of the cluster, and while the freezes of the cluster cannot be read. */
export function frozen({ input }: PassView): Hold | undefined {
  const { plan, clusterFreezes } = input.snapshot;
  const own = freezeAt(plan.spec.freezes ?? [], input.now);
  if (own !== undefined) return freezeHold(`the freeze '${own.name}'`, own);
  if (clusterFreezes.kind === 'Unreadable') {
    const message = `nothing starts, because the cluster's freezes are unknown: ${clusterFreezes.message}`;
    return { reason: PLAN_REASONS.FreezesUnreadable, message, summary: 'Waiting', kind: 'Stalled' };
  }
  const all = freezeAt(clusterFreezes.freezes, input.now);
  return all === undefined ? undefined : freezeHold(`the cluster's freeze '${all.name}'`, all);
}

function freezeHold(name: string, { to, reason }: ChangeFreeze): Hold {
  const why = reason === undefined || reason === '' ? '' : `: ${reason}`;
  const until = toInstant(to);
  return {
    reason: PLAN_REASONS.Frozen,
    message: `${name} lasts until ${to}${why}`,
    summary: 'Waiting',
    kind: 'Resting',
    ...(until === undefined ? {} : { until }),
  };
}
