import type { UpgradeBatch } from '../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { ANNOTATIONS, COMPONENTS, FINALIZERS, LABELS } from '../../api/names.ts';
import { readLease } from '../../core/baton/lease.ts';
import type { Hash, NodeFact, PodFact } from '../../core/facts.ts';
import { leaseName } from '../../core/rollout/manifests/agent-pod.ts';
import type { GateObservation, LeaseFact } from '../../core/rollout/model/facts.ts';
import { isTerminal } from '../../core/rollout/records/node-record.ts';
import { isSettled } from '../../core/rollout/records/settled.ts';
import type { ClusterFreezes } from '../../core/schedule/freezes.ts';
import type { DaemonSetRef } from '../../core/rollout/fleet/daemon-set.ts';
import { drainLabels } from '../../core/rollout/fleet/drain-policy.ts';
import type { EvictionAnswer } from '../../core/rollout/model/eviction-answer.ts';
import { toSibling } from '../../core/rollout/holds/dependencies.ts';
import { needsPreflight } from '../../core/rollout/preparation/preflight.ts';
import type { PlanSnapshot, Validation } from '../../core/rollout/model/snapshot.ts';
import type { KubeClient, KubeObject } from '../../kube/client/client.ts';
import { isKubeError } from '../../kube/client/kube-error.ts';
import { KINDS, resourcePath } from '../../kube/resource-path.ts';
import type { DaemonSetWatches } from '../watch/daemon-set-watches.ts';
import { asNumber, asObject, asText } from '../../core/json.ts';
import type { OwnObjects } from './own-objects.ts';
import { doneMarkOf, planKey } from '../plan-key.ts';
import type { PlanWatches } from '../watch/plan-watches.ts';
import { projectNode } from '../watch/project.ts';
import { readPreflight } from './read-preflight.ts';
import type { Watches } from '../watch/watches.ts';

/** What gathering needs. */
export interface GatherDeps {
  readonly client: Pick<KubeClient, 'get' | 'list'>;
  readonly own: Pick<OwnObjects, 'batches' | 'actions' | 'plans'>;
  readonly watches: Watches;
  readonly planWatches: PlanWatches;
  readonly daemonSets: Pick<DaemonSetWatches, 'ensure'>;
  readonly clusterFreezes: () => ClusterFreezes;
  /** How long a Lease has not changed (ms, monotonic). */
  readonly leaseUnchangedMs: (key: string) => number;
  readonly validate: (plan: UpgradePlan) => Promise<Validation>;
  /** Adds the plan's shared sinks to its own, or returns why they cannot be read. */
  readonly shareSinks: (plan: UpgradePlan) => Promise<Pick<PlanSnapshot, 'plan' | 'sharedSinks'>>;
  readonly revisionOf: (plan: UpgradePlan) => string;
  /** The latest observations of a plan's gates, by name. */
  readonly gates: (key: string) => ReadonlyMap<string, GateObservation>;
  readonly hash: Hash;
}

/** Answers of the API server to earlier commands, which no watch delivers. */
export interface Answers {
  readonly evictions: ReadonlyMap<string, EvictionAnswer>;
  readonly jobRejections: ReadonlyMap<string, string>;
}

