import type { DoneMark, Quarantine } from '../../api/marks.ts';
import { ANNOTATIONS, LABELS, TAINTS } from '../../api/names.ts';
import type { JobFact, NodeFact, PodFact } from '../../core/facts.ts';
import { parseTurn } from '../../core/reports/parse-turn.ts';
import { toInstant } from '../../core/text.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { asNumber, asObject, asObjects, parseObject, asText, type Json } from '../../core/json.ts';

/** Labels of control-plane nodes. Older clusters use the second. */
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** Taints of nodes that an autoscaler or a cloud provider is removing. */
const LEAVING = new Set([
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
  'node.cloudprovider.kubernetes.io/shutdown',
]);

const KEPT = [ANNOTATIONS.karpenterDoNotDisrupt, ANNOTATIONS.autoscalerScaleDownDisabled];

/** Projects a Node to the facts for decisions about one plan. `doneMark` is the annotation with the plan's done-mark. */
export function projectNode(node: KubeObject, doneMark: string): NodeFact {
  const { metadata } = node;
  const spec = asObject(node['spec']);
  const status = asObject(node['status']);
  const labels = metadata.labels ?? {};
  const annotations = metadata.annotations ?? {};
  const taints = asObjects(spec['taints']).map((taint) => asText(taint['key']));
  const ready = asObjects(status['conditions']).find((condition) => condition['type'] === 'Ready');
  const turn = annotations[ANNOTATIONS.turn];
  const info = asObject(status['nodeInfo']);
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    labels,
    createdTime: toInstant(metadata.creationTimestamp) ?? 0,
    ready: ready?.['status'] === 'True',
    unschedulable: spec['unschedulable'] === true,
    bootId: asText(info['bootID']),
    info: {
      kernelVersion: asText(info['kernelVersion']),
      osImage: asText(info['osImage']),
      kubeletVersion: asText(info['kubeletVersion']),
      containerRuntimeVersion: asText(info['containerRuntimeVersion']),
    },
    controlPlane: CONTROL_PLANE.some((label) => label in labels),
    leaving: metadata.deletionTimestamp !== undefined || taints.some((key) => LEAVING.has(key)),
    claim: labels[LABELS.claim],
    turn: turn === undefined ? undefined : parseTurn(turn),
    quarantine: parseQuarantine(annotations[ANNOTATIONS.quarantine]),
    done: parseDoneMark(annotations[doneMark]),
    kept: KEPT.filter((key) => key in annotations),
    annotated: metadata.annotations !== undefined,
    failedTaint: taints.includes(TAINTS.failed),
    outdated: outdatedOf(asObjects(spec['taints'])),
    taints: taints.length,
    tainted: asObjects(spec['taints']).some(keepsPodsAway),
  };
}

function keepsPodsAway(taint: Json): boolean {
  return taint['effect'] !== 'PreferNoSchedule' && taint['key'] !== 'node.kubernetes.io/unschedulable';
}

function outdatedOf(taints: readonly Json[]): NodeFact['outdated'] {
  const index = taints.findIndex((taint) => taint['key'] === TAINTS.outdated);
  return index === -1 ? undefined : { planUid: asText(taints[index]?.['value']), index };
}

function parseQuarantine(json: string | undefined): Quarantine | undefined {
  const value = parseObject(json);
  if (value === undefined) return undefined;
  return {
    namespace: asText(value['namespace']),
    plan: asText(value['plan']),
    planUid: asText(value['planUid']),
    batch: asText(value['batch']),
    process: asText(value['process']),
    reason: asText(value['reason']),
    message: asText(value['message']),
    since: asText(value['since']),
    unschedulableBefore: value['unschedulableBefore'] === true,
  };
}

function parseDoneMark(json: string | undefined): DoneMark | undefined {
  const value = parseObject(json);
  if (value === undefined) return undefined;
  return {
    revision: asText(value['revision']),
    version: asText(value['version']),
    batch: asText(value['batch']),
    time: asText(value['time']),
  };
}

