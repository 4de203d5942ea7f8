import type { BatchProcess, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { ANNOTATIONS, CHECKPOINT_DIRECTORY, COMPONENTS, LABELS, SOCKET_DIRECTORY, TAINTS } from '../../../api/names.ts';
import type { Hash, NodeFact } from '../../facts.ts';
import { asObjects, asObject, type Json } from '../../json.ts';
import type { Manifest } from '../model/command.ts';
import { compatibilityLabels, compatiblePodSpec, type CompatibilityInput } from './job-compatibility.ts';

/** What a Job is built from. */
export interface JobInput {
  readonly namespace: string;
  readonly batch: UpgradeBatch;
  readonly process: BatchProcess;
  readonly node: NodeFact;
  readonly attempt: number;
  readonly fromVersion: string;
  /** The checkpoint of earlier attempts. */
  readonly checkpoint?: string | undefined;
  readonly hash: Hash;
  /** The process in the Job's label and name; by default the process's name. */
  readonly label?: string;
}

/**
 * The name of the Job of a process on a node: a hash, because the names of plan, node and process together may exceed 63
 * characters.
 */
export function jobName(batchUid: string, nodeUid: string, process: string, attempt: number, hash: Hash): string {
  return `baton-${hash([batchUid, nodeUid, process, attempt].join('/')).slice(0, 32)}`;
}

/** The process label of a `verify` Job. It cannot collide, because names of processes have no dot. */
export function verifyProcessName(process: string): string {
  return `${process}.verify`;
}

/** Tolerations for all taints that a turn puts on the node or causes. */
const TOLERATIONS: readonly Json[] = [
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists' },
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists' },
  { key: 'node.kubernetes.io/network-unavailable', operator: 'Exists' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists' },
  { key: TAINTS.failed, operator: 'Exists' },
];

/**
 * Pins a Pod to a node by name, in every term of the template's own node affinity. `spec.nodeName` would bypass the scheduler,
 * and the Pod would fail when resources are short; the hostname label may differ from the name.
 */
export function pinnedAffinity(affinity: unknown, node: string): Json {
  const pin = { key: 'metadata.name', operator: 'In', values: [node] };
  const nodeAffinity = asObject(asObject(affinity)['nodeAffinity']);
  const required = asObject(nodeAffinity['requiredDuringSchedulingIgnoredDuringExecution']);
  const terms = asObjects(required['nodeSelectorTerms']);
  const pinned = (terms.length === 0 ? [{}] : terms).map((term: Json) => ({
    ...term,
    matchFields: [...asObjects(term['matchFields']), pin],
  }));
  return {
    ...asObject(affinity),
    nodeAffinity: { ...nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { ...required, nodeSelectorTerms: pinned } },
  };
}

/**
 * Replaces `$(BATON_VERSION)` and `$(BATON_FROM_VERSION)` in an image. The kubelet expands them only in commands and environment.
 */
export function expandImage(image: unknown, version: string, fromVersion: string): unknown {
  if (typeof image !== 'string') return image;
  return image.replaceAll('$(BATON_VERSION)', version).replaceAll('$(BATON_FROM_VERSION)', fromVersion);
}

/** Variable and file take the checkpoint from the Pod's annotation, so that nothing in it is expanded. */
const CHECKPOINT_FIELD = { fieldRef: { fieldPath: `metadata.annotations['${ANNOTATIONS.checkpoint}']` } };
const CHECKPOINT_VOLUME = {
  name: 'baton-checkpoint',
  downwardAPI: { items: [{ path: 'checkpoint', ...CHECKPOINT_FIELD }] },
};

interface ContainerInput {
  readonly environment: readonly Json[];
  readonly version: string;
  readonly fromVersion: string;
  /** Mounts to add to the template's own. */
  readonly mounts: readonly Json[];
}

function withBaton(container: Json, input: ContainerInput): Json {
  const mounts = asObjects(container['volumeMounts']);
  return {
    ...container,
    image: expandImage(container['image'], input.version, input.fromVersion),
    // First, so that the template's own variables can refer to them.
    env: [...input.environment, ...asObjects(container['env'])],
    ...(input.mounts.length === 0 ? {} : { volumeMounts: [...mounts, ...input.mounts] }),
  };
}

/** What the Pod of a process is built from. */
export interface PodInput {
  readonly namespace: string;
  readonly plan: string;
  readonly version: string;
  /** Name of the UpgradeBatch. */
  readonly batch: string;
  readonly process: Pick<BatchProcess, 'name' | 'report' | 'template' | 'compatibility'>;
  readonly revision: string;
  /** Name of the Node. */
  readonly node: string;
  /** The Node's label `kubernetes.io/hostname`, if it has one. */
  readonly hostname: string | undefined;
  readonly attempt: number;
  readonly fromVersion: string;
  /** Whether the Pod has the annotation with the checkpoint of earlier attempts. */
  readonly hasCheckpoint?: boolean;
}

/** Labels of the Job and its Pod in addition to Baton's own. */
function foreignLabels(
  process: Pick<BatchProcess, 'compatibility'>,
  input: CompatibilityInput,
): Readonly<Record<string, string>> {
  return process.compatibility === 'SystemUpgradeController' ? compatibilityLabels(input) : {};
}

/** Builds the Pod of a process from its template: pinned to the node, tolerating the turn, with the BATON_* environment. */
export function buildPodSpec(input: PodInput): Json {
  const { namespace, plan, version, batch, process, node, attempt, fromVersion, hasCheckpoint = false } = input;
  const template = asObject(asObject(process.template)['spec']);
  const spec = process.compatibility === 'SystemUpgradeController' ? compatiblePodSpec(template, input) : template;
  const socket = process.report === 'Socket';
  const values = Object.entries({
    BATON_NAMESPACE: namespace,
    BATON_PLAN: plan,
    BATON_BATCH: batch,
    BATON_NODE: node,
    BATON_PROCESS: process.name,
    BATON_VERSION: version,
    BATON_FROM_VERSION: fromVersion,
    BATON_ATTEMPT: String(attempt),
  }).map(([name, value]) => ({ name, value }));
  const checkpoint = { name: 'BATON_CHECKPOINT', ...(hasCheckpoint ? { valueFrom: CHECKPOINT_FIELD } : { value: '' }) };
  const environment = [...values, checkpoint];
  const mounts = [
    ...(socket ? [{ name: 'baton-socket', mountPath: SOCKET_DIRECTORY }] : []),
    ...(hasCheckpoint ? [{ name: CHECKPOINT_VOLUME.name, mountPath: CHECKPOINT_DIRECTORY, readOnly: true }] : []),
  ];
  const containerInput = { environment, version, fromVersion, mounts };
  const initContainers = asObjects(spec['initContainers']).map((container) => withBaton(container, containerInput));
  const volumes = [
    ...(socket ? [{ name: 'baton-socket', hostPath: { path: SOCKET_DIRECTORY, type: 'DirectoryOrCreate' } }] : []),
    ...(hasCheckpoint ? [CHECKPOINT_VOLUME] : []),
  ];
  return {
    ...spec,
    restartPolicy: 'Never',
    affinity: pinnedAffinity(spec['affinity'], node),
    tolerations: [...asObjects(spec['tolerations']), ...TOLERATIONS],
    containers: asObjects(spec['containers']).map((container) => withBaton(container, containerInput)),
    ...(initContainers.length === 0 ? {} : { initContainers }),
    ...(volumes.length === 0 ? {} : { volumes: [...asObjects(spec['volumes']), ...volumes] }),
  };
}

/** Builds the Job of a process on a node. It has no owner, so that deleting a plan does not kill a running upgrade. */
export function buildJob(input: JobInput): Manifest {
  const { batch, process, node, attempt, namespace, label = input.process.name, checkpoint } = input;
  const template = asObject(asObject(process.template)['metadata']);
  const { plan, version, revision } = batch.spec;
  const hostname = node.labels['kubernetes.io/hostname'];
  const labels = {
    ...foreignLabels(process, { plan, revision, version, node: node.name, hostname }),
    [LABELS.managedBy]: 'baton',
    [LABELS.component]: COMPONENTS.upgrade,
    [LABELS.plan]: plan,
    [LABELS.planUid]: batch.spec.planUid,
    [LABELS.batch]: batch.metadata.name,
    [LABELS.batchUid]: batch.metadata.uid,
    [LABELS.nodeUid]: node.uid,
    [LABELS.process]: label,
    [LABELS.attempt]: String(attempt),
  };
  return {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: {
      name: jobName(batch.metadata.uid, node.uid, label, attempt, input.hash),
      namespace,
      labels,
      annotations: { [ANNOTATIONS.node]: node.name, [ANNOTATIONS.bootId]: node.bootId },
    },
    spec: {
      completions: 1,
      parallelism: 1,
      backoffLimit: 0,
      podReplacementPolicy: 'Failed',
      activeDeadlineSeconds: process.deadlineSeconds,
      template: {
        metadata: {
          labels: { ...asObject(template['labels']), ...labels },
          annotations: {
            ...asObject(template['annotations']),
            [ANNOTATIONS.node]: node.name,
            ...(checkpoint === undefined ? {} : { [ANNOTATIONS.checkpoint]: checkpoint }),
          },
        },
        spec: buildPodSpec({
          namespace,
          plan,
          version,
          batch: batch.metadata.name,
          process,
          revision,
          node: node.name,
          hostname,
          attempt,
          fromVersion: input.fromVersion,
          hasCheckpoint: checkpoint !== undefined,
        }),
      },
    },
  };
}

/** Builds the Job that verifies a process; undefined when its `verify` has none. */
export function buildVerifyJob(input: JobInput): Manifest | undefined {
  // Only the upgrade image may be made for system-upgrade-controller; the verify image is made for Baton.
  const { verify, compatibility: _compatibility, ...process } = input.process;
  if (verify?.jobTemplate === undefined) return undefined;
  return buildJob({
    ...input,
    process: { ...process, deadlineSeconds: verify.timeoutSeconds, template: verify.jobTemplate },
    label: verifyProcessName(process.name),
  });
}
