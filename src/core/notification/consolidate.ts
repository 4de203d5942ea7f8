import { NODE_REASONS, PLAN_REASONS } from '../../api/conditions.ts';
import type { BatchOutlook, UpgradeBatch, UpgradeBatchStatus } from '../../api/generated/upgradebatch.ts';
import type { ReportFact } from '../facts.ts';
import { cutToBytes } from '../text.ts';
import { nodeDurations } from './durations.ts';
import { hideNamesIn, withShortNames } from './hide-names.ts';
import { detailOf, viewNodes, type DetailRequest, type NodeDetail } from './node-detail.ts';
import { actionNeeded } from './action-needed.ts';
import { findCauses } from './causes.ts';
import { notifiedCommands, type CommandInput } from './commands.ts';
import { secondsBetween } from './duration.ts';
import { NOTIFICATION_SCHEMA } from './notification.ts';
import type {
  AgentIdentity,
  NextStep,
  NodeCounts,
  Notification,
  NotifiedCommand,
  NotifiedNode,
  Outcome,
  PlanProgress,
  RolloutStory,
} from './notification.ts';
import { notifiedNodes } from './notified-nodes.ts';
import { presentFields } from '../present-fields.ts';
import { lateProcesses, processCounts } from './processes.ts';
import { tellStory } from './told-story.ts';
import { expandNodeNames } from './node-names.ts';
import { renderText } from './render-text.ts';
import { versionMoves } from './version-moves.ts';

/** The longest name of a cluster that is repeated in notifications. */
const CLUSTER_BYTES = 100;

/** Reasons to skip a node that leave nothing undone. */
const NOTHING_LEFT_OUT: ReadonlySet<string | undefined> = new Set([
  NODE_REASONS.AlreadyDone,
  NODE_REASONS.AlreadyCurrent,
  NODE_REASONS.NothingToRun,
  NODE_REASONS.NodeDeleted,
  NODE_REASONS.NoLongerSelected,
  NODE_REASONS.BeingRemoved,
]);

/** What a notification is made from. */
export interface ConsolidateInput {
  /** A settled batch, as the API server has it now. */
  readonly batch: UpgradeBatch;
  /** Reports about it: details only, any of them may be missing. */
  readonly reports: readonly ReportFact[];
  /** Name of the cluster; may be empty. */
  readonly cluster: string;
  readonly agent: Required<AgentIdentity>;
  /** How much is to be told of single nodes; without it nobody has said anything about that. */
  readonly detail?: DetailRequest;
}

/**
 * The notification of a settled batch. It is made anew from the records each time, by whichever agent sends it, so that a lost agent
 * loses nothing; its id stays the same.
 */
export function consolidate({ batch, reports, cluster, agent, detail = {} }: ConsolidateInput): Notification {
  const { spec, status = {} } = batch;
  const { outlook } = status;
  const nodes = notifiedNodes(batch, reports);
  const levelOf = levelsOf(batch, detail);
  const view = viewNodes(nodes, levelOf);
  const counts = countNodes(nodes);
  const story = outlook?.story === undefined ? undefined : tellStory(outlook.story, status.settledTime, detail);
  const withoutText: Omit<Notification, 'text'> = presentFields({
    ...identityOf(batch, cluster),
    outcome: decideOutcome(nodes, counts),
    action: actionNeeded({ outlook, failed: counts.failed, quarantined: counts.quarantined }) ? 'Act' : 'None',
    ...timesOf(status),
    counts,
    processes: processCounts(nodes),
    late: lateProcesses(status.nodes ?? [], outlook?.timing ?? [], view.hidden),
    unavailable: unavailable(status.summary?.maxUnavailable, outlook?.maxUnavailable),
    versions: versionMoves(spec.version, nodes, spec.rollback !== undefined),
    causes: findCauses(nodes, view.hidden),
    durations: nodeDurations(nodes, view.hidden),
    nodes: view.listed,
    progress: planProgress(outlook),
    next: outlook === undefined ? undefined : nextStep(outlook),
    story,
    commands: commandsFor(batch, { nodes, counts, story, hidden: view.hidden, reported: reports.length > 0 }),
    agent: levelOf(agent.node) === 'None' ? { pod: agent.pod } : agent,
  });
  const elsewhere = (outlook?.story?.quarantinedNodes ?? []).filter(({ nodeDetail }) => detailOf(nodeDetail, detail) === 'None');
  const told = hideNamesIn(withoutText, withShortNames([...view.hidden, ...elsewhere.map(({ name }) => name)]));
  return { ...told, text: renderText(told, view.told) };
}

