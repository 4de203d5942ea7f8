import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import { LABELS } from '../../api/names.ts';
import type { Instant, JobFact, NodeFact } from '../facts.ts';
import { outboxEntries } from '../baton/deliveries.ts';
import { toInstant } from '../text.ts';
import { sinksUnknown } from './fleet/sinks-unknown.ts';
import type { Decision } from './model/decision.ts';
import { isSettled } from './records/settled.ts';
import { mayStillEnd } from './status/batch/batch-status.ts';
import { isPlanEnd } from '../baton/final-sinks.ts';
import type { Command } from './model/command.ts';
import { currentBatches } from './fleet/fleet.ts';
import { isMarkedBy, unmark } from './batch/outdated-marks.ts';
import type { DecisionInput, PlanSnapshot } from './model/snapshot.ts';

/** For a plan being deleted, so long is tried to deliver its notifications (ms). */
const DELIVERY_LIMIT_MS = 5 * 60 * 1000;

/** Whether only cleaning up is possible: Kubernetes itself kills the Pods of a terminating namespace, and nothing can be created. */
export function isTearingDown(snapshot: PlanSnapshot): boolean {
  return snapshot.plan.metadata.deletionTimestamp !== undefined && snapshot.namespaceTerminating;
}

function released(nodes: readonly NodeFact[], uid: string, why: string): Command[] {
  return nodes.flatMap((node): Command[] => {
    if (node.claim === uid) return [{ kind: 'CloseTurn', node, done: undefined, why }];
    if (node.quarantine?.planUid === uid) return [{ kind: 'EndQuarantine', node, why }];
    return [];
  });
}

/** What keeps a node bound to the plan goes: turns, quarantines, and last the marks of nodes still to do. */
function freed(nodes: readonly NodeFact[], uid: string, why: string): Command[] {
  return [...released(nodes, uid, why), ...unmark(nodes, uid, why)];
}

/** Waits for the upgrade Pods to be gone, releases the nodes, and lets everything go. */
export function tearDown({ snapshot, now }: DecisionInput): Decision {
  const uid = snapshot.plan.metadata.uid;
  const busy = new Set(
    [...snapshot.pods.values()]
      .flat()
      .filter((pod) => pod.labels[LABELS.planUid] === uid && pod.phase !== 'Succeeded' && pod.phase !== 'Failed')
      .map((pod) => pod.node),
  );
  const idle = [...snapshot.nodes.values()].filter((node) => !busy.has(node.name));
  const commands = freed(idle, uid, 'its namespace is being deleted');
  const held = [...snapshot.nodes.values()].some(
    (node) => node.claim === uid || node.quarantine?.planUid === uid || isMarkedBy(uid, node),
  );
  if (!held) {
    for (const batch of snapshot.batches) commands.push({ kind: 'DeleteBatch', batch, why: 'its namespace is being deleted' });
    if (snapshot.batches.length === 0) commands.push({ kind: 'RemoveFinalizer', why: 'its nodes are released' });
  }
  return { commands, planStatus: undefined, batchStatuses: new Map(), requeueAt: now + 5000, gates: [] };
}

interface Tidy {
  readonly commands: readonly Command[];
  readonly requeueAt: Instant | undefined;
}

/** Whether sinks that are not known now may want to hear of the end of the rollout. */
function endAwaited(input: DecisionInput): boolean {
  const newest = input.snapshot.batches.at(-1);
  return newest !== undefined && !isPlanEnd(newest.status?.outlook) && sinksUnknown(input) !== undefined;
}

