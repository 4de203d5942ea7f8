import { COMPONENTS, LABELS } from '../../api/names.ts';
import type { PodFact } from '../facts.ts';
import { counted } from '../text.ts';

/** What a drain does with a Pod. `Leave`: it stays. `Wait`: it is on its way out. `Block`: the plan must consent first. */
export type Disposition = { readonly kind: 'Leave' | 'Wait' | 'Evict' } | { readonly kind: 'Block'; readonly why: string };

/**
 * Decides what a drain does with one Pod, like `kubectl drain`: DaemonSet and static Pods stay, as do Baton's own (the upgrade, the
 * agent, the operator: evicting them would stop what the drain is for); a Pod that nobody would start again, or whose emptyDir data
 * would be lost, blocks the drain.
 */
export function podDisposition(pod: PodFact, emptyDirData: 'Keep' | 'Delete'): Disposition {
  if (pod.phase === 'Succeeded' || pod.phase === 'Failed') return { kind: 'Leave' };
  if (pod.mirror || pod.controllerKind === 'DaemonSet' || isBatons(pod)) return { kind: 'Leave' };
  if (pod.deleting) return { kind: 'Wait' };
  if (pod.controllerKind === undefined) {
    return { kind: 'Block', why: `Pod ${pod.namespace}/${pod.name} has no controller that would start it again` };
  }
  if (pod.emptyDir && emptyDirData === 'Keep') {
    return {
      kind: 'Block',
      why: `Pod ${pod.namespace}/${pod.name} has emptyDir data; drain.emptyDirData: Delete would consent to lose it`,
    };
  }
  return { kind: 'Evict' };
}

function isBatons(pod: PodFact): boolean {
  const component = pod.labels[LABELS.component] ?? '';
  return (
    pod.labels[LABELS.managedBy] === 'baton' ||
    (pod.labels['app.kubernetes.io/name'] === 'baton' && component === COMPONENTS.operator)
  );
}

/** How far a drain is. */
export interface DrainStep {
  readonly done: boolean;
  readonly evict: readonly PodFact[];
  /** Why it is not done yet, in words; the Pod that holds it up first. */
  readonly message: string;
}

/** Decides the next step of a drain from the Pods that are on the node. `answers` are the last answers to evictions, by Pod UID. */
export function stepDrain(
  pods: readonly PodFact[],
  emptyDirData: 'Keep' | 'Delete',
  answers: ReadonlyMap<string, string>,
): DrainStep {
  const evict: PodFact[] = [];
  const held: string[] = [];
  const waiting: string[] = [];
  for (const pod of pods) {
    const disposition = podDisposition(pod, emptyDirData);
    if (disposition.kind === 'Evict') evict.push(pod);
    if (disposition.kind === 'Block') held.push(disposition.why);
    if (disposition.kind === 'Wait') waiting.push(`Pod ${pod.namespace}/${pod.name} is terminating`);
  }
  const refused = evict.flatMap((pod) => {
    const answer = answers.get(pod.uid);
    return answer === undefined ? [] : [`${pod.namespace}/${pod.name}: ${answer}`];
  });
  const words = [...held, ...refused, ...waiting];
  const left = evict.length + held.length + waiting.length;
  const more = words.length > 1 ? ` (and ${words.length - 1} more)` : '';
  return {
    done: left === 0,
    evict,
    message: words.length === 0 ? `${counted(left, 'Pod')} to evict` : `${words[0] ?? ''}${more}`,
  };
}