type Identity = Pick<Notification, 'schema' | 'id' | 'kind' | 'cluster' | 'plan' | 'batch'>;

function identityOf({ metadata, spec, status }: UpgradeBatch, cluster: string): Identity {
  const clusterName = cutToBytes(cluster, CLUSTER_BYTES);
  const { plan: name, planUid: uid, version, revision } = spec;
  return presentFields({
    schema: NOTIFICATION_SCHEMA,
    id: status?.notification?.id ?? `${metadata.uid}/1`,
    kind: 'BatchSettled',
    cluster: clusterName === '' ? undefined : clusterName,
    plan: { namespace: metadata.namespace, name, uid, version, revision },
    batch: presentFields({
      name: metadata.name,
      index: spec.index,
      ...lastBatch(spec.index, status?.outlook),
      step: spec.stepName,
      rollbackOf: spec.rollback?.batch,
    }),
  });
}

type Times = Pick<Notification, 'startTime' | 'settledTime' | 'seconds' | 'expectedSeconds' | 'timeZone' | 'drainWaits'>;

function timesOf({ startTime, settledTime, summary, outlook }: UpgradeBatchStatus): Times {
  return presentFields({
    startTime,
    settledTime,
    seconds: secondsBetween(startTime, settledTime),
    expectedSeconds: outlook?.expectedSeconds,
    timeZone: outlook?.timeZone,
    drainWaits: summary?.drainWaits,
  });
}

/** What decides the commands, beside the batch. */
interface CommandView {
  readonly nodes: readonly NotifiedNode[];
  readonly counts: NodeCounts;
  readonly story: RolloutStory | undefined;
  readonly hidden: ReadonlySet<string>;
  readonly reported: boolean;
}

function commandsFor(batch: UpgradeBatch, { nodes, counts, story, hidden, reported }: CommandView): readonly NotifiedCommand[] {
  const { metadata, spec, status } = batch;
  const outlook = status?.outlook;
  const own = nodes.filter((node) => node.quarantined && !hidden.has(node.name)).map((node) => node.name);
  const named = story === undefined ? own : expandNodeNames(story.quarantinedNodes);
  const left = story === undefined ? counts.quarantined : (story.quarantined ?? 0);
  // A plan that is being deleted takes no acts: it releases its nodes by itself.
  const deleted = outlook?.next === 'Deleted';
  const blocked = nodes.some(({ reason }) => reason === NODE_REASONS.DrainTimeout);
  return notifiedCommands({
    namespace: metadata.namespace,
    plan: spec.plan,
    batch: metadata.name,
    quarantined: deleted ? [] : named,
    quarantinedUnnamed: deleted ? 0 : left - named.length,
    ofAllBatches: story !== undefined,
    retriable: retriable(batch, nodes, counts),
    paused: pauseOf(outlook),
    revision: spec.revision,
    ...rollbackOf(outlook),
    unapproved: outlook?.next === 'Paused' && outlook.reason === PLAN_REASONS.ApprovalRequired,
    budget: blocked ? status?.summary?.drainWaits?.find(({ budget }) => budget !== undefined)?.budget : undefined,
    reported,
  });
}

/** Which failed nodes can be given a later batch: none once the rollout of their revision is over before its time. */
function retriable(
  { metadata, spec, status }: UpgradeBatch,
  nodes: readonly NotifiedNode[],
  counts: NodeCounts,
): { readonly batch: string } | { readonly revision: string } | undefined {
  const { next = 'Deleted', planFailed = 0 } = status?.outlook ?? {};
  // What a rollback failed to take back is no upgrade that could be tried again.
  if (spec.rollback !== undefined) return undefined;
  if (next === 'Aborted' || next === 'Deleted' || nodes.some(({ reason }) => reason === NODE_REASONS.Superseded))
    return undefined;
  if (next === 'Done') return planFailed > 0 ? { revision: spec.revision } : undefined;
  return counts.failed > 0 ? { batch: metadata.name } : undefined;
}

