import { asObject, asObjects, asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { allowsNode, pinnedNames } from '../scheduling/node-affinity.ts';
import { hasUntolerated } from '../scheduling/tolerations.ts';
import { specOf } from '../state/objects.ts';

const CONDITIONS = ['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'];

function toleration(name: string, effect: string): Json {
  return { key: `node.kubernetes.io/${name}`, operator: 'Exists', effect };
}

const ADDED = [
  ...['not-ready', 'unreachable'].map((name) => toleration(name, 'NoExecute')),
  ...CONDITIONS.map((name) => toleration(name, 'NoSchedule')),
];
const ADDED_ON_HOST_NETWORK = toleration('network-unavailable', 'NoSchedule');

function templateSpec(daemonSet: KubeObject): Json {
  return asObject(asObject(specOf(daemonSet)['template'])['spec']);
}

/** The tolerations of a DaemonSet's pods: those of the template, and those that every one gets. */
export function daemonTolerations(daemonSet: KubeObject): readonly Json[] {
  const spec = templateSpec(daemonSet);
  const added = spec['hostNetwork'] === true ? [...ADDED, ADDED_ON_HOST_NETWORK] : ADDED;
  const own = asObjects(spec['tolerations']);
  // One with the same key, value and effect is replaced.
  const kept = own.map((each) => added.find((other) => isSame(each, other)) ?? each);
  return [...kept, ...added.filter((each) => !own.some((other) => isSame(each, other)))];
}

function isSame(left: Json, right: Json): boolean {
  return ['key', 'effect', 'operator', 'value'].every((field) => left[field] === right[field]);
}

/** The spec of the pod for a node. The pod is pinned by name, and the scheduler binds it. */
export function daemonPodSpec(daemonSet: KubeObject, node: string, tolerations: readonly Json[]): Json {
  const spec = templateSpec(daemonSet);
  const affinity = asObject(spec['affinity']);
  const pinned = { nodeSelectorTerms: [{ matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }] };
  const nodeAffinity = { ...asObject(affinity['nodeAffinity']), requiredDuringSchedulingIgnoredDuringExecution: pinned };
  return { ...spec, tolerations, affinity: { ...affinity, nodeAffinity } };
}

/** The node of a DaemonSet's pod: where it runs, or else where it is pinned to; empty when it has none. */
export function nodeOfDaemonPod(pod: KubeObject): string {
  const spec = specOf(pod);
  const node = asText(spec['nodeName']);
  if (node !== '') return node;
  const names = pinnedNames(spec) ?? [];
  return names.length === 1 ? (names[0] ?? '') : '';
}

/** Whether a DaemonSet wants a pod on a node, and whether one that is there may stay. */
export interface Eligibility {
  readonly shouldRun: boolean;
  readonly mayStay: boolean;
}

export function eligibility(daemonSet: KubeObject, node: KubeObject, tolerations: readonly Json[]): Eligibility {
  const spec = templateSpec(daemonSet);
  const named = asText(spec['nodeName']);
  if (named !== '' && named !== node.metadata.name) return { shouldRun: false, mayStay: false };
  if (!allowsNode(spec, node)) return { shouldRun: false, mayStay: false };
  const shouldRun = !hasUntolerated(node, tolerations, ['NoSchedule', 'NoExecute']);
  return { shouldRun, mayStay: shouldRun || !hasUntolerated(node, tolerations, ['NoExecute']) };
}
