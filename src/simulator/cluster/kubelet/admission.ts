import { asObjects } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { allowsNode } from '../scheduling/node-affinity.ts';
import { hasUntolerated } from '../scheduling/tolerations.ts';
import { hasEnded, isDeleting, specOf } from '../state/objects.ts';
import type { PodFailure } from './pod-status.ts';

/** The lowest priority of critical Pods, which are admitted under pressure. */
const CRITICAL_PRIORITY = 2_000_000_000;

const DISK_PRESSURE: PodFailure = {
  reason: 'Evicted',
  message: 'Pod was rejected: The node had condition: [DiskPressure]. ',
};

/** The node as its kubelet sees it. */
export interface AdmittingNode {
  /** Undefined when the Node object does not exist. */
  readonly node: KubeObject | undefined;
  readonly diskFull: boolean;
}

/**
 * Why a kubelet does not admit a Pod; undefined when it does. A kubelet asks this of every Pod that it sees for the first time since it
 * was started, so also of those whose containers run already.
 */
export function rejection(pod: KubeObject, { node, diskFull }: AdmittingNode): PodFailure | undefined {
  if (hasEnded(pod) || isDeleting(pod)) return undefined;
  const spec = specOf(pod);
  if (diskFull && Number(spec['priority'] ?? 0) < CRITICAL_PRIORITY) return DISK_PRESSURE;
  if (node === undefined) return undefined;
  if (!allowsNode(spec, node)) return predicate('NodeAffinity');
  return hasUntolerated(node, asObjects(spec['tolerations']), ['NoExecute']) ? predicate('TaintToleration') : undefined;
}

function predicate(name: string): PodFailure {
  return { reason: name, message: `Pod was rejected: Predicate ${name} failed` };
}