/** Gathers the snapshot for one pass over a plan; undefined until the plan's watches have synced. */
export async function gatherSnapshot(deps: GatherDeps, plan: UpgradePlan, answers: Answers): Promise<PlanSnapshot | undefined> {
  const key = planKey(plan.metadata.namespace, plan.metadata.name);
  const { watches, planWatches } = deps;
  const batches = deps.own.batches(key).toSorted((a, b) => a.spec.index - b.spec.index);
  const watch = planWatches.ensure(plan);
  const daemonSets = await deps.daemonSets.ensure(plan, daemonSetsOf(plan, batches));
  if (daemonSets === undefined) return undefined;
  if (!watch.nodes.synced || !watch.reports.synced || !watch.strays.synced) return undefined;
  const nodes = await gatherNodes(deps, { plan, batches, key, selected: [...watch.strays.values(), ...watch.nodes.values()] });
  const claimed = [...nodes.values()].filter((node) => node.claim === plan.metadata.uid);
  const open = batches.find((batch) => !isSettled(batch));
  const labels = open === undefined ? undefined : drainLabels(open);
  const verifiesPods = open?.spec.processes.some((process) => process.verify?.daemonSetsReady === true) ?? false;
  planWatches.needPods(key, labels ?? (verifiesPods ? [] : undefined));
  const drained = labels === undefined ? [] : claimed.filter((node) => node.turn?.cordoned === true);
  const pods = gatherPods(deps, key, verifiesPods ? claimed : drained);
  if (pods === undefined) return undefined;
  const lease = leaseFact(deps, key);
  return {
    ...(await deps.shareSinks(plan)),
    revision: deps.revisionOf(plan),
    validation: await deps.validate(plan),
    preflight: await preflightFacts(deps, plan, nodes),
    namespaceTerminating: await isTerminating(deps, plan),
    batches,
    nodes,
    jobs: [...watches.jobs.values()].filter((job) => job.planUid === plan.metadata.uid).map((job) => job.fact),
    pods,
    reporters: new Set([...(watches.reporters?.values() ?? [])].filter((pod) => pod.ready).map((pod) => pod.node)),
    reports: [...watch.reports.values()].sort((a, b) => a.time - b.time || a.sequence - b.sequence),
    actions: deps.own.actions(key),
    lease,
    agentPods: lease === undefined ? [] : ownPods(watches, key).filter((pod) => pod.labels[LABELS.leaseUid] === lease.uid),
    pullPods: ownPods(watches, key).filter(isPullPod),
    evictionAnswers: answers.evictions,
    jobRejections: answers.jobRejections,
    daemonSets,
    ...gatherRelated(deps, plan),
    clusterFreezes: deps.clusterFreezes(),
    gates: deps.gates(key),
  };
}

/** The DaemonSets that the plan and its open batches name. */
function daemonSetsOf(plan: UpgradePlan, batches: readonly UpgradeBatch[]): readonly DaemonSetRef[] {
  const open = batches.filter((batch) => !isSettled(batch));
  return [plan, ...open].flatMap(({ spec }) => spec.processes.flatMap(({ daemonSet }) => daemonSet ?? []));
}

/** Reads the facts for the pre-flight check, unless the plan's status has its result for this generation. */
async function preflightFacts(
  deps: GatherDeps,
  plan: UpgradePlan,
  nodes: ReadonlyMap<string, NodeFact>,
): Promise<PlanSnapshot['preflight']> {
  const hasFinalizer = plan.metadata.finalizers?.includes(FINALIZERS.plan) ?? false;
  if (!hasFinalizer || plan.metadata.deletionTimestamp !== undefined || !needsPreflight(plan)) return undefined;
  return readPreflight(deps.client, nodes);
}

/** The plans of the same namespace, and the holders of all exclusive groups. */
function gatherRelated({ own, watches }: GatherDeps, plan: UpgradePlan): Pick<PlanSnapshot, 'siblings' | 'groups'> {
  const plans = [...own.plans()];
  const uids = new Set(plans.map(({ metadata }) => metadata.uid));
  const siblings = plans.filter(({ metadata }) => metadata.namespace === plan.metadata.namespace).map(toSibling);
  return {
    siblings: new Map(siblings.map((sibling) => [sibling.name, sibling])),
    groups: [...watches.groups.values()].map((lease) => ({ ...lease, planGone: !uids.has(lease.planUid) })),
  };
}

function ownPods(watches: Watches, key: string): readonly PodFact[] {
  return [...watches.pods.values()].filter((pod) => pod.plan === key).map((pod) => pod.fact);
}

/** Whether a Pod pulls images ahead. Such Pods play no part in a turn. */
function isPullPod({ labels }: PodFact): boolean {
  return labels[LABELS.component] === COMPONENTS.prePull;
}

