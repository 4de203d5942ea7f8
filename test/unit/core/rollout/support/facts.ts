import type { DaemonSetFact, JobFact, NodeFact, NodeInfo, PodFact, ReportFact } from '../../../../../src/core/facts.ts';
import type { LeaseFact } from '../../../../../src/core/rollout/model/facts.ts';
import type { PlanSnapshot, Settings } from '../../../../../src/core/rollout/model/snapshot.ts';
import { createCron } from '../../../../../src/operator/validation/cron.ts';
import type { Quarantine } from '../../../../../src/api/marks.ts';
import { aPlan, aQuarantine, at, aTurn, PLAN_UID, REVISION } from './objects.ts';

/** The operator's settings in tests. */
export const SETTINGS: Settings = {
  image: 'baton:test',
  imagePullPolicy: 'IfNotPresent',
  agentResources: {},
  clusterName: 'test',
  sinkAllow: '',
  reporterInstalled: false,
  operator: { podUid: 'uid-of-operator', nodeSelector: {} },
  leaseDurationSeconds: 15,
  historyLimit: 10,
  namespace: 'baton-system',
  cron: createCron(),
};

/** What the hosts of the tests run. */
export const INFO: NodeInfo = {
  kernelVersion: '12.8-amd64',
  osImage: 'Debian GNU/Linux 12 (bookworm)',
  kubeletVersion: 'v1.37.2',
  containerRuntimeVersion: 'containerd://2.1.3',
};

/** A Ready worker. */
export function aNode(name: string, changes: Partial<NodeFact> = {}): NodeFact {
  return {
    name,
    uid: `uid-of-${name}`,
    resourceVersion: '1',
    labels: { role: 'worker' },
    createdTime: at(-86_400),
    ready: true,
    unschedulable: false,
    bootId: 'boot-1',
    info: INFO,
    controlPlane: false,
    leaving: false,
    claim: undefined,
    turn: undefined,
    quarantine: undefined,
    done: undefined,
    kept: [],
    annotated: true,
    failedTaint: false,
    outdated: undefined,
    taints: 0,
    tainted: false,
    ...changes,
  };
}

/** A worker in its turn in a batch of the plan `os`. */
export function inTurn(name: string, batch = 'os-aaaa-1', changes: Partial<NodeFact> = {}): NodeFact {
  return aNode(name, { claim: PLAN_UID, turn: aTurn(batch), unschedulable: true, ...changes });
}

/** A worker in quarantine by the plan `os`, unless something else is said. */
export function aQuarantined(name: string, quarantine: Partial<Quarantine> = {}): NodeFact {
  return aNode(name, { quarantine: aQuarantine(quarantine), failedTaint: true, unschedulable: true });
}

/** A worker on which the revision is done. */
export function done(name: string, batch = 'os-aaaa-1', changes: Partial<NodeFact> = {}): NodeFact {
  const mark = { revision: REVISION, version: '12.9', batch, time: '2026-11-22T08:05:00Z' };
  return aNode(name, { done: mark, ...changes });
}

/** A Job of the process `os`, created at START. */
export function aJob(node: string, changes: Partial<JobFact> = {}): JobFact {
  return {
    namespace: 'fleet',
    name: `job-${node}`,
    uid: `uid-of-job-${node}`,
    node,
    nodeUid: `uid-of-${node}`,
    batchUid: 'uid-of-os-aaaa-1',
    process: 'os',
    attempt: 1,
    bootId: 'boot-1',
    createdTime: at(0),
    completedTime: undefined,
    outcome: 'Active',
    reason: '',
    message: '',
    failedTime: undefined,
    deleting: false,
    stopped: undefined,
    ...changes,
  };
}

/** A Pod of a Deployment on a node. */
export function aPod(name: string, node: string, changes: Partial<PodFact> = {}): PodFact {
  return {
    namespace: 'shop',
    name,
    uid: `uid-of-${name}`,
    node,
    labels: {},
    phase: 'Running',
    ready: true,
    deleting: false,
    endsBy: undefined,
    createdTime: at(0),
    controllerKind: 'ReplicaSet',
    mirror: false,
    emptyDir: false,
    terminated: undefined,
    waiting: undefined,
    ...changes,
  };
}