/** Projects an upgrade Job. */
export function projectJob(job: KubeObject): JobFact {
  const { metadata } = job;
  const labels = metadata.labels ?? {};
  const annotations = metadata.annotations ?? {};
  const status = asObject(job['status']);
  const conditions = asObjects(status['conditions']).filter((condition) => condition['status'] === 'True');
  const of = (type: string): Json | undefined => conditions.find((condition) => condition['type'] === type);
  const failed = of('Failed');
  const failing = failed ?? of('FailureTarget');
  const complete = of('Complete');
  const outcome =
    complete !== undefined ? 'Complete' : failed !== undefined ? 'Failed' : failing !== undefined ? 'Failing' : 'Active';
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    node: annotations[ANNOTATIONS.node] ?? '',
    nodeUid: labels[LABELS.nodeUid] ?? '',
    batchUid: labels[LABELS.batchUid] ?? '',
    process: labels[LABELS.process] ?? '',
    attempt: Number(labels[LABELS.attempt] ?? '1'),
    bootId: annotations[ANNOTATIONS.bootId] ?? '',
    createdTime: toInstant(metadata.creationTimestamp) ?? 0,
    completedTime: toInstant(asText(status['completionTime'])),
    outcome,
    reason: asText(failing?.['reason']),
    message: asText(failing?.['message']),
    failedTime: toInstant(asText(failing?.['lastTransitionTime'])),
    deleting: metadata.deletionTimestamp !== undefined,
    stopped: annotations[ANNOTATIONS.stopped],
  };
}

const NO_LABELS: ReadonlySet<string> = new Set();

const PHASES = new Set<PodFact['phase']>(['Pending', 'Running', 'Succeeded', 'Failed', 'Unknown']);

function phaseOf(value: unknown): PodFact['phase'] {
  for (const phase of PHASES) if (phase === value) return phase;
  return 'Unknown';
}

/** Projects a Pod. It keeps only labels that decisions read: Baton's own and those of a drain's selectors. */
export function projectPod(pod: KubeObject, drainLabels: ReadonlySet<string> = NO_LABELS): PodFact {
  const { metadata } = pod;
  const spec = asObject(pod['spec']);
  const status = asObject(pod['status']);
  const annotations = metadata.annotations ?? {};
  const statuses = [...asObjects(status['initContainerStatuses']), ...asObjects(status['containerStatuses'])];
  const ready = asObjects(status['conditions']).find((condition) => condition['type'] === 'Ready');
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    node: asText(spec['nodeName']) || (annotations[ANNOTATIONS.node] ?? ''),
    labels: readLabels(metadata.labels ?? {}, drainLabels),
    phase: phaseOf(status['phase']),
    ready: ready?.['status'] === 'True',
    deleting: metadata.deletionTimestamp !== undefined,
    endsBy: toInstant(metadata.deletionTimestamp),
    createdTime: toInstant(metadata.creationTimestamp) ?? 0,
    controllerKind: metadata.ownerReferences?.find((owner) => owner.controller === true)?.kind,
    mirror: 'kubernetes.io/config.mirror' in annotations,
    emptyDir: asObjects(spec['volumes']).some((volume) => 'emptyDir' in volume),
    terminated: terminationOf(statuses),
    waiting: waitingOf(statuses, status),
  };
}

const READ_LABELS: readonly string[] = [...Object.values(LABELS), 'batch.kubernetes.io/controller-uid'];

function readLabels(labels: Readonly<Record<string, string>>, more: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => READ_LABELS.includes(key) || more.has(key)));
}

/** How the container that failed terminated, or else the last container. */
function terminationOf(statuses: readonly Json[]): PodFact['terminated'] {
  const ends = statuses.flatMap((status) => {
    const end = asObject(status['state'])['terminated'];
    return end === undefined ? [] : [asObject(end)];
  });
  const end = ends.find((candidate) => asNumber(candidate['exitCode']) !== 0) ?? ends.at(-1);
  if (end === undefined) return undefined;
  return { exitCode: asNumber(end['exitCode']), reason: asText(end['reason']), message: asText(end['message']) };
}

/** Reasons of waiting containers that occur in every start. */
const STARTING = new Set(['ContainerCreating', 'PodInitializing', '']);

function waitingOf(statuses: readonly Json[], status: Json): string | undefined {
  for (const container of statuses) {
    const waiting = asObject(asObject(container['state'])['waiting']);
    const reason = asText(waiting['reason']);
    if (!STARTING.has(reason)) return `${reason}: ${asText(waiting['message'])}`;
  }
  const scheduled = asObjects(status['conditions']).find((condition) => condition['type'] === 'PodScheduled');
  return scheduled?.['status'] === 'False' ? `not scheduled: ${asText(scheduled['message'])}` : undefined;
}