/** What has served its purpose goes: Jobs whose evidence is on record, old batches, and in the end the plan being deleted. */
export function decideDeletions(input: DecisionInput, deleting: boolean, open: UpgradeBatch | undefined): Tidy {
  const { snapshot, now } = input;
  const commands = finishedJobs(snapshot);
  if (!deleting) return { commands: [...commands, ...strayTurns(snapshot, open), ...oldBatches(input)], requeueAt: undefined };
  if (open !== undefined) return { commands, requeueAt: undefined };
  const uid = snapshot.plan.metadata.uid;
  commands.push(...freed([...snapshot.nodes.values()], uid, 'the plan is being deleted'));
  const until = (toInstant(snapshot.plan.metadata.deletionTimestamp) ?? now) + DELIVERY_LIMIT_MS;
  const untold = snapshot.batches.some((batch) => outboxEntries(batch).length > 0 || mayStillEnd(snapshot, batch));
  if (untold || endAwaited(input)) return { commands, requeueAt: until + 1000 };
  // A Pod that cannot end on a lost host does not hold the plan: it goes with its Lease.
  const pods = [...snapshot.agentPods, ...snapshot.pullPods];
  if (commands.length > 0 || pods.some((pod) => !pod.deleting)) return { commands, requeueAt: now + 2000 };
  for (const batch of snapshot.batches) commands.push({ kind: 'DeleteBatch', batch, why: 'the plan is being deleted' });
  if (snapshot.lease !== undefined)
    commands.push({ kind: 'DeleteLease', lease: snapshot.lease, why: 'the plan is being deleted' });
  if (snapshot.batches.length === 0 && snapshot.lease === undefined)
    commands.push({ kind: 'RemoveFinalizer', why: 'its nodes are released and everything is told' });
  return { commands, requeueAt: now + 2000 };
}

/** Turns that no open batch knows: a claim that was still on its way when its batch settled. What runs in one ends first. */
function strayTurns(snapshot: PlanSnapshot, open: UpgradeBatch | undefined): Command[] {
  const uid = snapshot.plan.metadata.uid;
  const stray = [...snapshot.nodes.values()].filter((node) => node.claim === uid && node.turn?.batchUid !== open?.metadata.uid);
  const busy = new Set(snapshot.jobs.filter(runs).map((job) => job.nodeUid));
  return stray
    .filter((node) => !busy.has(node.uid))
    .map((node): Command => ({ kind: 'CloseTurn', node, done: undefined, why: `no open batch has ${node.name} in its turn` }));
}

function runs(job: JobFact): boolean {
  return job.outcome === 'Active' || job.outcome === 'Failing';
}

/** The operator removes Jobs when their evidence is in the records: one call a batch. */
function finishedJobs(snapshot: PlanSnapshot): Command[] {
  const settled = new Map(snapshot.batches.filter(isSettled).map((batch) => [batch.metadata.uid, batch]));
  const known = new Set(snapshot.batches.map((batch) => batch.metadata.uid));
  const uids = new Set(
    snapshot.jobs
      .filter((job) => !job.deleting && (settled.has(job.batchUid) || (!known.has(job.batchUid) && !runs(job))))
      .map((job) => job.batchUid),
  );
  return [...uids].map((batchUid) => ({
    kind: 'DeleteJobs',
    batchUid,
    why: `what they did is on record in ${settled.get(batchUid)?.metadata.name ?? 'a batch that is gone'}`,
  }));
}

/** Settled batches beyond the history limit, never one with an undelivered outbox or a node still quarantined. */
function oldBatches({ snapshot, settings }: DecisionInput): Command[] {
  const current = new Set(currentBatches(snapshot));
  const earlier = snapshot.batches.filter((batch) => !current.has(batch) && isSettled(batch));
  const droppable: UpgradeBatch[] = [];
  for (const batch of earlier.slice(0, Math.max(0, earlier.length - settings.historyLimit))) {
    const quarantined = batch.status?.nodes?.some((record) => record.quarantined === true) ?? false;
    if (outboxEntries(batch).length === 0 && !quarantined) droppable.push(batch);
    // Without the batches after it, one of the same revision that has to stay would count as the current one.
    else if (batch.spec.revision === snapshot.revision) break;
  }
  const asked = snapshot.batches.filter(
    (batch) => batch.metadata.deletionTimestamp !== undefined && isSettled(batch) && outboxEntries(batch).length === 0,
  );
  return [...new Set([...droppable, ...asked])].map((batch) => ({
    kind: 'DeleteBatch',
    batch,
    why: 'beyond the history limit, or deletion was asked for',
  }));
}
