import { asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import { taintsOf } from '../scheduling/tolerations.ts';
import { conditionsOf, specOf } from '../state/objects.ts';

export const NOT_READY = 'node.kubernetes.io/not-ready';
export const UNREACHABLE = 'node.kubernetes.io/unreachable';
const UNSCHEDULABLE = 'node.kubernetes.io/unschedulable';

/** The taints that conditions of a node stand for, by the condition's status. */
const BY_CONDITION: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  Ready: { False: NOT_READY, Unknown: UNREACHABLE },
  MemoryPressure: { True: 'node.kubernetes.io/memory-pressure' },
  DiskPressure: { True: 'node.kubernetes.io/disk-pressure' },
  NetworkUnavailable: { True: 'node.kubernetes.io/network-unavailable' },
  PIDPressure: { True: 'node.kubernetes.io/pid-pressure' },
};
const MANAGED = new Set([UNSCHEDULABLE, ...Object.values(BY_CONDITION).flatMap((taints) => Object.values(taints))]);

/** The taints of a node with those of effect NoSchedule that its conditions and its cordon ask for; undefined when nothing changes. */
export function scheduleTaints(node: KubeObject, time: string): readonly Json[] | undefined {
  const fromConditions = conditionsOf(node).map(({ type, status }) => BY_CONDITION[asText(type)]?.[asText(status)]);
  const cordon = specOf(node)['unschedulable'] === true ? UNSCHEDULABLE : undefined;
  const wanted = [...fromConditions, cordon].filter((key) => key !== undefined);
  const taints = taintsOf(node);
  const kept = taints.filter((taint) => !isManaged(taint) || wanted.includes(asText(taint['key'])));
  const missing = wanted.filter((key) => !taints.some((taint) => taint['key'] === key && taint['effect'] === 'NoSchedule'));
  if (kept.length === taints.length && missing.length === 0) return undefined;
  return [...kept, ...missing.map((key) => ({ key, effect: 'NoSchedule', timeAdded: time }))];
}

function isManaged({ key, effect }: Json): boolean {
  return effect === 'NoSchedule' && MANAGED.has(asText(key));
}

/** Whether a node has a taint of effect NoExecute. */
export function evicts(node: KubeObject, key: string): boolean {
  return taintsOf(node).some((taint) => taint['key'] === key && taint['effect'] === 'NoExecute');
}

/** The taints of a node with this one of effect NoExecute in place of the other one that the node controller sets. */
export function withEviction(node: KubeObject, key: string | undefined, time: string): readonly Json[] {
  const others = taintsOf(node).filter(
    (taint) => !(taint['effect'] === 'NoExecute' && (taint['key'] === NOT_READY || taint['key'] === UNREACHABLE)),
  );
  return key === undefined ? others : [...others, { key, effect: 'NoExecute', timeAdded: time }];
}

/** What keeps the taint of NoExecute that a node needs: its key, or undefined when the node is Ready or has never said. */
export function evictionKey(node: KubeObject): string | undefined {
  const ready = conditionsOf(node).find(({ type }) => type === 'Ready');
  return BY_CONDITION['Ready']?.[asText(ready?.['status'])];
}
