import type { BatchOutlook, UpgradeBatch } from '../../../../api/generated/upgradebatch.ts';
import { awaitingEnd } from '../../../baton/final-sinks.ts';
import { sinksUnknown } from '../../fleet/sinks-unknown.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import { isSettled } from '../../records/settled.ts';

interface SettledBatch {
  readonly input: DecisionInput;
  readonly batch: UpgradeBatch;
  /** Makes the outlook of this pass. */
  readonly outlook: () => BatchOutlook;
  /** Whether the rollout has ended. It is called in each pass in which sinks wait for the end, and is cheaper than the outlook. */
  readonly hasEnded: () => boolean;
}

/** The outlook of a settled batch: as stored when it settled, or of this pass if the rollout has ended since and sinks wait for that. */
export function outlookOf({ input, batch, outlook, hasEnded }: SettledBatch): BatchOutlook {
  const stored = batch.status?.outlook;
  if (stored === undefined) return outlook();
  // The end is sent only once, so it waits until the shared sinks are known.
  const endsLate = mayStillEnd(input.snapshot, batch) && sinksUnknown(input) === undefined && hasEnded();
  return endsLate ? outlook() : stored;
}

/** Whether the batch is the plan's newest one, has settled, and sinks wait for the end of the rollout. */
export function mayStillEnd({ plan, revision, batches }: DecisionInput['snapshot'], batch: UpgradeBatch): boolean {
  const own = batch.spec.revision === revision || plan.metadata.deletionTimestamp !== undefined;
  const newest = own && batch === batches.at(-1) && isSettled(batch);
  return newest && awaitingEnd(plan.spec.notify?.sinks ?? [], batch).length > 0;
}