/** What an act of resuming answers: too many failures, or an act of pausing; `spec.paused` is changed in the plan itself. */
function pauseOf(outlook: BatchOutlook | undefined): { readonly maxFailed?: number } | undefined {
  if (outlook?.next !== 'Paused') return undefined;
  if (outlook.reason === PLAN_REASONS.BudgetExceeded) return presentFields({ maxFailed: outlook.maxFailed });
  if (outlook.reason === PLAN_REASONS.RollbackApprovalRequired) return {};
  return outlook.reason === PLAN_REASONS.PausedByAct ? {} : undefined;
}

/** What may be taken back once the plan has stopped, and whether that is what it waits for. */
function rollbackOf(outlook: BatchOutlook | undefined): Pick<CommandInput, 'rollback' | 'awaitsRollback'> {
  const reason = outlook?.next === 'Paused' ? outlook.reason : undefined;
  const awaitsRollback = reason === PLAN_REASONS.RollbackApprovalRequired;
  const asked = awaitsRollback || reason === PLAN_REASONS.BudgetExceeded;
  return { awaitsRollback, rollback: asked ? outlook?.rollback : undefined };
}

/** The level of each node; that of all nodes for one of another batch, which may have to speak for this one. */
export function levelsOf(batch: UpgradeBatch, detail: DetailRequest): (name: string) => NodeDetail | undefined {
  const groups = new Map(batch.spec.nodes.map((node) => [node.name, node.nodeDetail]));
  return (name) => detailOf(groups.get(name), detail);
}

function countNodes(nodes: readonly NotifiedNode[]): NodeCounts {
  const inState = (state: NotifiedNode['state']): number => nodes.filter((node) => node.state === state).length;
  const ended = {
    succeeded: inState('Succeeded'),
    rolledBack: inState('RolledBack'),
    failed: inState('Failed'),
    skipped: inState('Skipped'),
    notAttempted: inState('NotAttempted'),
  };
  const { rolledBack, ...others } = ended;
  return {
    nodes: nodes.length,
    ...others,
    ...(rolledBack === 0 ? {} : { rolledBack }),
    unfinished: nodes.length - Object.values(ended).reduce((sum, count) => sum + count, 0),
    quarantined: nodes.filter((node) => node.quarantined).length,
  };
}

function decideOutcome(nodes: readonly NotifiedNode[], counts: NodeCounts): Outcome {
  if (counts.failed > 0) return 'Failed';
  const complete = nodes.every(
    (node) =>
      node.state === 'Succeeded' ||
      node.state === 'RolledBack' ||
      (node.state === 'Skipped' && NOTHING_LEFT_OUT.has(node.reason)),
  );
  return complete ? 'Succeeded' : 'Incomplete';
}

/** A number of batches that is already passed was a wrong estimate, and says nothing. */
function lastBatch(index: number, outlook: BatchOutlook | undefined): { readonly of?: number } {
  if (outlook?.next === 'Done') return { of: index };
  return outlook?.lastBatch === undefined || outlook.lastBatch < index ? {} : { of: outlook.lastBatch };
}

function unavailable(most: number | undefined, limit: number | undefined): Notification['unavailable'] {
  return most === undefined ? undefined : presentFields({ most, limit });
}

function planProgress(outlook: BatchOutlook | undefined): PlanProgress | undefined {
  if (outlook?.planNodes === undefined || outlook.planSucceeded === undefined || outlook.planFailed === undefined)
    return undefined;
  const { planNodes: nodes, planSucceeded: succeeded, planFailed: failed, maxFailed } = outlook;
  return presentFields({ nodes, succeeded, failed, maxFailed });
}

function nextStep(outlook: BatchOutlook): NextStep {
  const { next, reason, message, batch, nodes, nextTime, openUntilTime, wordTime, estimatedEndTime } = outlook;
  return presentFields({ kind: next, reason, message, batch, nodes, time: nextTime, openUntilTime, wordTime, estimatedEndTime });
}
