import type { DaemonSetFact, NodeFact, PodFact } from '../../facts.ts';
import { misfit } from './pod-fit.ts';

/** The label with which the DaemonSet controller records a Pod's revision. */
export const REVISION_HASH = 'controller-revision-hash';

/** A reference to a DaemonSet. */
export interface DaemonSetRef {
  readonly namespace: string;
  readonly name: string;
}

/** The name of a DaemonSet in messages and map keys: `namespace/name`. */
export function daemonSetName({ namespace, name }: DaemonSetRef): string {
  return `${namespace}/${name}`;
}

/**
 * The state of a DaemonSet on a node. `Current`: its Pod there is Ready and of the newest revision. `Absent`: it has no Pod there
 * and will not get one (if it does later, that Pod is of the newest revision). `Due`: there is a Pod to replace or to wait for.
 * `Unknown`: the DaemonSet does not exist, or its newest revision is not known yet.
 */
export type DaemonSetState = 'Current' | 'Absent' | 'Due' | 'Unknown';

/** Returns the state of a DaemonSet on a node. */
export function daemonSetStateOn(set: DaemonSetFact | undefined, node: NodeFact): DaemonSetState {
  if (set?.newest === undefined) return 'Unknown';
  const pods = podsOn(set, node);
  if (pods.some((pod) => isOfNewest(set, pod) && pod.ready && !pod.deleting)) return 'Current';
  return pods.length === 0 && (node.tainted || misfit(set.podSpec, node) !== undefined) ? 'Absent' : 'Due';
}

/** The DaemonSet's Pods on a node: usually one. */
export function podsOn({ pods }: DaemonSetFact, { name }: NodeFact): readonly PodFact[] {
  return pods.get(name) ?? [];
}

/** Whether a Pod is of the newest revision of its DaemonSet. */
export function isOfNewest({ newest }: DaemonSetFact, pod: PodFact): boolean {
  return newest !== undefined && pod.labels[REVISION_HASH] === newest;
}
