import { CONDITIONS, SETTLED_REASONS } from '../../../../api/conditions.ts';
import type {
  BatchOutlook,
  BatchSummary,
  NodeRecord,
  UpgradeBatch,
  UpgradeBatchStatus,
} from '../../../../api/generated/upgradebatch.ts';
import { updateConditions, type Finding } from '../../../condition.ts';
import { awaitingEnd } from '../../../baton/final-sinks.ts';
import { presentFields } from '../../../present-fields.ts';
import { toRfc3339 } from '../../../text.ts';
import { sinksUnknown } from '../../fleet/sinks-unknown.ts';
import { inTurn, isTerminal } from '../../records/node-record.ts';
import { isSettled } from '../../records/settled.ts';
import { decideAlerts, type RolloutTrouble } from './alerts.ts';
import type { Budget } from '../../fleet/budget.ts';
import { batchOutbox, notifiedFinding } from './batch-outbox.ts';
import { drainWaits } from '../outlook/drain-waits.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/** Counts records by outcome. */
export function summarize(
  records: Iterable<NodeRecord>,
  running: number,
  downNow: number,
  before: BatchSummary | undefined,
): BatchSummary {
  const list = [...records];
  const count = (state: NodeRecord['state']): number => list.filter((record) => record.state === state).length;
  return {
    nodes: list.length,
    succeeded: count('Succeeded'),
    ...(list.some((record) => record.state === 'RolledBack') ? { rolledBack: count('RolledBack') } : {}),
    failed: count('Failed'),
    skipped: count('Skipped'),
    notAttempted: count('NotAttempted'),
    running,
    overdue: list.filter((record) => record.overdue === true).length,
    peakUnavailable: Math.max(before?.peakUnavailable ?? 0, running === 0 ? 0 : downNow),
  };
}

interface BatchStatusInput {
  readonly input: DecisionInput;
  readonly batch: UpgradeBatch;
  readonly records: ReadonlyMap<string, NodeRecord>;
  readonly downNow: number;
  readonly outlook: (summary: BatchSummary) => BatchOutlook;
  /** Whether nothing of the rollout follows: asked in each pass while somebody waits for the end, and cheaper than the outlook. */
  readonly hasEnded: () => boolean;
  /** Why no agent can be had; undefined when one can. */
  readonly agentProblem: string | undefined;
  /** What the rollout has to tell at once; undefined when this is not the batch that tells it. */
  readonly rollout: readonly RolloutTrouble[] | undefined;
  readonly budget: Budget;
}

/** The batch's status: records, counts, and its entry in the outbox with the receipts that the Lease shows. */
export function batchStatus(view: BatchStatusInput): UpgradeBatchStatus {
  const { input, batch, records, downNow, outlook, agentProblem, rollout, budget } = view;
  const { snapshot, now } = input;
  const before = batch.status ?? {};
  const nodes = batch.spec.nodes.map((entry) => records.get(entry.name) ?? { name: entry.name, state: 'Pending' as const });
  const running = batch.spec.nodes.filter((entry) => inTurn(snapshot.nodes.get(entry.name), batch)).length;
  const ended = running === 0 && nodes.every(isTerminal);
  // Who is to be told is decided when the batch settles: a sink that is not known by then would never hear of it.
  const unknown = ended ? sinksUnknown(input) : undefined;
  const settled = isSettled(batch) || (ended && unknown === undefined);
  const settledTime = settled ? (before.settledTime ?? toRfc3339(now)) : undefined;
  const summary = presentFields({
    ...summarize(nodes, running, downNow, before.summary),
    drainWaits: drainWaits(before.summary?.drainWaits, before.nodes ?? [], nodes, now),
  });
  const finalOutlook = settled ? outlookOf(view, () => outlook(summary)) : undefined;
  const { notify } = snapshot.plan.spec;
  const sinksKnown = sinksUnknown(input) === undefined;
  const { nodes: told, ...alerts } = decideAlerts({
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
    nodes: told,
    outlook: finalOutlook,
    notification,
    resumed: before.resumed,
    approved: before.approved,
  });
}

/** What follows the batch: as it was when it settled or, for the sinks that wait for it, the end of the rollout that came later. */
function outlookOf({ input, batch, hasEnded }: BatchStatusInput, outlook: () => BatchOutlook): BatchOutlook {
  const { outlook: told } = batch.status ?? {};
  if (told === undefined) return outlook();
  // The end is told once: to shared sinks as well, so that it waits until they are known.
  const endsLate = mayStillEnd(input.snapshot, batch) && sinksUnknown(input) === undefined && hasEnded();
  return endsLate ? outlook() : told;
}

/** Whether sinks of the plan's newest batch, which has settled, wait for the end of the rollout. */
export function mayStillEnd({ plan, revision, batches }: DecisionInput['snapshot'], batch: UpgradeBatch): boolean {
  const own = batch.spec.revision === revision || plan.metadata.deletionTimestamp !== undefined;
  const newest = own && batch === batches.at(-1) && isSettled(batch);
  return newest && awaitingEnd(plan.spec.notify?.sinks ?? [], batch).length > 0;
}

/** The node that speaks for the batch; the last one that did, once the baton has gone on. */
function agentOf({ lease }: DecisionInput['snapshot'], batch: UpgradeBatch): string | undefined {
  const holder = lease?.batchUid === batch.metadata.uid ? lease.holder : '';
  return holder === '' ? batch.status?.agent : holder;
}

function settledFinding(
  batch: UpgradeBatch,
  { settled, unknown }: { readonly settled: boolean; readonly unknown: string | undefined },
  nodes: readonly NodeRecord[],
): Finding {
  const open = nodes.filter((record) => !isTerminal(record)).length;
  const told = unknown === undefined ? '' : `; who is to be told is not known: ${unknown}`;
  return {
    type: CONDITIONS.settled,
    status: settled ? 'True' : 'False',
    reason: settled ? SETTLED_REASONS.AllTerminal : SETTLED_REASONS.InProgress,
    message: settled
      ? `all ${nodes.length} nodes have their outcome`
      : `${open} of ${nodes.length} nodes have no outcome yet${told}`,
    observedGeneration: batch.metadata.generation,
  };
}