/** The plan's own Pods, and all Pods on the given nodes; undefined until the watch of Pods has synced. */
function gatherPods(
  { watches, planWatches }: GatherDeps,
  key: string,
  complete: readonly NodeFact[],
): Map<string, readonly PodFact[]> | undefined {
  const byNode = new Map<string, PodFact[]>();
  for (const pod of ownPods(watches, key).filter((each) => !isPullPod(each)))
    byNode.set(pod.node, [...(byNode.get(pod.node) ?? []), pod]);
  const pods = new Map<string, readonly PodFact[]>(byNode);
  for (const node of complete) {
    const all = planWatches.podsOn(node.name);
    if (all === undefined) return undefined;
    const own = byNode.get(node.name) ?? [];
    const uids = new Set(own.map((pod) => pod.uid));
    pods.set(node.name, [...own, ...all.filter((pod) => !uids.has(pod.uid))]);
  }
  return pods;
}

interface NodesInput {
  readonly plan: UpgradePlan;
  readonly batches: readonly UpgradeBatch[];
  readonly key: string;
  /** The nodes that the plan selects, preceded by those that only have its outdated mark. */
  readonly selected: Iterable<NodeFact>;
}

/**
 * The nodes that the plan selects, those that it has claimed, and others of its batches that still need a decision. The watch does not show
 * whether the latter were deleted or no longer match the selector, so that each is read with a GET.
 */
async function gatherNodes(deps: GatherDeps, { plan, batches, key, selected }: NodesInput): Promise<Map<string, NodeFact>> {
  const doneMark = doneMarkOf(key, deps.hash);
  const nodes = new Map<string, NodeFact>();
  for (const node of selected) nodes.set(node.name, node);
  for (const { fact, object: node } of deps.watches.claimed.values()) {
    if (fact.claim === plan.metadata.uid && !nodes.has(fact.name)) nodes.set(fact.name, projectNode(node, doneMark));
  }
  for (const batch of batches) {
    const records = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
    const settled = isSettled(batch);
    for (const entry of batch.spec.nodes) {
      const record = records.get(entry.name);
      const undecided = record?.quarantined === true || (!settled && (record === undefined || !isTerminal(record)));
      if (!undecided || nodes.has(entry.name)) continue;
      const node = await getNode(deps, entry.name);
      if (node !== undefined) nodes.set(entry.name, projectNode(node, doneMark));
    }
  }
  return nodes;
}

async function getNode({ client }: GatherDeps, name: string): Promise<KubeObject | undefined> {
  try {
    return await client.get<KubeObject>(resourcePath(KINDS.nodes, { name }));
  } catch (error) {
    if (isKubeError(error, 'NotFound')) return undefined;
    throw error;
  }
}

async function isTerminating({ client }: GatherDeps, plan: UpgradePlan): Promise<boolean> {
  if (plan.metadata.deletionTimestamp === undefined) return false;
  const namespace = await client.get<KubeObject>(resourcePath(KINDS.namespaces, { name: plan.metadata.namespace }));
  return namespace.metadata.deletionTimestamp !== undefined;
}

function leaseFact({ watches, leaseUnchangedMs }: GatherDeps, key: string): LeaseFact | undefined {
  const leaseKey = leaseName(key);
  const lease = watches.leases.get(leaseKey);
  if (lease === undefined || lease.metadata.deletionTimestamp !== undefined) return undefined;
  const spec = asObject(lease['spec']);
  const annotations = lease.metadata.annotations ?? {};
  const view = readLease(lease);
  return {
    name: lease.metadata.name ?? '',
    uid: lease.metadata.uid ?? '',
    resourceVersion: lease.metadata.resourceVersion ?? '',
    holder: view.holder,
    transitions: asNumber(spec['leaseTransitions']),
    batch: view.batch,
    batchUid: annotations[ANNOTATIONS.batchUid] ?? '',
    agentPod: annotations[ANNOTATIONS.agentPod] ?? '',
    agentPodUid: view.agentPodUid,
    receipts: view.receipts,
    renewed: asText(spec['renewTime']) !== asText(spec['acquireTime']),
    unchangedMs: leaseUnchangedMs(leaseKey),
  };
}
