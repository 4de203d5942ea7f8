import type { NodeSelector } from '../../api/generated/upgradeplan.ts';
import type { PodFact } from '../../core/facts.ts';
import { REVISION_HASH } from '../../core/rollout/fleet/daemon-set.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { asNumber, asObject, asObjects, asText } from '../../core/json.ts';
import { projectPod } from './project.ts';

/** What is kept of a DaemonSet. */
export interface DaemonSetView {
  readonly uid: string;
  readonly generation: number;
  /** Its controller has seen this generation, and so made its revision. */
  readonly observed: boolean;
  readonly updateStrategy: string;
  readonly deleting: boolean;
  readonly selector: NodeSelector;
  readonly podSpec: unknown;
}

const DAEMON_POD_LABELS: ReadonlySet<string> = new Set([REVISION_HASH]);

/** Projects a DaemonSet. Of its Pods' spec only that is kept which says where they may run. */
export function projectDaemonSet({ metadata, ...set }: KubeObject): DaemonSetView {
  const spec = asObject(set['spec']);
  const { nodeSelector, affinity } = asObject(asObject(spec['template'])['spec']);
  const generation = metadata.generation ?? 0;
  return {
    uid: metadata.uid ?? '',
    generation,
    observed: asNumber(asObject(set['status'])['observedGeneration']) >= generation,
    updateStrategy: asText(asObject(spec['updateStrategy'])['type']),
    deleting: metadata.deletionTimestamp !== undefined,
    // The API server has checked the selector.
    selector: spec['selector'] as NodeSelector,
    podSpec: { nodeSelector, affinity },
  };
}

/** Projects a Pod of the DaemonSet with this UID; undefined for Pods that only have its labels. */
export function projectDaemonPod(pod: KubeObject, setUid: string): PodFact | undefined {
  const isOurs = pod.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === setUid) ?? false;
  if (!isOurs) return undefined;
  const fact = projectPod(pod, DAEMON_POD_LABELS);
  // Between two crashes it runs, and only its last end tells what is wrong.
  const terminated = fact.terminated ?? (fact.ready ? undefined : lastEndOf(pod));
  return { ...fact, terminated, node: fact.node === '' ? intendedNode(pod) : fact.node };
}

/** How a container ended before it was started again. */
function lastEndOf(pod: KubeObject): PodFact['terminated'] {
  const ends = asObjects(asObject(pod['status'])['containerStatuses']).map(
    (status) => asObject(status['lastState'])['terminated'],
  );
  const end = ends.find((candidate) => candidate !== undefined);
  if (end === undefined) return undefined;
  const { exitCode, reason, message } = asObject(end);
  return { exitCode: asNumber(exitCode), reason: asText(reason), message: asText(message) };
}

/** The node that a Pod was made for and that the scheduler has not bound it to yet: the controller writes it into its affinity. */
function intendedNode(pod: KubeObject): string {
  const affinity = asObject(asObject(asObject(pod['spec'])['affinity'])['nodeAffinity']);
  const terms = asObjects(asObject(affinity['requiredDuringSchedulingIgnoredDuringExecution'])['nodeSelectorTerms']);
  const fields = terms.flatMap((term) => asObjects(term['matchFields']));
  const values = fields.find((field) => field['key'] === 'metadata.name')?.['values'];
  return Array.isArray(values) ? asText(values[0]) : '';
}

/**
 * The newest ControllerRevision of the DaemonSet with this UID: the one with the highest `revision`, which the controller also raises when
 * a DaemonSet goes back to an earlier template. Others may have its labels, so that only those that it owns count.
 */
export function newestRevision(revisions: readonly KubeObject[], setUid: string): KubeObject | undefined {
  const own = revisions.filter(
    ({ metadata }) => metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === setUid) ?? false,
  );
  return own.toSorted((a, b) => asNumber(b['revision']) - asNumber(a['revision']))[0];
}