/** The Pod of the DaemonSet kube-system/cni on a node, made from the revision with this hash. */
export function aDaemonPod(node: string, revision: string, changes: Partial<PodFact> = {}): PodFact {
  const labels = { 'controller-revision-hash': revision };
  return aPod('cni-a', node, {
    namespace: 'kube-system',
    uid: `uid-of-cni-${node}`,
    controllerKind: 'DaemonSet',
    labels,
    ...changes,
  });
}

/** The DaemonSet kube-system/cni, whose newest revision has the hash `new`. */
export function aDaemonSet(pods: readonly PodFact[], changes: Partial<DaemonSetFact> = {}): DaemonSetFact {
  return {
    ...{ namespace: 'kube-system', name: 'cni', updateStrategy: 'OnDelete', deleting: false, newest: 'new', podSpec: {} },
    pods: Map.groupBy(pods, (pod) => pod.node),
    ...changes,
  };
}

/** The Pod of the Job of {@link aJob}. */
export function anUpgradePod(node: string, changes: Partial<PodFact> = {}): PodFact {
  const labels = { 'app.kubernetes.io/managed-by': 'baton', 'batch.kubernetes.io/controller-uid': `uid-of-job-${node}` };
  return aPod(`upgrade-${node}`, node, { namespace: 'fleet', controllerKind: 'Job', labels, ...changes });
}

/** The agent Pod of the Lease of {@link aLease}. */
export function anAgent(node: string, changes: Partial<PodFact> = {}): PodFact {
  return aPod(`agent-${node}`, node, {
    namespace: 'fleet',
    controllerKind: 'Lease',
    labels: { 'baton.dev/lease-uid': 'uid-of-lease' },
    ...changes,
  });
}

/** The plan's Lease, held by a node for a batch and renewed in time; without a node, it has no holder. */
export function aLease(holder = '', changes: Partial<LeaseFact> = {}): LeaseFact {
  return {
    name: 'os-agent',
    uid: 'uid-of-lease',
    resourceVersion: '1',
    holder,
    transitions: holder === '' ? 0 : 1,
    batch: holder === '' ? '' : 'os-aaaa-1',
    batchUid: holder === '' ? '' : 'uid-of-os-aaaa-1',
    agentPod: holder === '' ? '' : `agent-${holder}`,
    agentPodUid: holder === '' ? '' : `uid-of-agent-${holder}`,
    receipts: [],
    renewed: true,
    unchangedMs: 0,
    ...changes,
  };
}

/** A report of the process `os` on a node. */
export function aReport(node: string, reason: ReportFact['reason'], changes: Partial<ReportFact> = {}): ReportFact {
  return {
    batchUid: 'uid-of-os-aaaa-1',
    node,
    nodeUid: `uid-of-${node}`,
    process: 'os',
    attempt: 1,
    bootId: 'boot-1',
    sequence: 1,
    reason,
    note: '',
    progress: undefined,
    task: undefined,
    fromVersion: undefined,
    toVersion: undefined,
    time: at(10),
    lastHeardTime: changes.time ?? at(10),
    heartbeats: 0,
    ...changes,
  };
}

/** Nodes by name, as snapshots have them. */
export function byName(...nodes: readonly NodeFact[]): ReadonlyMap<string, NodeFact> {
  return new Map(nodes.map((node) => [node.name, node]));
}

/** A snapshot of the plan `os` in which nothing is there but what is named. */
export function aSnapshot(changes: Partial<PlanSnapshot> = {}): PlanSnapshot {
  return {
    plan: aPlan(),
    revision: REVISION,
    validation: { kind: 'Valid' },
    preflight: undefined,
    namespaceTerminating: false,
    batches: [],
    nodes: new Map(),
    jobs: [],
    pods: new Map(),
    reporters: new Set(),
    reports: [],
    actions: [],
    lease: undefined,
    agentPods: [],
    pullPods: [],
    evictionAnswers: new Map(),
    jobRejections: new Map(),
    daemonSets: new Map(),
    siblings: new Map(),
    groups: [],
    sharedSinks: { kind: 'Known' },
    clusterFreezes: { kind: 'Known', freezes: [] },
    gates: new Map(),
    ...changes,
  };
}
