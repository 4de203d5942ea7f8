import type { PlanEnd, PlanRollback } from '../../../api/generated/upgradeplan.ts';
import { counted, cutToBytes, toRfc3339 } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import { holdRollback } from '../holds/holds.ts';
import { NO_NEXT_BATCH, type NextBatchResult } from '../batch/next-batch.ts';
import { deliveryPending } from '../holds/notification.ts';
import { isSettled } from '../records/settled.ts';
import { buildRollback, rollbackCuts } from './cut-rollback.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';

/** Creates the next batch of the rollback, unless something holds it or nothing is left to roll back. */
export function nextRollback(view: PassView, rollback: PlanRollback): NextBatchResult {
  const { input, fleet, budget } = view;
  const { snapshot } = input;
  if (snapshot.validation.kind === 'Refused' || budget.exceeded) return NO_NEXT_BATCH;
  const next = rollbackCuts(snapshot, fleet, rollback)[0];
  if (next === undefined) return NO_NEXT_BATCH;
  const hold = holdRollback(view) ?? deliveryPending(view);
  if (hold !== undefined) return { commands: [], hold };
  const batch = buildRollback(snapshot, fleet, next, rollback.time);
  const why = `${counted(next.changes.length, 'node')} of ${next.of.metadata.name} are rolled back next`;
  return { commands: [{ kind: 'CreateBatch', batch, why }], hold: undefined };
}

/** The end of the rollback in progress; undefined while something is left to roll back. */
export function rollbackEnd({ input, fleet }: PassView): PlanEnd | undefined {
  const { snapshot, now } = input;
  const rollback = recordedRollback(snapshot);
  if (rollback === undefined || snapshot.plan.metadata.deletionTimestamp !== undefined) return undefined;
  if (!input.snapshot.batches.every(isSettled) || rollbackCuts(snapshot, fleet, rollback).length > 0) return undefined;
  const { action, requestedBy } = rollback;
  return {
    reason: 'RolledBack',
    revision: snapshot.revision,
    message: cutToBytes(`${rollbackName(rollback)} rolled back: ${rollback.message}`, 512),
    ...(action === undefined ? {} : { action }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
    time: toRfc3339(now),
  };
}

/** What is rolled back, as messages name it. */
export function rollbackName({ scope, batch, revision }: PlanRollback): string {
  return scope === 'Plan' ? `revision ${revision.slice(0, 8)}` : (batch ?? 'a batch');
}
