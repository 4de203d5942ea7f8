import type {
  BatchOutlook,
  BatchSummary,
  NodeRecord,
  UpgradeBatch,
  UpgradeBatchStatus,
} from '../../../../api/generated/upgradebatch.ts';
import { outboxEntries } from '../../../baton/deliveries.ts';
import { presentFields } from '../../../present-fields.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import type { ActionsResult } from '../../model/actions-result.ts';
import { advanceNodes } from '../../turn/advance-nodes.ts';
import { alertsMayChange, type RolloutTrouble } from './alerts.ts';
import { batchStatus, mayStillEnd } from './batch-status.ts';
import { downNodes } from '../../fleet/fleet.ts';
import { nothingFollows, outlookFor } from '../outlook/outlook.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/** What the statuses are made from, beside the snapshot. */
interface StatusesInput {
  readonly open: UpgradeBatch | undefined;
  readonly records: ReadonlyMap<string, NodeRecord> | undefined;
  readonly actions: ActionsResult;
  readonly agentProblem: string | undefined;
  /** What the rollout as a whole has to tell at once. */
  readonly troubles: readonly RolloutTrouble[];
}

/** Statuses of the open batch, and of settled ones in which something may still change. */
export function batchStatuses(
  input: DecisionInput,
  view: PassView,
  { open, records, actions, agentProblem, troubles }: StatusesInput,
): ReadonlyMap<string, UpgradeBatchStatus> {
  const statuses = new Map<string, UpgradeBatchStatus>();
  const downNow = downNodes(view.input.snapshot, view.fleet).length;
  const outlook = (summary: BatchSummary): BatchOutlook => outlookFor(view, summary);
  for (const batch of input.snapshot.batches) {
    const { name } = batch.metadata;
    const acts = presentFields({ resumed: actions.resumed.get(name), approved: actions.approved.get(name) });
    const changed = actions.records.get(name);
    const acted = changed !== undefined || Object.keys(acts).length > 0;
    const rollout = rolloutOf(input, batch, troubles);
    const own = batch === open ? records : settledRecords(input, batch, acted || alertsMayChange(batch, rollout));
    if (own === undefined) continue;
    const status = batchStatus({
      input,
      batch,
      records: changed === undefined ? own : new Map([...own, ...changed]),
      downNow,
      outlook,
      hasEnded: () => nothingFollows(view),
      agentProblem,
      rollout,
      budget: view.budget,
    });
    statuses.set(name, { ...status, ...acts });
  }
  return statuses;
}

/** What a batch tells of the rollout: the newest one does, of its own revision. A plan that is being deleted has nothing more to ask for. */
function rolloutOf(
  { snapshot }: DecisionInput,
  batch: UpgradeBatch,
  troubles: readonly RolloutTrouble[],
): readonly RolloutTrouble[] | undefined {
  if (batch !== snapshot.batches.at(-1) || snapshot.plan.metadata.deletionTimestamp !== undefined) return undefined;
  return batch.spec.revision === snapshot.revision ? troubles : [];
}

/** Records of a settled batch that may still change: quarantines end, receipts arrive, an act is noted. Undefined: nothing can. */
function settledRecords(
  input: DecisionInput,
  batch: UpgradeBatch,
  changed: boolean,
): ReadonlyMap<string, NodeRecord> | undefined {
  const quarantined = batch.status?.nodes?.some((record) => record.quarantined === true) ?? false;
  if (!changed && !quarantined && outboxEntries(batch).length === 0 && !mayStillEnd(input.snapshot, batch)) return undefined;
  return advanceNodes(input, batch).records;
}
