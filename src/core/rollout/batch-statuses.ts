import type {
  BatchOutlook,
  BatchSummary,
  NodeRecord,
  UpgradeBatch,
  UpgradeBatchStatus,
} from '../../api/generated/upgradebatch.ts';
import { presentFields } from '../present-fields.ts';
import type { ActionsStep } from './answer-actions.ts';
import { batchStatus, mayStillEnd, outstandingSinks, stepNodes } from './batch-step.ts';
import { downNodes } from './fleet.ts';
import type { HoldView } from './holds.ts';
import { outlookFor } from './outlook.ts';
import type { DecisionInput } from './snapshot.ts';

/** What the statuses are made from, beside the snapshot. */
interface StatusesInput {
  readonly open: UpgradeBatch | undefined;
  readonly records: ReadonlyMap<string, NodeRecord> | undefined;
  readonly actions: ActionsStep;
  readonly agentProblem: string | undefined;
}

/** Statuses of the open batch, and of settled ones in which something may still change. */
export function batchStatuses(
  input: DecisionInput,
  view: HoldView,
  { open, records, actions, agentProblem }: StatusesInput,
): ReadonlyMap<string, UpgradeBatchStatus> {
  const statuses = new Map<string, UpgradeBatchStatus>();
  const downNow = downNodes(view.input.snapshot, view.fleet).length;
  const outlook = (summary: BatchSummary): BatchOutlook => outlookFor(view, summary);
  for (const batch of input.snapshot.batches) {
    const { name } = batch.metadata;
    const acts = presentFields({ resumed: actions.resumed.get(name), approved: actions.approved.get(name) });
    const changed = actions.records.get(name);
    const acted = changed !== undefined || Object.keys(acts).length > 0;
    const own = batch === open ? records : settledRecords(input, batch, acted);
    if (own === undefined) continue;
    const status = batchStatus({
      input,
      batch,
      records: changed === undefined ? own : new Map([...own, ...changed]),
      downNow,
      outlook,
      agentProblem,
    });
    statuses.set(name, { ...status, ...acts });
  }
  return statuses;
}

/** Records of a settled batch that may still change: quarantines end, receipts arrive, an act is noted. Undefined: nothing can. */
function settledRecords(input: DecisionInput, batch: UpgradeBatch, acted: boolean): ReadonlyMap<string, NodeRecord> | undefined {
  const quarantined = batch.status?.nodes?.some((record) => record.quarantined === true) ?? false;
  if (!acted && !quarantined && outstandingSinks(batch).length === 0 && !mayStillEnd(input.snapshot, batch)) return undefined;
  return stepNodes(input, batch).records;
}
