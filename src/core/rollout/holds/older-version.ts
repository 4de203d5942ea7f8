import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { hasOtherFormat, isFormatAccepted, writerOf } from '../records/batch-format.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { isSettled } from '../records/settled.ts';

/**
 * Holds a rollout whose newest batch another version of Baton created, in another format: its records may not mean what they seem to. Nodes
 * that joined after the start do not hold it, or every finished fleet would stop at its next new node.
 */
export function madeByOlderVersion({ input, fleet }: PassView): Hold | undefined {
  const batch = fleet.batches.at(-1);
  if (batch === undefined || !hasOtherFormat(batch) || isFormatAccepted(batch)) return undefined;
  const isUnderWay = !isSettled(batch) || fleet.remaining.length > fleet.late.length;
  if (!isUnderWay && recordedRollback(input.snapshot) === undefined) return undefined;
  const { name } = batch.metadata;
  const message =
    `${writerOf(batch)} created ${name}, in another format: running processes finish, and nothing new starts. ` +
    `Check the nodes of ${name}, then create an UpgradeAction Resume for ${name}`;
  return { reason: PLAN_REASONS.MadeByOlderVersion, message, summary: 'Paused', kind: 'Stalled' };
}
