import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { LABELS } from '../../api/names.ts';
import type { Instant, JobFact, NodeFact } from '../facts.ts';
import { outboxEntries } from '../baton/deliveries.ts';
import { toInstant } from '../text.ts';
import { sinksUnknown } from './fleet/sinks-unknown.ts';
import type { Decision } from './model/decision.ts';
import { isSettled } from './records/settled.ts';
import { isPlanEnd } from '../baton/final-sinks.ts';
import type { Command } from './model/command.ts';
import { currentBatches } from './fleet/fleet.ts';
import { isMarkedBy, unmark } from './batch/outdated-marks.ts';
import type { DecisionInput, PlanSnapshot } from './model/snapshot.ts';
import { mayStillEnd } from './status/batch/late-end.ts';

/** How long the deletion of a plan waits for its notifications to be delivered (ms). */
const MAX_DELIVERY_WAIT_MS = 5 * 60 * 1000;

/** How soon a deletion is continued (ms). */
const DELETION_RETRY_MS = 2000;

/** How soon the cleanup in a terminating namespace is continued (ms). */
const TEAR_DOWN_RETRY_MS = 5000;

/** Whether only cleanup is possible: in a terminating namespace Kubernetes deletes the Pods, and nothing can be created. */
export function isTearingDown(snapshot: PlanSnapshot): boolean {
  return snapshot.plan.metadata.deletionTimestamp !== undefined && snapshot.namespaceTerminating;
}

function endTurnsAndQuarantines(nodes: readonly NodeFact[], uid: string, why: string): Command[] {
  return nodes.flatMap((node): Command[] => {
    if (node.claim === uid) return [{ kind: 'CloseTurn', node, done: undefined, why }];
    if (node.quarantine?.planUid === uid) return [{ kind: 'EndQuarantine', node, why }];
    return [];
  });
}

/** Removes from nodes everything that binds them to the plan: turns, quarantines, and the taints of outdated nodes. */
function releaseNodes(nodes: readonly NodeFact[], uid: string, why: string): Command[] {
  return [...endTurnsAndQuarantines(nodes, uid, why), ...unmark(nodes, uid, why)];
}

