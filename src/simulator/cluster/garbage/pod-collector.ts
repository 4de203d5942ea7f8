import type { Json } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { taintsOf } from '../scheduling/tolerations.ts';
import type { ControllerPorts } from '../state/controller-ports.ts';
import type { Change } from '../state/object-cache.ts';
import { conditionsOf, hasCondition, hasEnded, isDeleting, specOf, statusOf, withCondition } from '../state/objects.ts';

/** kube-controller-manager looks for such pods at these intervals (ms). */
const PERIOD_MS = 20_000;
/** A node has to be gone for this long (ms) before its pods are. */
const QUARANTINE_MS = 40_000;
/** More pods than this that have ended are not kept. */
const MAX_ENDED = 12_500;

const NODE_GONE: Json = {
  type: 'DisruptionTarget',
  status: 'True',
  reason: 'DeletionByPodGC',
  message: 'PodGC: node no longer exists',
};

/**
 * Deletes pods that no kubelet will ever end, as PodGC does: those of nodes that are gone, those that are being deleted and have no node,
 * those on nodes that are out of service; and the oldest of too many that have ended.
 */
export function startPodCollector(client: ClusterClient, { state, now, setTimer }: ControllerPorts): () => void {
  const started = now();
  /** Nodes that pods are bound to and that do not exist, and since when that is known. */
  const missing = new Map<string, number | undefined>();
  const outOfService = new Set<string>();
  const unbound = new Set<string>();
  let ended = 0;
  let cancel: (() => void) | undefined;

  function arm(): void {
    const needed = missing.size + outOfService.size + unbound.size > 0 || ended > MAX_ENDED;
    if (!needed || cancel !== undefined) return;
    const wait = PERIOD_MS - ((now() - started) % PERIOD_MS);
    cancel = setTimer(wait, () => {
      cancel = undefined;
      collect();
      arm();
    });
  }

  function onNode({ type, object }: Change): void {
    const name = object.metadata.name ?? '';
    outOfService.delete(name);
    if (type === 'DELETED') {
      if (state.podsByNode.has(name)) missing.set(name, undefined);
    } else {
      missing.delete(name);
      const away = taintsOf(object).some(({ key }) => key === 'node.kubernetes.io/out-of-service');
      if (away && !hasCondition(object, 'Ready')) outOfService.add(name);
    }
    arm();
  }

  function onPod({ type, object: pod, previous }: Change): void {
    const key = keyOf(pod);
    const gone = type === 'DELETED';
    ended += Number(!gone && hasEnded(pod)) - Number(previous !== undefined && hasEnded(previous));
    const { nodeName } = specOf(pod);
    if (typeof nodeName === 'string' && nodeName !== '') {
      if (!gone && state.nodes.get(nodeName) === undefined && !missing.has(nodeName)) missing.set(nodeName, undefined);
      unbound.delete(key);
    } else if (!gone && isDeleting(pod)) unbound.add(key);
    else unbound.delete(key);
    arm();
  }

  function collect(): void {
    for (const name of outOfService) {
      for (const pod of state.podsByNode.get(name)) if (isDeleting(pod)) remove(pod);
    }
    for (const [name, since] of missing) {
      if (!state.podsByNode.has(name)) missing.delete(name);
      else if (since === undefined) missing.set(name, now());
      else if (now() - since >= QUARANTINE_MS) for (const pod of state.podsByNode.get(name)) remove(pod, NODE_GONE);
    }
    for (const key of unbound) {
      const pod = state.pods.get(key);
      if (pod !== undefined) remove(pod);
    }
    if (ended > MAX_ENDED) {
      const oldest = state.pods.list().filter(hasEnded).sort(byCreation);
      for (const pod of oldest.slice(0, ended - MAX_ENDED)) remove(pod);
    }
  }

  /** Marks a pod as failed, because no kubelet will, and deletes it at once. */
  function remove(pod: KubeObject, condition?: Json): void {
    if (!hasEnded(pod)) {
      const conditions =
        condition === undefined ? undefined : withCondition(conditionsOf(pod), { lastProbeTime: null, ...condition }, now());
      const status = { ...statusOf(pod), phase: 'Failed', ...(conditions === undefined ? {} : { conditions }) };
      if (!client.replace(state.pods.pathOf(pod, 'status'), { ...pod, status }).ok) return;
    }
    client.delete(state.pods.pathOf(pod), { gracePeriodSeconds: 0 });
  }

  const stops = [state.nodes.onChange(onNode), state.pods.onChange(onPod)];
  return () => {
    for (const stop of stops) stop();
    cancel?.();
  };
}

function byCreation(left: KubeObject, right: KubeObject): number {
  const [a, b] = [left, right].map(({ metadata }) => `${metadata.creationTimestamp ?? ''} ${metadata.name ?? ''}`);
  return (a ?? '') < (b ?? '') ? -1 : 1;
}
