import { ACTION_REASONS } from '../../../../../src/api/conditions.ts';
import type { UpgradeBatch } from '../../../../../src/api/generated/upgradebatch.ts';
import { FINALIZERS, LABELS } from '../../../../../src/api/names.ts';
import { updateConditions } from '../../../../../src/core/condition.ts';
import type { PodFact } from '../../../../../src/core/facts.ts';
import { isNodeCommand, type Command, type Manifest } from '../../../../../src/core/rollout/model/command.ts';
import { toRfc3339 } from '../../../../../src/core/text.ts';
import { startAgent } from './agents.ts';
import { replacePod } from './daemon-sets.ts';
import { createJob, stopJob } from './kubelet.ts';
import { applyToNode } from './apply-node.ts';
import { leaveGroup, takeGroup } from './groups.ts';
import { pendingPod } from './pending-pod.ts';
import { endPod } from './pods.ts';
import { createPullPod, deletePullPods } from './pre-pulls.ts';
import type { Memory } from './observe.ts';
import type { World } from './world.ts';

/** What an in-memory API server does with a command. `Refused`: a precondition did not hold. `Nothing`: it was so already. */
export type Answer = 'Applied' | 'Nothing' | 'Refused';

interface Metadata {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** The metadata of a manifest. */
export function metadataOf(manifest: Manifest): Metadata {
  return manifest['metadata'] as Metadata;
}

/** Carries out a command on the in-memory cluster, with the preconditions that the shell sends along. */
export function apply(world: World, memory: Memory, command: Command): Answer {
  if (isNodeCommand(command)) return applyToNode(world, command);
  switch (command.kind) {
    case 'AddFinalizer':
      return setPlanFinalizers(world, (finalizers) => [...new Set([...finalizers, FINALIZERS.plan])]);
    case 'RemoveFinalizer':
      return setPlanFinalizers(world, (finalizers) => finalizers.filter((finalizer) => finalizer !== FINALIZERS.plan));
    case 'CreateBatch':
      return createBatch(world, command.batch);
    case 'DeleteBatch':
      return removeBatch(world, command.batch);
    case 'Evict':
      return evict(world, memory, command.pod);
    case 'DeletePod':
      return deletePod(world, memory, command.pod);
    case 'ReplacePod':
      return replacePod(world, command.pod);
    case 'CreateJob':
      return createJob(world, memory, command.job);
    case 'StopJob':
      return stopJob(world, command.job, command.message);
    case 'DeleteJobs':
      return deleteJobs(world, command.batchUid);
    case 'CreatePullPod':
      return createPullPod(world, memory, command.pod);
    case 'DeletePullPods':
      return deletePullPods(world, command.wave);
    case 'AnswerAction':
      return answerAction(world, command);
    case 'RecordWarnings':
      return 'Applied';
    default:
      return applyToLease(world, command);
  }
}

type LeaseCommand = Extract<
  Command,
  {
    kind:
      | 'CreateAgentPod'
      | 'DeleteAgentPod'
      | 'PassBaton'
      | 'ClearReceipts'
      | 'PrepareNamespace'
      | 'DeleteLease'
      | 'AcquireGroup'
      | 'ReleaseGroup';
  }
>;

/** What is done to Leases, of plans and of groups, and to those that hold them. */
function applyToLease(world: World, command: LeaseCommand): Answer {
  switch (command.kind) {
    case 'CreateAgentPod':
      return createAgentPod(world, command.pod);
    case 'DeleteAgentPod':
      return deleteAgentPod(world, command);
    case 'PassBaton':
      return passBaton(world, command);
    case 'ClearReceipts':
      return clearReceipts(world, command);
    case 'PrepareNamespace':
      return prepare(world, command.lease);
    case 'DeleteLease':
      return deleteLease(world, command.lease.uid);
    case 'AcquireGroup':
      return takeGroup(world, metadataOf(command.lease).labels[LABELS.group] ?? '', world.plan?.metadata.uid ?? '');
    case 'ReleaseGroup':
      return leaveGroup(world, command.fact.uid);
  }
}

function removeBatch(world: World, { metadata }: UpgradeBatch): Answer {
  if (world.batches.get(metadata.name)?.metadata.uid !== metadata.uid) return 'Nothing';
  world.batches.delete(metadata.name);
  world.touch();
  return 'Applied';
}

function deleteAgentPod(world: World, { pod, atOnce }: Extract<Command, { kind: 'DeleteAgentPod' }>): Answer {
  if (!world.pods.has(pod.uid)) return 'Nothing';
  if (atOnce) world.pods.delete(pod.uid);
  else endPod(world, pod.uid);
  world.touch();
  return 'Applied';
}

function deleteLease(world: World, uid: string): Answer {
  if (world.lease?.uid !== uid) return 'Nothing';
  world.lease = undefined;
  for (const pod of [...world.pods.values()]) if (pod.labels[LABELS.leaseUid] === uid) endPod(world, pod.uid);
  world.touch();
  return 'Applied';
}

function setPlanFinalizers(world: World, change: (finalizers: readonly string[]) => readonly string[]): Answer {
  const { plan } = world;
  if (plan === undefined) return 'Refused';
  const before = plan.metadata.finalizers ?? [];
  const finalizers = change(before);
  // The shell sends the resourceVersion that it saw: a second time it is another one.
  if (before.includes(FINALIZERS.plan) === finalizers.includes(FINALIZERS.plan)) return 'Refused';
  const gone = plan.metadata.deletionTimestamp !== undefined && finalizers.length === 0;
  world.plan = gone ? undefined : { ...plan, metadata: { ...plan.metadata, finalizers, resourceVersion: world.fresh('rv') } };
  world.touch();
  return 'Applied';
}

function prepare(world: World, manifest: Manifest): Answer {
  if (world.lease !== undefined) return 'Nothing';
  world.lease = {
    name: metadataOf(manifest).name,
    uid: world.fresh('lease'),
    resourceVersion: world.fresh('rv'),
    holder: '',
    transitions: 0,
    batch: '',
    batchUid: '',
    agentPod: '',
    agentPodUid: '',
    receipts: [],
    renewed: false,
    changedAt: world.now,
  };
  world.touch();
  return 'Applied';
}

function createBatch(world: World, manifest: Manifest): Answer {
  const { name } = metadataOf(manifest);
  if (world.batches.has(name)) return 'Nothing';
  const metadata = {
    ...(manifest['metadata'] as UpgradeBatch['metadata']),
    uid: world.fresh('batch'),
    resourceVersion: world.fresh('rv'),
    generation: 1,
    creationTimestamp: toRfc3339(world.now),
  };
  world.batches.set(name, { ...(manifest as unknown as UpgradeBatch), metadata });
  world.touch();
  return 'Applied';
}

function evict(world: World, memory: Memory, pod: PodFact): Answer {
  const refused = world.now < (world.budgets.get(pod.uid) ?? 0);
  memory.evictions.set(pod.uid, { at: world.now, rejection: refused ? { message: 'not now', budget: 'shop' } : undefined });
  if (refused || !world.pods.has(pod.uid)) return 'Nothing';
  endPod(world, pod.uid);
  return 'Applied';
}

function deletePod(world: World, memory: Memory, pod: PodFact): Answer {
  memory.evictions.set(pod.uid, { at: world.now, rejection: undefined });
  if (!world.pods.has(pod.uid)) return 'Nothing';
  endPod(world, pod.uid);
  return 'Applied';
}

function deleteJobs(world: World, batchUid: string): Answer {
  for (const [name, job] of world.jobs) if (job.batchUid === batchUid) world.jobs.delete(name);
  for (const pod of [...world.pods.values()]) if (pod.labels[LABELS.batchUid] === batchUid) endPod(world, pod.uid);
  world.touch();
  return 'Applied';
}

function createAgentPod(world: World, manifest: Manifest): Answer {
  const { name } = metadataOf(manifest);
  if ([...world.pods.values()].some((pod) => pod.name === name)) return 'Nothing';
  const pod = pendingPod(manifest, { uid: world.fresh('agent'), controllerKind: 'Lease', now: world.now });
  world.pods.set(pod.uid, pod);
  world.mounted.set(pod.uid, mountedSinks(manifest));
  startAgent(world, pod.uid);
  world.touch();
  return 'Applied';
}

/** The sinks for which a Pod has a volume with their Secrets. */
function mountedSinks({ spec }: Manifest): ReadonlySet<string> {
  const { volumes } = spec as { readonly volumes: readonly { readonly name: string }[] };
  return new Set(volumes.map(({ name }) => name.replace(/^sink-/, '')));
}

function passBaton(world: World, { lease, to, receipts }: Extract<Command, { kind: 'PassBaton' }>): Answer {
  const current = world.lease;
  if (current?.uid !== lease.uid || current.transitions !== lease.transitions) return 'Refused';
  const seenAll = current.receipts.length === lease.receipts.length;
  world.setLease({
    holder: to.node,
    batch: to.batch,
    batchUid: to.batchUid,
    agentPod: to.pod,
    agentPodUid: to.podUid,
    transitions: current.transitions + 1,
    receipts: seenAll ? receipts : current.receipts,
    renewed: false,
  });
  return 'Applied';
}

function clearReceipts(world: World, { lease, receipts }: Extract<Command, { kind: 'ClearReceipts' }>): Answer {
  const current = world.lease;
  if (current?.uid !== lease.uid || current.receipts.length !== lease.receipts.length) return 'Refused';
  world.setLease({ receipts });
  return 'Applied';
}

function answerAction(world: World, { action, answer }: Extract<Command, { kind: 'AnswerAction' }>): Answer {
  const current = world.actions.get(action.metadata.name);
  if (current?.metadata.resourceVersion !== action.metadata.resourceVersion) return 'Refused';
  const conditions = updateConditions(current.status?.conditions, [{ type: 'Applied', ...answer }], world.now);
  const metadata = { ...current.metadata, resourceVersion: world.fresh('rv') };
  world.actions.set(action.metadata.name, { ...current, metadata, status: { conditions } });
  world.say(() => `${action.metadata.name} is answered: ${answer.status} ${answer.reason || ACTION_REASONS.Pending}`);
  world.touch();
  return 'Applied';
}
