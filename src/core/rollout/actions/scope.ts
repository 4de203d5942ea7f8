import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { refuse, type ActionResult, type ActionView } from './action.ts';

/**
 * Refuses an act that is not for the rollout that the plan is at: a manifest that is applied again must not hit a later one. A named batch
 * has to be the newest, or with `any` one of this revision.
 */
export function refuseOutOfScope(
  { input, fleet }: Pick<ActionView, 'input' | 'fleet'>,
  { spec }: UpgradeAction,
  batches: 'newest' | 'any',
): ActionResult | undefined {
  const { revision } = input.snapshot;
  if (spec.revision !== undefined && !revision.startsWith(spec.revision)) {
    return refuse('WrongRevision', `the plan is at revision ${revision}, not ${spec.revision}`);
  }
  if (spec.batch === undefined) return undefined;
  const newest = fleet.batches.at(-1)?.metadata.name;
  const known = fleet.batches.some((batch) => batch.metadata.name === spec.batch);
  if (batches === 'any' ? known : spec.batch === newest) return undefined;
  return refuse('WrongBatch', `the plan is at ${newest ?? 'no batch'} in this revision, not at ${spec.batch}`);
}
