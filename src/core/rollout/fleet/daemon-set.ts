import type { DaemonSetFact, NodeFact, PodFact } from '../../facts.ts';
import { misfit } from './pod-fit.ts';

/** The label by which the DaemonSet controller marks the revision that a Pod was made from. */
export const REVISION_HASH = 'controller-revision-hash';

/** Which DaemonSet a process names. */
export interface DaemonSetRef {
  readonly namespace: string;
  readonly name: string;
}

/** A DaemonSet as messages and maps name it. */
export function daemonSetName({ namespace, name }: DaemonSetRef): string {
  return `${namespace}/${name}`;
}

/**
 * How a DaemonSet stands on a node. `Current`: the Pod of its newest revision is Ready there. `Absent`: it has no Pod there, and is not to
 * have one; a Pod that comes later is of the newest revision by itself. `Due`: there is a Pod to replace, or to wait for. `Unknown`: it
 * does not exist, or its newest revision is not known yet.
 */
export type DaemonSetState = 'Current' | 'Absent' | 'Due' | 'Unknown';

/** Tells how a DaemonSet stands on a node. */
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

/** Whether a Pod was made from the newest revision of its DaemonSet. */
export function isOfNewest({ newest }: DaemonSetFact, pod: PodFact): boolean {
  return newest !== undefined && pod.labels[REVISION_HASH] === newest;
}
