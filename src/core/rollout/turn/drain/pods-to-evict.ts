import type { BatchDrain } from '../../../../api/generated/upgradebatch.ts';
import { LABELS } from '../../../../api/names.ts';
import type { PodFact } from '../../../facts.ts';
import { selects } from '../../../selector.ts';
import type { OperatorPod } from '../../model/facts.ts';

/**
 * What a drain does with a Pod. `Leave`: it stays. `WaitFor`: it may end by itself before anything is evicted. `Ending`: it is
 * terminating. `Block`: the plan does not allow its eviction. `MoveLast`: the operator's own Pod, which is evicted when nothing
 * else is left.
 */
export type Disposition =
  { readonly kind: 'Leave' | 'WaitFor' | 'Ending' | 'Evict' | 'MoveLast' } | { readonly kind: 'Block'; readonly why: string };

/**
 * Decides what a drain does with a Pod, like `kubectl drain`: DaemonSet Pods and static Pods stay. So do Baton's own Pods,
 * because evicting them would stop the upgrade. A Pod without a controller or with emptyDir data blocks the drain unless the plan
 * allows its deletion.
 */
export function podDisposition(pod: PodFact, policy: BatchDrain, operator: OperatorPod | undefined): Disposition {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return { kind: 'Leave' };
  if (pod.mirror || pod.controllerKind === 'DaemonSet' || pod.labels[LABELS.managedBy] === 'baton') return { kind: 'Leave' };
  if (policy.ignore !== undefined && selects(policy.ignore.podSelector, pod.labels)) return { kind: 'Leave' };
  if (pod.deleting) return { kind: 'Ending' };
  if (pod.uid === operator?.uid) return { kind: operator.movable && pod.controllerKind !== undefined ? 'MoveLast' : 'Leave' };
  // A Pod that has not started yet has no work to lose.
  if (policy.waitFor !== undefined && pod.phase !== 'Pending' && selects(policy.waitFor.podSelector, pod.labels)) {
    return { kind: 'WaitFor' };
  }
  return evictIfAllowed(pod, policy);
}

function evictIfAllowed(pod: PodFact, { unmanagedPods, emptyDirData }: BatchDrain): Disposition {
  if (pod.controllerKind === undefined && unmanagedPods === 'Keep') {
    return { kind: 'Block', why: `Pod ${podName(pod)} has no controller; set drain.unmanagedPods: Delete to evict it` };
  }
  if (pod.emptyDir && emptyDirData === 'Keep') {
    return { kind: 'Block', why: `Pod ${podName(pod)} has emptyDir data; set drain.emptyDirData: Delete to evict it` };
  }
  return { kind: 'Evict' };
}

/** The name of a Pod in messages: `namespace/name`. */
export function podName(pod: PodFact): string {
  return `${pod.namespace}/${pod.name}`;
}

/** Whether `drain.force` selects a Pod, so that it may be deleted past its budget. */
export function isForced(pod: PodFact, policy: BatchDrain): boolean {
  return policy.force !== undefined && selects(policy.force.podSelector, pod.labels);
}

/** The Pods of a node that concern its drain, by what happens to them. */
export interface PodsToGo {
  readonly waitFor: readonly PodFact[];
  readonly ending: readonly PodFact[];
  readonly evict: readonly PodFact[];
  readonly blocked: readonly { readonly pod: PodFact; readonly why: string }[];
  /** The operator's own Pod. */
  readonly last: PodFact | undefined;
}

/** Sorts the Pods of a node by what its drain does with them. */
export function surveyPods(pods: readonly PodFact[], policy: BatchDrain, operator: OperatorPod | undefined): PodsToGo {
  const waitFor: PodFact[] = [];
  const ending: PodFact[] = [];
  const evict: PodFact[] = [];
  const blocked: { pod: PodFact; why: string }[] = [];
  let last: PodFact | undefined;
  for (const pod of pods) {
    const disposition = podDisposition(pod, policy, operator);
    switch (disposition.kind) {
      case 'WaitFor':
        waitFor.push(pod);
        break;
      case 'Ending':
        ending.push(pod);
        break;
      case 'Evict':
        evict.push(pod);
        break;
      case 'Block':
        blocked.push({ pod, why: disposition.why });
        break;
      case 'MoveLast':
        last = pod;
        break;
      case 'Leave':
        break;
    }
  }
  return { waitFor, ending, evict, blocked, last };
}
