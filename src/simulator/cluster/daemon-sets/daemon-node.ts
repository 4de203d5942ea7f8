import type { KubeObject } from '../../../kube/kube-object.ts';
import { conditionOf, hasCondition, hasEnded, instantOf, isDeleting, phaseOf, specOf } from '../state/objects.ts';
import type { Eligibility } from './daemon-pod.ts';

/** The numbers of a DaemonSet's status. */
export interface Tally {
  readonly desired: number;
  readonly current: number;
  readonly misscheduled: number;
  readonly ready: number;
  readonly available: number;
  readonly updated: number;
  /** Nodes that a rolling update counts against `maxUnavailable`. */
  readonly down: number;
}

export const NO_TALLY: Tally = { desired: 0, current: 0, misscheduled: 0, ready: 0, available: 0, updated: 0, down: 0 };

/** What a DaemonSet has on one node, and what is to be done there. */
export interface DaemonNode {
  readonly tally: Tally;
  readonly needsPod: boolean;
  /** Pods that have no business here. */
  readonly surplus: readonly KubeObject[];
  /** A pod of an older template that works, and one that does not: a rolling update replaces the second kind first. */
  readonly outdated: { readonly pod: KubeObject; readonly available: boolean } | undefined;
  /** When a pod that is Ready becomes available. */
  readonly availableAt: number | undefined;
}

/** What decides about a node. */
export interface DaemonNodeInput {
  /** Undefined when the node does not exist. */
  readonly eligible: Eligibility | undefined;
  readonly pods: readonly KubeObject[];
  readonly isUpdated: (pod: KubeObject) => boolean;
  readonly minReadyMs: number;
  readonly now: number;
}

/** Looks at one node. */
export function examineNode(input: DaemonNodeInput): DaemonNode {
  const { eligible, pods: all, isUpdated, minReadyMs, now } = input;
  const pods = all.filter((pod) => !(hasEnded(pod) && isDeleting(pod))).sort(byAge);
  const live = pods.filter((pod) => !isDeleting(pod));
  if (eligible === undefined) {
    // Pods that are bound to a node that is gone are collected elsewhere.
    const unbound = live.filter((pod) => specOf(pod)['nodeName'] === undefined);
    return { tally: NO_TALLY, needsPod: false, surplus: unbound, outdated: undefined, availableAt: undefined };
  }
  const { shouldRun, mayStay } = eligible;
  const running = live.filter((pod) => !hasEnded(pod));
  const [first] = pods;
  const availableAt = first && availableFrom(first, minReadyMs);
  const available = availableAt !== undefined && availableAt <= now;
  const down = (shouldRun || first !== undefined) && !works(live, input);
  return {
    tally: { ...numbersOf(first, { shouldRun, available, isUpdated }), down: Number(down) },
    needsPod: shouldRun && first === undefined,
    surplus: mayStay ? [...live.filter(hasEnded), ...running.slice(1)] : live,
    outdated: outdatedOf(live, input),
    availableAt: available ? undefined : availableAt,
  };
}

/** What the status counts; of several pods on a node, it counts the first. */
function numbersOf(
  first: KubeObject | undefined,
  { shouldRun, available, isUpdated }: { shouldRun: boolean; available: boolean; isUpdated: (pod: KubeObject) => boolean },
): Omit<Tally, 'down'> {
  if (first === undefined) return { ...NO_TALLY, desired: Number(shouldRun) };
  if (!shouldRun) return { ...NO_TALLY, misscheduled: 1 };
  return {
    desired: 1,
    current: 1,
    misscheduled: 0,
    ready: Number(hasCondition(first, 'Ready')),
    available: Number(available),
    updated: Number(isUpdated(first)),
  };
}

/** Whether a node has exactly one pod, and that is available. */
function works(live: readonly KubeObject[], { minReadyMs, now }: DaemonNodeInput): boolean {
  const [pod] = live;
  return live.length === 1 && pod !== undefined && isAvailable(pod, minReadyMs, now);
}

function outdatedOf(live: readonly KubeObject[], { isUpdated, minReadyMs, now }: DaemonNodeInput): DaemonNode['outdated'] {
  const [pod, ...others] = live;
  if (pod === undefined || others.length > 0 || isUpdated(pod)) return undefined;
  return { pod, available: isAvailable(pod, minReadyMs, now) };
}

function isAvailable(pod: KubeObject, minReadyMs: number, now: number): boolean {
  return (availableFrom(pod, minReadyMs) ?? Infinity) <= now;
}

function availableFrom(pod: KubeObject, minReadyMs: number): number | undefined {
  if (!hasCondition(pod, 'Ready') || phaseOf(pod) === 'Failed') return undefined;
  return minReadyMs === 0 ? 0 : (instantOf(conditionOf(pod, 'Ready')?.['lastTransitionTime']) ?? 0) + minReadyMs;
}

// Pods that are bound come first, and then the oldest.
function byAge(left: KubeObject, right: KubeObject): number {
  const bound = Number(specOf(left)['nodeName'] === undefined) - Number(specOf(right)['nodeName'] === undefined);
  if (bound !== 0) return bound;
  const [a, b] = [left, right].map(({ metadata }) => `${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`);
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
