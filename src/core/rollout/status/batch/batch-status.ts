import { CONDITIONS, SETTLED_REASONS, type NODE_REASONS } from '../../../../api/conditions.ts';
import type {
  BatchOutlook,
  BatchSummary,
  NodeRecord,
  UpgradeBatch,
  UpgradeBatchStatus,
} from '../../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../../baton/deliveries.ts';
import { isTrue, settleConditions, type Finding } from '../../../condition.ts';
import type { Instant } from '../../../facts.ts';
import { awaitingEnd } from '../../../notification/model/final-sinks.ts';
import { presentFields } from '../../../present-fields.ts';
import { toRfc3339 } from '../../../text.ts';
import { referencesFor, type Reference } from '../../../timing/reference.ts';
import { stepAlerts, type RolloutTrouble } from './alerts.ts';
import type { Budget } from '../../fleet/budget.ts';
import { batchOutbox, notifiedFinding } from './batch-outbox.ts';
import type { Command } from '../../model/command.ts';
import { drainWaits } from '../outlook/drain-waits.ts';
import { currentBatches } from '../../fleet/fleet.ts';
import { recordedEnd } from '../../fleet/ended.ts';
import { isRollback } from '../../records/goal.ts';
import { inTurn, isTerminal } from '../../turn/node-input.ts';
import { stepNode } from '../../turn/advance-node.ts';
import { operatorPodOn } from '../../fleet/operator-pod.ts';
import { recordedRollback } from '../../records/recorded-rollback.ts';
import type { DecisionInput } from '../../model/snapshot.ts';
import { sinksUnknown } from '../../holds/unknown-sinks.ts';

/** Whether every node of the batch has its outcome, as persisted. */
export function isSettled(batch: UpgradeBatch): boolean {
  return isTrue(batch.status?.conditions, CONDITIONS.settled);
}

/** Sinks that have no receipt for the batch's final notification yet, as persisted. */
export function outstandingSinks(batch: UpgradeBatch): readonly string[] {
  const { sinks = [] } = batch.status?.notification ?? {};
  const answered = new Set(finalReceipts(batch.status?.notification).map((receipt) => receipt.sink));
  return sinks.filter((sink) => !answered.has(sink));
}

/** The facts' verdict on each node of the batch, before new turns are opened. */
export interface NodesStep {
  readonly records: ReadonlyMap<string, NodeRecord>;
  readonly commands: readonly Command[];
  readonly lookAt: Instant | undefined;
}

/** Steps every node of a batch. */
export function stepNodes(input: DecisionInput, batch: UpgradeBatch): NodesStep {
  const { snapshot, now, hash, settings } = input;
  const before = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
  const jobs = Map.groupBy(
    snapshot.jobs.filter((job) => job.batchUid === batch.metadata.uid),
    (job) => job.node,
  );
  const reports = Map.groupBy(
    snapshot.reports.filter((report) => report.batchUid === batch.metadata.uid),
    (report) => report.node,
  );
  const references = isSettled(batch)
    ? new Map<string, Reference>()
    : // How long a process takes says nothing of how long its rollback does.
      referencesFor(
        batch.spec.processes,
        currentBatches(snapshot).filter((other) => isRollback(other) === isRollback(batch)),
      );
  const records = new Map<string, NodeRecord>();
  const commands: Command[] = [];
  let lookAt: Instant | undefined;
  for (const batchNode of batch.spec.nodes) {
    const node = snapshot.nodes.get(batchNode.name);
    const step = stepNode({
      namespace: snapshot.plan.metadata.namespace,
      batch,
      batchNode,
      before: before.get(batchNode.name) ?? { name: batchNode.name, state: 'Pending' },
      node: node?.uid === batchNode.uid ? node : undefined,
      jobs: jobs.get(batchNode.name) ?? [],
      pods: snapshot.pods.get(batchNode.name) ?? [],
      reports: reports.get(batchNode.name) ?? [],
      deleting: snapshot.plan.metadata.deletionTimestamp !== undefined,
      mayRetry: mayRetry(snapshot, batch),
      reporterReady: snapshot.reporters.has(batchNode.name),
      reporterInstalled: settings.reporterInstalled,
      evictionAnswers: snapshot.evictionAnswers,
      operatorPod: operatorPodOn(batchNode.name, snapshot, settings.operator),
      jobRefusals: snapshot.jobRefusals,
      daemonSets: snapshot.daemonSets,
      references,
      now,
      hash,
    });
    records.set(batchNode.name, step.record);
    commands.push(...step.commands);
    if (step.lookAt !== undefined) lookAt = Math.min(lookAt ?? step.lookAt, step.lookAt);
  }
  return { records, commands, lookAt };
}

/** Whether what fails in the batch may be tried again: nothing of an upgrade is that is to be taken back. */
function mayRetry(snapshot: DecisionInput['snapshot'], batch: UpgradeBatch): boolean {
  if (snapshot.plan.metadata.deletionTimestamp !== undefined || recordedEnd(snapshot) !== undefined) return false;
  return isRollback(batch) || recordedRollback(snapshot) === undefined;
}

/** Ends the wait of nodes that will have no turn any more. */
export function endWaiting(
  input: DecisionInput,
  batch: UpgradeBatch,
  records: ReadonlyMap<string, NodeRecord>,
  end: WaitEnd,
): Map<string, NodeRecord> {
  const ended = new Map(records);
  for (const [name, record] of records) {
    if (isTerminal(record) || inTurn(input.snapshot.nodes.get(name), batch)) continue;
    ended.set(name, { name, state: 'NotAttempted', reason: end.reason, message: end.message, endTime: toRfc3339(input.now) });
  }
  return ended;
}

/** Why nodes that wait will have no turn. */
export interface WaitEnd {
  readonly reason: (typeof NODE_REASONS)['Aborted' | 'BudgetExceeded' | 'PlanDeleted' | 'RollingBack' | 'Superseded'];
  readonly message: string;
}

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
    maxUnavailable: Math.max(before?.maxUnavailable ?? 0, running === 0 ? 0 : downNow),
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
  const { nodes: told, ...alerts } = stepAlerts({
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
    conditions: settleConditions(before.conditions, findings, now),
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
