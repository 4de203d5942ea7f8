import type { PlanReason } from '../../../../api/conditions.ts';
import type { PlanWait, UpgradePlanStatus } from '../../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../../facts.ts';
import { toInstant, toRfc3339 } from '../../../text.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';

/** The CRD takes no more. */
const MOST_WAITS = 20;

/** What the plan's status keeps of the time in which nothing could start. */
export type PlanWaits = Pick<UpgradePlanStatus, 'waits' | 'waiting'>;

/**
 * Adds up the waits of a rollout by reason. It changes only when the reason does, so a wait of hours is one write. What was waited for before
 * the first batch is no part of the rollout.
 *
 * @param reason why nothing starts while nothing runs; undefined while the rollout is at work.
 */
export function planWaits(snapshot: PlanSnapshot, begun: boolean, reason: PlanReason | undefined, now: Instant): PlanWaits {
  const { status } = snapshot.plan;
  if (!begun) return {};
  const { waits, waiting } = status?.revision === snapshot.revision ? status : {};
  const before = waits === undefined ? {} : { waits };
  if (waiting?.reason === reason) return waiting === undefined ? before : { ...before, waiting };
  const added = waiting === undefined ? before : { waits: addWait(waits ?? [], waiting, now) };
  return reason === undefined ? added : { ...added, waiting: { reason, sinceTime: toRfc3339(now) } };
}

/** All waits of a rollout until now, the longest first. */
export function waitsUntil(snapshot: PlanSnapshot, now: Instant): readonly PlanWait[] {
  const { waits = [] } = planWaits(snapshot, true, undefined, now);
  return waits.toSorted((a, b) => b.seconds - a.seconds);
}

function addWait(
  waits: readonly PlanWait[],
  { reason, sinceTime }: NonNullable<PlanWaits['waiting']>,
  now: Instant,
): readonly PlanWait[] {
  const seconds = Math.max(0, Math.round((now - (toInstant(sinceTime) ?? now)) / 1000));
  const known = waits.find((wait) => wait.reason === reason);
  if (known === undefined) return [...waits, { reason, seconds }].slice(-MOST_WAITS);
  return waits.map((wait) => (wait === known ? { reason, seconds: known.seconds + seconds } : wait));
}
