import type { DoneMark, Quarantine, Turn } from '../../api/marks.ts';
import { ANNOTATIONS, DONE_MARK_PREFIX, LABELS, TAINTS } from '../../api/names.ts';
import { asNumber, asObject, asObjects, asText, parseObject, type Json } from '../../core/json.ts';
import { toInstant } from '../../core/text.ts';
import type { KubeObject } from '../../kube/kube-object.ts';

// The invariants read objects on their own, because a mistake in the operator's projections would otherwise hide itself.

/** What the invariants read of a Node. */
export interface StoredNode {
  readonly name: string;
  readonly uid: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly createdTime: number;
  readonly ready: boolean;
  readonly unschedulable: boolean;
  readonly controlPlane: boolean;
  /** Whether it is being deleted, or an autoscaler has marked it for removal. */
  readonly leaving: boolean;
  readonly kernelVersion: string;
  /** UID of the plan that has claimed it. */
  readonly claim: string | undefined;
  readonly turn: Turn | undefined;
  readonly quarantine: Quarantine | undefined;
  readonly failedTaint: boolean;
  /** UID of the plan whose mark `outdated` it has. */
  readonly outdatedBy: string | undefined;
  /** Keys of the autoscalers' annotations that keep it. */
  readonly kept: readonly string[];
  /** The done-marks by their annotation. */
  readonly done: Readonly<Record<string, DoneMark>>;
}

/** What the invariants read of a Job of Baton. */
export interface StoredJob {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly nodeUid: string;
  readonly planUid: string;
  readonly batchUid: string;
  readonly process: string;
  readonly attempt: number;
  readonly outcome: 'Active' | 'Complete' | 'Failed';
  readonly component: string;
}

/** What the invariants read of a Pod. */
export interface StoredPod {
  readonly uid: string;
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly phase: string;
  readonly deleting: boolean;
  readonly controllerKind: string | undefined;
  readonly emptyDir: boolean;
  /** Whether a container has run. */
  readonly started: boolean;
}

/** What the invariants read of a Lease of Baton. */
export interface StoredLease {
  readonly uid: string;
  readonly planUid: string;
  /** The exclusive group, for the Lease of one. */
  readonly group: string | undefined;
  readonly holder: string;
  readonly batchUid: string;
}

const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];
const REMOVAL_TAINTS = new Set([
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
  'node.cloudprovider.kubernetes.io/shutdown',
]);
const KEEPS = [ANNOTATIONS.karpenterDoNotDisrupt, ANNOTATIONS.autoscalerScaleDownDisabled];

export function readNode(node: KubeObject): StoredNode {
  const { name = '', uid = '', labels = {}, annotations = {}, creationTimestamp, deletionTimestamp } = node.metadata;
  const spec = asObject(node['spec']);
  const status = asObject(node['status']);
  const taints = asObjects(spec['taints']);
  const hasTaint = (key: string): boolean => taints.some((taint) => taint['key'] === key);
  const marks = Object.entries(annotations).filter(([key]) => key.startsWith(DONE_MARK_PREFIX));
  return {
    name,
    uid,
    labels,
    createdTime: toInstant(creationTimestamp) ?? 0,
    ready: isConditionTrue(status, 'Ready'),
    unschedulable: spec['unschedulable'] === true,
    controlPlane: CONTROL_PLANE.some((label) => label in labels),
    leaving: deletionTimestamp !== undefined || taints.some((taint) => REMOVAL_TAINTS.has(asText(taint['key']))),
    kernelVersion: asText(asObject(status['nodeInfo'])['kernelVersion']),
    claim: labels[LABELS.claim],
    turn: parseObject(annotations[ANNOTATIONS.turn]) as Turn | undefined,
    quarantine: parseObject(annotations[ANNOTATIONS.quarantine]) as Quarantine | undefined,
    failedTaint: hasTaint(TAINTS.failed),
    outdatedBy: labels[LABELS.outdated] ?? (hasTaint(TAINTS.outdated) ? 'unknown' : undefined),
    kept: KEEPS.filter((key) => key in annotations),
    done: Object.fromEntries(marks.map(([key, value]) => [key, parseObject(value) as DoneMark | undefined] as const)) as Record<
      string,
      DoneMark
    >,
  };
}

export function readJob(job: KubeObject): StoredJob {
  const { name = '', namespace = '', uid = '', labels = {}, annotations = {} } = job.metadata;
  const status = asObject(job['status']);
  const failed = isConditionTrue(status, 'Failed');
  return {
    uid,
    namespace,
    name,
    node: annotations[ANNOTATIONS.node] ?? '',
    nodeUid: labels[LABELS.nodeUid] ?? '',
    planUid: labels[LABELS.planUid] ?? '',
    batchUid: labels[LABELS.batchUid] ?? '',
    process: labels[LABELS.process] ?? '',
    attempt: Number(labels[LABELS.attempt] ?? '1'),
    outcome: isConditionTrue(status, 'Complete') ? 'Complete' : failed ? 'Failed' : 'Active',
    component: labels[LABELS.component] ?? '',
  };
}

export function readPod(pod: KubeObject): StoredPod {
  const { name = '', namespace = '', uid = '', labels = {}, annotations = {}, deletionTimestamp, ownerReferences } = pod.metadata;
  const spec = asObject(pod['spec']);
  const status = asObject(pod['status']);
  const containers = [...asObjects(status['initContainerStatuses']), ...asObjects(status['containerStatuses'])];
  return {
    uid,
    namespace,
    name,
    node: asText(spec['nodeName']),
    labels,
    annotations,
    phase: asText(status['phase']),
    deleting: deletionTimestamp !== undefined,
    controllerKind: ownerReferences?.find((owner) => owner.controller === true)?.kind,
    emptyDir: asObjects(spec['volumes']).some((volume) => 'emptyDir' in volume),
    started: containers.some(hasRun),
  };
}

export function readLease(lease: KubeObject): StoredLease {
  const { uid = '', labels = {}, annotations = {} } = lease.metadata;
  return {
    uid,
    planUid: labels[LABELS.planUid] ?? '',
    group: labels[LABELS.group],
    holder: asText(asObject(lease['spec'])['holderIdentity']),
    batchUid: annotations[ANNOTATIONS.batchUid] ?? '',
  };
}

const NEVER_RAN = new Set(['StartError', 'ContainerCannotRun']);

function hasRun(container: Json): boolean {
  return [asObject(container['state']), asObject(container['lastState'])].some((state) => {
    const terminated = asObject(state['terminated']);
    const ended = 'exitCode' in terminated && !NEVER_RAN.has(asText(terminated['reason']));
    return 'running' in state || ended || asNumber(container['restartCount']) > 0;
  });
}

function isConditionTrue(status: Json, type: string): boolean {
  return asObjects(status['conditions']).some((condition) => condition['type'] === type && condition['status'] === 'True');
}
