import type { PlanReason } from '../../../../api/conditions.ts';
import type { PlanWait, UpgradePlanStatus } from '../../../../api/generated/upgradeplan.ts';
import type { Instant } from '../../../facts.ts';
import { toInstant, toRfc3339 } from '../../../text.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';

/** Maximum number of reasons, as in the CRD. */
const MAX_WAITS = 20;

/** What the plan's status stores about the time in which nothing could start. */
export type PlanWaits = Pick<UpgradePlanStatus, 'waits' | 'waiting'>;

/**
 * Adds up the waits of a rollout by reason. The result only changes with the reason, so that a long wait is one write. Waits before the first
 * batch do not count.
 *
 * @param reason why nothing starts while nothing runs; undefined while something runs.
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

/** All waits of a rollout, including the current one, the longest first. */
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
  if (known === undefined) return [...waits, { reason, seconds }].slice(-MAX_WAITS);
  return waits.map((wait) => (wait === known ? { reason, seconds: known.seconds + seconds } : wait));
}
