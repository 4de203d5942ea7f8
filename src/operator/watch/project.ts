import type { DoneMark, Quarantine } from '../../api/marks.ts';
import { ANNOTATIONS, LABELS, TAINTS } from '../../api/names.ts';
import type { JobFact, NodeFact, PodFact } from '../../core/facts.ts';
import { parseTurn } from '../../core/reports/parse-turn.ts';
import { toInstant } from '../../core/text.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { number, object, objects, parseObject, text, type Json } from '../json.ts';

/** Labels that mark a control-plane node, today's and yesterday's. */
const CONTROL_PLANE = ['node-role.kubernetes.io/control-plane', 'node-role.kubernetes.io/master'];

/** Taints by which an autoscaler says that it is removing a node. */
const LEAVING = new Set([
  'ToBeDeletedByClusterAutoscaler',
  'karpenter.sh/disrupted',
  'karpenter.sh/disruption',
  'node.cloudprovider.kubernetes.io/shutdown',
]);

const KEPT = [ANNOTATIONS.karpenterDoNotDisrupt, ANNOTATIONS.autoscalerScaleDownDisabled];

/** Projects a Node to what decisions about one plan may look at. `doneMark` is the annotation of that plan's done-mark. */
export function projectNode(node: KubeObject, doneMark: string): NodeFact {
  const { metadata } = node;
  const spec = object(node['spec']);
  const status = object(node['status']);
  const labels = metadata.labels ?? {};
  const annotations = metadata.annotations ?? {};
  const taints = objects(spec['taints']).map((taint) => text(taint['key']));
  const ready = objects(status['conditions']).find((condition) => condition['type'] === 'Ready');
  const turn = annotations[ANNOTATIONS.turn];
  const info = object(status['nodeInfo']);
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    labels,
    createdTime: toInstant(metadata.creationTimestamp) ?? 0,
    ready: ready?.['status'] === 'True',
    unschedulable: spec['unschedulable'] === true,
    bootId: text(info['bootID']),
    info: {
      kernelVersion: text(info['kernelVersion']),
      osImage: text(info['osImage']),
      kubeletVersion: text(info['kubeletVersion']),
      containerRuntimeVersion: text(info['containerRuntimeVersion']),
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
    outdated: outdatedOf(objects(spec['taints'])),
    taints: taints.length,
    tainted: objects(spec['taints']).some(keepsPodsAway),
  };
}

function keepsPodsAway(taint: Json): boolean {
  return taint['effect'] !== 'PreferNoSchedule' && taint['key'] !== 'node.kubernetes.io/unschedulable';
}

function outdatedOf(taints: readonly Json[]): NodeFact['outdated'] {
  const index = taints.findIndex((taint) => taint['key'] === TAINTS.outdated);
  return index === -1 ? undefined : { planUid: text(taints[index]?.['value']), index };
}

function parseQuarantine(json: string | undefined): Quarantine | undefined {
  const value = parseObject(json);
  if (value === undefined) return undefined;
  return {
    namespace: text(value['namespace']),
    plan: text(value['plan']),
    planUid: text(value['planUid']),
    batch: text(value['batch']),
    process: text(value['process']),
    reason: text(value['reason']),
    message: text(value['message']),
    since: text(value['since']),
    unschedulableBefore: value['unschedulableBefore'] === true,
  };
}

function parseDoneMark(json: string | undefined): DoneMark | undefined {
  const value = parseObject(json);
  if (value === undefined) return undefined;
  return {
    revision: text(value['revision']),
    version: text(value['version']),
    batch: text(value['batch']),
    time: text(value['time']),
  };
}

/** Projects an upgrade Job. */
export function projectJob(job: KubeObject): JobFact {
  const { metadata } = job;
  const labels = metadata.labels ?? {};
  const annotations = metadata.annotations ?? {};
  const status = object(job['status']);
  const conditions = objects(status['conditions']).filter((condition) => condition['status'] === 'True');
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
    completedTime: toInstant(text(status['completionTime'])),
    outcome,
    reason: text(failing?.['reason']),
    message: text(failing?.['message']),
    failedTime: toInstant(text(failing?.['lastTransitionTime'])),
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

/** Projects a Pod. Labels are kept only where decisions look at them: Baton's own, and those of a drain's selectors. */
export function projectPod(pod: KubeObject, drainLabels: ReadonlySet<string> = NO_LABELS): PodFact {
  const { metadata } = pod;
  const spec = object(pod['spec']);
  const status = object(pod['status']);
  const annotations = metadata.annotations ?? {};
  const statuses = [...objects(status['initContainerStatuses']), ...objects(status['containerStatuses'])];
  const ready = objects(status['conditions']).find((condition) => condition['type'] === 'Ready');
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    node: text(spec['nodeName']) || (annotations[ANNOTATIONS.node] ?? ''),
    labels: readLabels(metadata.labels ?? {}, drainLabels),
    phase: phaseOf(status['phase']),
    ready: ready?.['status'] === 'True',
    deleting: metadata.deletionTimestamp !== undefined,
    endsBy: toInstant(metadata.deletionTimestamp),
    createdTime: toInstant(metadata.creationTimestamp) ?? 0,
    controllerKind: metadata.ownerReferences?.find((owner) => owner.controller === true)?.kind,
    mirror: 'kubernetes.io/config.mirror' in annotations,
    emptyDir: objects(spec['volumes']).some((volume) => 'emptyDir' in volume),
    terminated: terminationOf(statuses),
    waiting: waitingOf(statuses, status),
  };
}

const READ_LABELS: readonly string[] = [...Object.values(LABELS), 'batch.kubernetes.io/controller-uid'];

function readLabels(labels: Readonly<Record<string, string>>, more: ReadonlySet<string>): Record<string, string> {
  return Object.fromEntries(Object.entries(labels).filter(([key]) => READ_LABELS.includes(key) || more.has(key)));
}

/** The end of the container that failed, or of the last one. */
function terminationOf(statuses: readonly Json[]): PodFact['terminated'] {
  const ends = statuses.flatMap((status) => {
    const end = object(status['state'])['terminated'];
    return end === undefined ? [] : [object(end)];
  });
  const end = ends.find((candidate) => number(candidate['exitCode']) !== 0) ?? ends.at(-1);
  if (end === undefined) return undefined;
  return { exitCode: number(end['exitCode']), reason: text(end['reason']), message: text(end['message']) };
}

/** Reasons that are the normal course of a start, not worth telling. */
const NORMAL = new Set(['ContainerCreating', 'PodInitializing', '']);

function waitingOf(statuses: readonly Json[], status: Json): string | undefined {
  for (const container of statuses) {
    const waiting = object(object(container['state'])['waiting']);
    const reason = text(waiting['reason']);
    if (!NORMAL.has(reason)) return `${reason}: ${text(waiting['message'])}`;
  }
  const scheduled = objects(status['conditions']).find((condition) => condition['type'] === 'PodScheduled');
  return scheduled?.['status'] === 'False' ? `not scheduled: ${text(scheduled['message'])}` : undefined;
}
