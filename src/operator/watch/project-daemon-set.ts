import type { NodeSelector } from '../../api/generated/upgradeplan.ts';
import type { PodFact } from '../../core/facts.ts';
import { REVISION_HASH } from '../../core/rollout/fleet/daemon-set.ts';
import type { KubeObject } from '../../kube/client/client.ts';
import { asNumber, asObject, asObjects, asText } from '../../core/json.ts';
import { projectPod } from './project.ts';

/** The projection of a DaemonSet. */
export interface DaemonSetView {
  readonly uid: string;
  readonly generation: number;
  /** Whether the controller has observed this generation, and has created its revision. */
  readonly observed: boolean;
  readonly updateStrategy: string;
  readonly deleting: boolean;
  readonly selector: NodeSelector;
  readonly podSpec: unknown;
}

const DAEMON_POD_LABELS: ReadonlySet<string> = new Set([REVISION_HASH]);

/** Projects a DaemonSet. Of its Pod template it keeps only the constraints on nodes. */
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
    // The API server has validated the selector.
    selector: spec['selector'] as NodeSelector,
    podSpec: { nodeSelector, affinity },
  };
}

/** Projects a Pod of the DaemonSet with this UID; undefined for other Pods with the same labels. */
export function projectDaemonPod(pod: KubeObject, setUid: string): PodFact | undefined {
  const isOurs = pod.metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === setUid) ?? false;
  if (!isOurs) return undefined;
  const fact = projectPod(pod, DAEMON_POD_LABELS);
  // A container that crashes repeatedly may be running now. Its last termination shows what is wrong.
  const terminated = fact.terminated ?? (fact.ready ? undefined : lastTermination(pod));
  return { ...fact, terminated, node: fact.node === '' ? intendedNode(pod) : fact.node };
}

/** How a container terminated before it was restarted. */
function lastTermination(pod: KubeObject): PodFact['terminated'] {
  const ends = asObjects(asObject(pod['status'])['containerStatuses']).map(
    (status) => asObject(status['lastState'])['terminated'],
  );
  const end = ends.find((candidate) => candidate !== undefined);
  if (end === undefined) return undefined;
  const { exitCode, reason, message } = asObject(end);
  return { exitCode: asNumber(exitCode), reason: asText(reason), message: asText(message) };
}

/** The node of a Pod that is not scheduled yet: the DaemonSet controller writes it into the affinity. */
function intendedNode(pod: KubeObject): string {
  const affinity = asObject(asObject(asObject(pod['spec'])['affinity'])['nodeAffinity']);
  const terms = asObjects(asObject(affinity['requiredDuringSchedulingIgnoredDuringExecution'])['nodeSelectorTerms']);
  const fields = terms.flatMap((term) => asObjects(term['matchFields']));
  const values = fields.find((field) => field['key'] === 'metadata.name')?.['values'];
  return Array.isArray(values) ? asText(values[0]) : '';
}

/**
 * The newest ControllerRevision that the DaemonSet with this UID owns: that with the highest `revision`. The controller raises it even when a
 * DaemonSet returns to an earlier template.
 */
export function newestRevision(revisions: readonly KubeObject[], setUid: string): KubeObject | undefined {
  const own = revisions.filter(
    ({ metadata }) => metadata.ownerReferences?.some((owner) => owner.controller === true && owner.uid === setUid) ?? false,
  );
  return own.toSorted((a, b) => asNumber(b['revision']) - asNumber(a['revision']))[0];
}
