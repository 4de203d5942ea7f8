import type {
  BatchOutlook,
  BatchSummary,
  NodeRecord,
  UpgradeBatch,
  UpgradeBatchStatus,
} from '../../../../api/generated/upgradebatch.ts';
import { updateConditions } from '../../../condition.ts';
import { presentFields } from '../../../present-fields.ts';
import { toRfc3339 } from '../../../text.ts';
import { sinksUnknown } from '../../fleet/sinks-unknown.ts';
import { inTurn, isTerminal } from '../../records/node-record.ts';
import { isSettled } from '../../records/settled.ts';
import type { RolloutTrouble } from './alerts-input.ts';
import { decideAlerts } from './alerts.ts';
import type { Budget } from '../../fleet/budget.ts';
import { settledFinding, notifiedFinding } from './batch-findings.ts';
import { batchOutbox } from './batch-outbox.ts';
import { drainWaits } from '../outlook/drain-waits.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import { summaryOf } from './batch-summary.ts';
import { outlookOf } from './late-end.ts';

/** What the status of a batch depends on. */
interface BatchStatusInput {
  readonly input: DecisionInput;
  readonly batch: UpgradeBatch;
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Number of nodes of the plan that are down now. */
  readonly downNow: number;
  /** Makes the outlook of this pass. */
  readonly outlook: (summary: BatchSummary) => BatchOutlook;
  /** Whether the rollout has ended. */
  readonly hasEnded: () => boolean;
  /** Why no agent can send notifications; undefined if one can. */
  readonly agentProblem: string | undefined;
  /** What the rollout reports in alerts now; undefined if it does not do so with this batch. */
  readonly rollout: readonly RolloutTrouble[] | undefined;
  readonly budget: Budget;
}

/** The status of a batch: records, counts, conditions, and its notification with the receipts that are on the Lease. */
export function batchStatus(view: BatchStatusInput): UpgradeBatchStatus {
  const { input, batch, records, downNow, outlook, hasEnded, agentProblem, rollout, budget } = view;
  const { snapshot, now } = input;
  const before = batch.status ?? {};
  const nodes = batch.spec.nodes.map((entry) => records.get(entry.name) ?? { name: entry.name, state: 'Pending' as const });
  const running = batch.spec.nodes.filter((entry) => inTurn(snapshot.nodes.get(entry.name), batch)).length;
  const ended = running === 0 && nodes.every(isTerminal);
  // The sinks to notify are decided when the batch settles, so it settles only once the shared sinks are known.
  const unknown = ended ? sinksUnknown(input) : undefined;
  const settled = isSettled(batch) || (ended && unknown === undefined);
  const settledTime = settled ? (before.settledTime ?? toRfc3339(now)) : undefined;
  const summary = presentFields({
    ...summaryOf(nodes, { running, down: downNow, before: before.summary }),
    drainWaits: drainWaits(before.summary?.drainWaits, before.nodes ?? [], nodes, now),
  });
  const finalOutlook = settled ? outlookOf({ input, batch, outlook: () => outlook(summary), hasEnded }) : undefined;
  const { notify } = snapshot.plan.spec;
  const sinksKnown = sinksUnknown(input) === undefined;
  const { nodes: alertedNodes, ...alerts } = decideAlerts({
    notify,
    sinksKnown,
    batch,
    nodes,
    outlook: finalOutlook,
    rollout,
    budget,
    now,
  });
  const notification = batchOutbox(input, batch, { settledTime, nodes, outlook: finalOutlook, ...alerts });
  const findings = [
    settledFinding(batch, { settled, unknown }, nodes),
    notifiedFinding(batch, notification, { settled, agentProblem }),
  ];
  return presentFields({
    conditions: updateConditions(before.conditions, findings, now),
    agent: agentOf(snapshot, batch),
    startTime: before.startTime ?? nodes.flatMap((record) => record.startTime ?? []).sort()[0],
    settledTime,
    summary,
    nodes: alertedNodes,
    outlook: finalOutlook,
    notification,
    resumed: before.resumed,
    approved: before.approved,
  });
}

/** The node whose agent sends for the batch; once the baton has moved on, the last node that did. */
function agentOf({ lease }: DecisionInput['snapshot'], batch: UpgradeBatch): string | undefined {
  const holder = lease?.batchUid === batch.metadata.uid ? lease.holder : '';
  return holder === '' ? batch.status?.agent : holder;
}
