import { NODE_REASONS, PLAN_REASONS } from '../../api/conditions.ts';
import type { BatchOutlook, UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { ReportFact } from '../facts.ts';
import { cutToBytes } from '../text.ts';
import { nodeDurations } from './durations.ts';
import { hideNamesIn, withShortNames } from './hide-names.ts';
import { detailOf, viewNodes, type DetailRequest, type NodeDetail } from './node-detail.ts';
import { actionNeeded } from './action-needed.ts';
import { findCauses } from './causes.ts';
import { notifiedCommands } from './commands.ts';
import { secondsBetween } from './duration.ts';
import { NOTIFICATION_SCHEMA } from './notification.ts';
import type { AgentIdentity, NextStep, NodeCounts, Notification, NotifiedNode, Outcome, PlanProgress } from './notification.ts';
import { notifiedNodes } from './notified-nodes.ts';
import { presentFields } from '../present-fields.ts';
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
  const { spec, status = {}, metadata } = batch;
  const { outlook } = status;
  const nodes = notifiedNodes(batch, reports);
  const levelOf = levelsOf(batch, detail);
  const view = viewNodes(nodes, levelOf);
  const quarantined = nodes.filter((node) => node.quarantined).map((node) => node.name);
  const named = quarantined.filter((name) => !view.hidden.has(name));
  const counts = countNodes(nodes);
  // Only then does an act of resuming let it go on: a person's own pause is not answered by one.
  const paused = outlook?.next === 'Paused' && outlook.reason === PLAN_REASONS.BudgetExceeded;
  const unapproved = outlook?.next === 'Paused' && outlook.reason === PLAN_REASONS.ApprovalRequired;
  const clusterName = cutToBytes(cluster, CLUSTER_BYTES);
  const withoutText: Omit<Notification, 'text'> = presentFields({
    schema: NOTIFICATION_SCHEMA,
    id: status.notification?.id ?? `${metadata.uid}/1`,
    kind: 'BatchSettled',
    cluster: clusterName === '' ? undefined : clusterName,
    plan: {
      namespace: metadata.namespace,
      name: spec.plan,
      uid: spec.planUid,
      version: spec.version,
      revision: spec.revision,
    },
    batch: presentFields({ name: metadata.name, index: spec.index, ...lastBatch(spec.index, outlook), step: spec.stepName }),
    outcome: decideOutcome(nodes, counts),
    action: actionNeeded({ outlook, failed: counts.failed, quarantined: counts.quarantined }) ? 'Act' : 'None',
    startTime: status.startTime,
    settledTime: status.settledTime,
    seconds: secondsBetween(status.startTime, status.settledTime),
    counts,
    unavailable: unavailable(status.summary?.maxUnavailable, outlook?.maxUnavailable),
    versions: versionMoves(spec.version, nodes),
    causes: findCauses(nodes, view.hidden),
    durations: nodeDurations(nodes, view.hidden),
    nodes: view.listed,
    progress: planProgress(outlook),
    next: outlook === undefined ? undefined : nextStep(outlook),
    commands: notifiedCommands({
      namespace: metadata.namespace,
      plan: spec.plan,
      batch: metadata.name,
      // A plan that is being deleted takes no acts: it releases its nodes by itself.
      quarantined: outlook?.next === 'Deleted' ? [] : named,
      quarantinedUnnamed: outlook?.next === 'Deleted' ? 0 : quarantined.length - named.length,
      paused,
      unapproved,
      reported: reports.length > 0,
    }),
    agent: levelOf(agent.node) === 'None' ? { pod: agent.pod } : agent,
  });
  const told = hideNamesIn(withoutText, withShortNames(view.hidden));
  return { ...told, text: renderText(told, view.told) };
}

/** The level of each node; that of all nodes for one of another batch, which may have to speak for this one. */
function levelsOf(batch: UpgradeBatch, detail: DetailRequest): (name: string) => NodeDetail | undefined {
  const groups = new Map(batch.spec.nodes.map((node) => [node.name, node.nodeDetail]));
  return (name) => detailOf(groups.get(name), detail);
}

function countNodes(nodes: readonly NotifiedNode[]): NodeCounts {
  const inState = (state: NotifiedNode['state']): number => nodes.filter((node) => node.state === state).length;
  const ended = {
    succeeded: inState('Succeeded'),
    failed: inState('Failed'),
    skipped: inState('Skipped'),
    notAttempted: inState('NotAttempted'),
  };
  return {
    nodes: nodes.length,
    ...ended,
    unfinished: nodes.length - ended.succeeded - ended.failed - ended.skipped - ended.notAttempted,
    quarantined: nodes.filter((node) => node.quarantined).length,
  };
}

function decideOutcome(nodes: readonly NotifiedNode[], counts: NodeCounts): Outcome {
  if (counts.failed > 0) return 'Failed';
  const complete = nodes.every(
    (node) => node.state === 'Succeeded' || (node.state === 'Skipped' && NOTHING_LEFT_OUT.has(node.reason)),
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

function nextStep({ next, message, batch, nodes }: BatchOutlook): NextStep {
  return presentFields({ kind: next, message, batch, nodes });
}
