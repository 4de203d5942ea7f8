import type { UpgradeBatch, UpgradeBatchStatus } from '../../../api/generated/upgradebatch.ts';
import type { ReportFact } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { nodeReasonTraits } from '../model/node-reasons.ts';
import { cutToBytes } from '../../text.ts';
import { actionNeeded } from '../model/action-needed.ts';
import { detailOf, type DetailRequest, type NodeDetail } from '../model/node-detail.ts';
import { findCauses } from './causes.ts';
import { secondsBetween } from '../../duration.ts';
import { nodeDurations } from './durations.ts';
import { hideNamesIn, withShortNames } from './hide-names.ts';
import type { MessageStyle } from '../text/message-style.ts';
import { viewNodes } from './node-detail.ts';
import { NOTIFICATION_SCHEMA } from '../model/notification.ts';
import type { AgentIdentity, NodeCounts, Notification, NotifiedNode, Outcome } from '../model/notification.ts';
import { notifiedNodes } from './notified-nodes.ts';
import { lastBatch, notifiedNext, planProgress, notifiedStory } from './consolidate-rollout.ts';
import { lateProcesses, processCounts } from './processes.ts';
import { renderText } from '../text/render-text.ts';
import { settledCommands } from './settled-commands.ts';
import { versionMoves } from './version-moves.ts';

/** Maximum size of a cluster's name in notifications (bytes). */
const MAX_CLUSTER_BYTES = 100;

/** What a notification is made from. The style is the default if it is not set. */
export interface ConsolidateInput extends Partial<MessageStyle> {
  /** A settled batch, as the API server returns it now. */
  readonly batch: UpgradeBatch;
  /** Reports about the batch. They only add details, and any of them may be missing. */
  readonly reports: readonly ReportFact[];
  /** Name of the cluster; may be empty. */
  readonly cluster: string;
  readonly agent: Required<AgentIdentity>;
}

/**
 * The notification for a settled batch. Each agent that sends it makes it from the records, under the same id, so that nothing is lost with
 * an agent.
 */
export function consolidate(input: ConsolidateInput): Notification {
  const { batch, reports, cluster, agent, detail = {}, timeZone, runbookUrl } = input;
  const { spec, status = {} } = batch;
  const { outlook } = status;
  const nodes = notifiedNodes(batch, reports);
  const levelOf = levelsOf(batch, detail);
  const view = viewNodes(nodes, levelOf);
  const counts = countNodes(nodes);
  const story = outlook?.story === undefined ? undefined : notifiedStory(outlook.story, status.settledTime, detail);
  const withoutText: Omit<Notification, 'text'> = presentFields({
    ...identityOf(batch, cluster),
    outcome: decideOutcome(nodes, counts),
    action: actionNeeded({ ...counts, outlook, isRollback: spec.rollback !== undefined }) ? 'Act' : 'None',
    ...timesOf(status),
    timeZone: outlook?.timeZone ?? timeZone,
    runbookUrl,
    counts,
    processes: processCounts(nodes),
    late: lateProcesses(status.nodes ?? [], outlook?.timing ?? [], view.hidden),
    unavailable: unavailable(status.summary?.peakUnavailable, outlook?.maxUnavailable),
    versions: versionMoves(spec.version, nodes, spec.rollback !== undefined),
    causes: findCauses(nodes, view.hidden),
    durations: nodeDurations(nodes, view.hidden),
    nodes: view.listed,
    progress: planProgress(outlook),
    next: outlook === undefined ? undefined : notifiedNext(outlook),
    story,
    commands: settledCommands(batch, { nodes, counts, story, hidden: view.hidden, hasReports: reports.length > 0 }),
    agent: levelOf(agent.node) === 'None' ? { pod: agent.pod } : agent,
  });
  const elsewhere = (outlook?.story?.quarantinedNodes ?? []).filter(({ nodeDetail }) => detailOf(nodeDetail, detail) === 'None');
  const data = hideNamesIn(withoutText, withShortNames([...view.hidden, ...elsewhere.map(({ name }) => name)]));
  return { ...data, text: renderText(data, view.named) };
}

type Identity = Pick<Notification, 'schema' | 'id' | 'kind' | 'cluster' | 'plan' | 'batch'>;

function identityOf({ metadata, spec, status }: UpgradeBatch, cluster: string): Identity {
  const clusterName = cutToBytes(cluster, MAX_CLUSTER_BYTES);
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

type Times = Pick<Notification, 'startTime' | 'settledTime' | 'seconds' | 'expectedSeconds' | 'drainWaits'>;

function timesOf({ startTime, settledTime, summary, outlook }: UpgradeBatchStatus): Times {
  return presentFields({
    startTime,
    settledTime,
    seconds: secondsBetween(startTime, settledTime),
    expectedSeconds: outlook?.expectedSeconds,
    drainWaits: summary?.drainWaits,
  });
}

/** The level of each node. A node of another batch, whose agent may send the message, has the level of all nodes. */
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
      (node.state === 'Skipped' && nodeReasonTraits(node.reason).complete === true),
  );
  return complete ? 'Succeeded' : 'Incomplete';
}

function unavailable(most: number | undefined, limit: number | undefined): Notification['unavailable'] {
  return most === undefined ? undefined : presentFields({ most, limit });
}
