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
import type { RolloutTrouble } from './alerts-input.ts';
import { alertsMayChange } from './alerts.ts';
import { batchStatus } from './batch-status.ts';
import { downNodes } from '../../fleet/fleet.ts';
import { rolloutHasEnded, outlookFor } from '../outlook/outlook.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import { mayStillEnd } from './late-end.ts';

/** What the statuses depend on besides the snapshot. */
interface StatusesInput {
  /** The open batch, if any. */
  readonly open: UpgradeBatch | undefined;
  /** The records of the open batch in this pass. */
  readonly records: ReadonlyMap<string, NodeRecord> | undefined;
  readonly actions: ActionsResult;
  readonly agentProblem: string | undefined;
  /** What alerts report about the rollout as a whole. */
  readonly troubles: readonly RolloutTrouble[];
}

/** The statuses of the open batch, and of settled batches that may still change, by name. */
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
    const marks = presentFields({ resumed: actions.resumed.get(name), approved: actions.approved.get(name) });
    const changed = actions.records.get(name);
    const hasActions = changed !== undefined || Object.keys(marks).length > 0;
    const rollout = rolloutOf(input, batch, troubles);
    const own = batch === open ? records : settledRecords(input, batch, hasActions || alertsMayChange(batch, rollout));
    if (own === undefined) continue;
    const status = batchStatus({
      input,
      batch,
      records: changed === undefined ? own : new Map([...own, ...changed]),
      downNow,
      outlook,
      hasEnded: () => rolloutHasEnded(view),
      agentProblem,
      rollout,
      budget: view.budget,
    });
    statuses.set(name, { ...status, ...marks });
  }
  return statuses;
}

/** What alerts of this batch report about the rollout: only the newest batch reports it, for its own revision, unless the plan is being deleted. */
function rolloutOf(
  { snapshot }: DecisionInput,
  batch: UpgradeBatch,
  troubles: readonly RolloutTrouble[],
): readonly RolloutTrouble[] | undefined {
  if (batch !== snapshot.batches.at(-1) || snapshot.plan.metadata.deletionTimestamp !== undefined) return undefined;
  return batch.spec.revision === snapshot.revision ? troubles : [];
}

/** The records of a settled batch if its status may still change: a quarantine ends, a receipt arrives, an action is recorded. */
function settledRecords(
  input: DecisionInput,
  batch: UpgradeBatch,
  changed: boolean,
): ReadonlyMap<string, NodeRecord> | undefined {
  const quarantined = batch.status?.nodes?.some((record) => record.quarantined === true) ?? false;
  if (!changed && !quarantined && outboxEntries(batch).length === 0 && !mayStillEnd(input.snapshot, batch)) return undefined;
  return advanceNodes(input, batch).records;
}
