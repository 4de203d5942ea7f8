import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import { reject, type ActionResult, type ActionView } from './action.ts';

/**
 * Rejects an action that is meant for another rollout, so that a manifest that is applied again has no effect on a later one. A named
 * batch must be the newest, or with `any` any batch of the current revision.
 */
export function rejectOutOfScope(
  { input, fleet }: Pick<ActionView, 'input' | 'fleet'>,
  { spec }: UpgradeAction,
  batches: 'newest' | 'any',
): ActionResult | undefined {
  const { revision } = input.snapshot;
  if (spec.revision !== undefined && !revision.startsWith(spec.revision)) {
    return reject('WrongRevision', `the plan is at revision ${revision}, not ${spec.revision}`);
  }
  if (spec.batch === undefined) return undefined;
  const newest = fleet.batches.at(-1)?.metadata.name;
  const known = fleet.batches.some((batch) => batch.metadata.name === spec.batch);
  if (batches === 'any' ? known : spec.batch === newest) return undefined;
  return reject('WrongBatch', `the plan is at ${newest ?? 'no batch'} in this revision, not at ${spec.batch}`);
}