/** Waits for the plan's Pods to end, releases the nodes, deletes the batches and removes the finalizer. */
export function tearDown({ snapshot, now }: DecisionInput): Decision {
  const uid = snapshot.plan.metadata.uid;
  const busy = new Set(
    [...snapshot.pods.values()]
      .flat()
      .filter((pod) => pod.labels[LABELS.planUid] === uid && pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
      .map((pod) => pod.node),
  );
  const idle = [...snapshot.nodes.values()].filter((node) => !busy.has(node.name));
  const commands = releaseNodes(idle, uid, 'its namespace is being deleted');
  const held = [...snapshot.nodes.values()].some(
    (node) => node.claim === uid || node.quarantine?.planUid === uid || isMarkedBy(uid, node),
  );
  if (!held) {
    for (const batch of snapshot.batches) commands.push({ kind: 'DeleteBatch', batch, why: 'its namespace is being deleted' });
    if (snapshot.batches.length === 0) commands.push({ kind: 'RemoveFinalizer', why: 'its nodes are released' });
  }
  return { commands, planStatus: undefined, batchStatuses: new Map(), requeueAt: now + TEAR_DOWN_RETRY_MS, gates: [] };
}

/** What is deleted in this pass. */
interface DeletionResult {
  readonly commands: readonly Command[];
  readonly requeueAt: Instant | undefined;
}

/** Whether the shared sinks are unknown now and may want the notification of the rollout's end. */
function mayOweFinalNotification(input: DecisionInput): boolean {
  const newest = input.snapshot.batches.at(-1);
  return newest !== undefined && !isPlanEnd(newest.status?.outlook) && sinksUnknown(input) !== undefined;
}

/**
 * Deletes what is no longer needed: Jobs whose outcome is on record, old batches and, once it is being deleted, the plan with all
 * it owns.
 */
export function decideDeletions(input: DecisionInput, deleting: boolean, open: UpgradeBatch | undefined): DeletionResult {
  const { snapshot, now } = input;
  const commands = finishedJobs(snapshot);
  if (!deleting) return { commands: [...commands, ...strayTurns(snapshot, open), ...oldBatches(input)], requeueAt: undefined };
  if (open !== undefined) return { commands, requeueAt: undefined };
  const uid = snapshot.plan.metadata.uid;
  commands.push(...releaseNodes([...snapshot.nodes.values()], uid, 'the plan is being deleted'));
  const until = (toInstant(snapshot.plan.metadata.deletionTimestamp) ?? now) + MAX_DELIVERY_WAIT_MS;
  const isUndelivered = snapshot.batches.some((batch) => outboxEntries(batch).length > 0 || mayStillEnd(snapshot, batch));
  if (isUndelivered || mayOweFinalNotification(input)) return { commands, requeueAt: until + 1000 };
  // A Pod that cannot end on a lost host does not block the deletion: it is deleted with its Lease.
  const pods = [...snapshot.agentPods, ...snapshot.pullPods];
  if (commands.length > 0 || pods.some((pod) => !pod.deleting)) return { commands, requeueAt: now + DELETION_RETRY_MS };
  for (const batch of snapshot.batches) commands.push({ kind: 'DeleteBatch', batch, why: 'the plan is being deleted' });
  if (snapshot.lease !== undefined)
    commands.push({ kind: 'DeleteLease', lease: snapshot.lease, why: 'the plan is being deleted' });
  if (snapshot.batches.length === 0 && snapshot.lease === undefined)
    commands.push({ kind: 'RemoveFinalizer', why: 'its nodes are released and no notification is left to deliver' });
  return { commands, requeueAt: now + DELETION_RETRY_MS };
}

/** Closes turns that belong to no open batch: claims that were written after their batch settled. Running Jobs end first. */
function strayTurns(snapshot: PlanSnapshot, open: UpgradeBatch | undefined): Command[] {
  const uid = snapshot.plan.metadata.uid;
  const stray = [...snapshot.nodes.values()].filter((node) => node.claim === uid && node.turn?.batchUid !== open?.metadata.uid);
  const busy = new Set(snapshot.jobs.filter(isRunning).map((job) => job.nodeUid));
  return stray
    .filter((node) => !busy.has(node.uid))
    .map((node): Command => ({ kind: 'CloseTurn', node, done: undefined, why: `no open batch has ${node.name} in its turn` }));
}

function isRunning(job: JobFact): boolean {
  return job.outcome === 'Active' || job.outcome === 'Failing';
}

/** Deletes Jobs whose outcome is on record, with one call per batch. */
function finishedJobs(snapshot: PlanSnapshot): Command[] {
  const settled = new Map(snapshot.batches.filter(isSettled).map((batch) => [batch.metadata.uid, batch]));
  const known = new Set(snapshot.batches.map((batch) => batch.metadata.uid));
  const uids = new Set(
    snapshot.jobs
      .filter((job) => !job.deleting && (settled.has(job.batchUid) || (!known.has(job.batchUid) && !isRunning(job))))
      .map((job) => job.batchUid),
  );
  return [...uids].map((batchUid) => ({
    kind: 'DeleteJobs',
    batchUid,
    why: `what they did is on record in ${settled.get(batchUid)?.metadata.name ?? 'a deleted batch'}`,
  }));
}

/** Deletes settled batches beyond the history limit, but never one with undelivered notifications or a quarantined node. */
function oldBatches({ snapshot, settings }: DecisionInput): Command[] {
  const current = new Set(currentBatches(snapshot));
  const earlier = snapshot.batches.filter((batch) => !current.has(batch) && isSettled(batch));
  const droppable: UpgradeBatch[] = [];
  for (const batch of earlier.slice(0, Math.max(0, earlier.length - settings.historyLimit))) {
    const quarantined = batch.status?.nodes?.some((record) => record.quarantined === true) ?? false;
    if (outboxEntries(batch).length === 0 && !quarantined) droppable.push(batch);
    // Keep the batches after it: without them, a batch of the current revision that must stay would count as current.
    else if (batch.spec.revision === snapshot.revision) break;
  }
  const deleted = snapshot.batches.filter(
    (batch) => batch.metadata.deletionTimestamp !== undefined && isSettled(batch) && outboxEntries(batch).length === 0,
  );
  return [...new Set([...droppable, ...deleted])].map((batch) => ({
    kind: 'DeleteBatch',
    batch,
    why: 'beyond the history limit, or its deletion was requested',
  }));
}
