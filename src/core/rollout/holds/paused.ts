import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';

/** Holds everything while `spec.paused` is true. */
export function pausedBySpec({ input }: PassView): Hold | undefined {
  if (!input.snapshot.plan.spec.paused) return undefined;
  return { reason: PLAN_REASONS.PausedBySpec, message: 'spec.paused is true', summary: 'Paused', kind: 'Resting' };
}

/** Holds everything between an UpgradeAction Pause and the Resume that ends it. */
export function pausedByAction({ input }: PassView): Hold | undefined {
  const { plan, revision, batches } = input.snapshot;
  const pause = plan.status?.pausedBy;
  if (pause === undefined) return undefined;
  const who = pause.requestedBy === undefined ? pause.action : `${pause.requestedBy} (${pause.action})`;
  const why = pause.reason === undefined ? '' : `: ${pause.reason}`;
  const newest = batches.findLast((batch) => batch.spec.revision === revision)?.metadata.name;
  const target = newest === undefined ? `revision ${revision.slice(0, 8)}` : newest;
  const message = `paused by ${who}${why}; to continue, create an UpgradeAction Resume for ${target}`;
  return { reason: PLAN_REASONS.PausedByAction, message, summary: 'Paused', kind: 'Resting' };
}
