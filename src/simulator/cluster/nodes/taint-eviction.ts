import { asNumber, asObjects, type Json } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { taintsOf, tolerates } from '../scheduling/tolerations.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { EventRecorder } from '../state/event-recorder.ts';
import type { Change } from '../state/object-cache.ts';
import { conditionsOf, hasCondition, specOf, statusOf, withCondition } from '../state/objects.ts';
import { Worker } from '../worker.ts';

/** From a change to what is done about it (ms). */
const LATENCY = { least: 2, most: 20 };
/** How often, and after which pause (ms), a deletion is tried. */
const RETRIES = 5;
const RETRY_MS = 10;

const CONDITION: Json = {
  type: 'DisruptionTarget',
  status: 'True',
  lastProbeTime: null,
  reason: 'DeletionByTaintManager',
  message: 'Taint manager: deleting due to NoExecute taint',
};

interface Scheduled {
  readonly since: number;
  readonly cancel: () => void;
}

/** Deletes pods that do not tolerate a taint of NoExecute of their node, or tolerate it for some time only. */
export function startTaintEviction(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const events = new EventRecorder(client, 'taint-eviction-controller', ports);
  const scheduled = new Map<string, Scheduled>();
  const delayMs = (): number => between(random, LATENCY.least, LATENCY.most);
  const nodes = new Worker({ setTimer, delayMs, handle: (name) => state.podsByNode.get(name).forEach(consider) });
  const pods = new Worker({
    setTimer,
    delayMs,
    handle: (key) => {
      const pod = state.pods.get(key);
      if (pod !== undefined) consider(pod);
    },
  });

  function onNode({ object, previous }: Change): void {
    const before = previous === undefined ? [] : evicting(previous);
    if (JSON.stringify(before) !== JSON.stringify(evicting(object))) nodes.add(object.metadata.name ?? '');
  }

  function onPod({ type, object: pod, previous }: Change): void {
    const key = keyOf(pod);
    if (type === 'DELETED') {
      cancel(key);
      return;
    }
    const { nodeName, tolerations } = specOf(pod);
    if (typeof nodeName !== 'string' || nodeName === '') return;
    const before = previous && specOf(previous);
    const same = before?.['nodeName'] === nodeName && asObjects(before['tolerations']).length === asObjects(tolerations).length;
    const node = state.nodes.get(nodeName);
    if (!same && node !== undefined && evicting(node).length > 0) pods.add(key);
  }

  function consider(pod: KubeObject): void {
    const key = keyOf(pod);
    const spec = specOf(pod);
    const node = state.nodes.get(String(spec['nodeName']));
    const taints = node === undefined ? [] : evicting(node);
    const limitMs = toleratedMs(asObjects(spec['tolerations']), taints);
    if (taints.length === 0 || limitMs === Infinity) {
      cancel(key);
      return;
    }
    const before = scheduled.get(key);
    // The time counts from the first taint.
    const since = limitMs > 0 ? (before?.since ?? now()) : now();
    if (before !== undefined) {
      if (limitMs > 0 && since + limitMs < now() + limitMs) return;
      cancel(key);
    }
    schedule(pod, since, since + limitMs - now());
  }

  function schedule(pod: KubeObject, since: number, delay: number): void {
    const key = keyOf(pod);
    const { uid } = pod.metadata;
    const stop = setTimer(Math.max(0, delay), () => {
      scheduled.delete(key);
      const current = state.pods.get(key);
      if (current !== undefined && current.metadata.uid === uid) evict(current, RETRIES);
    });
    scheduled.set(key, { since, cancel: stop });
  }

  function cancel(key: string): void {
    const before = scheduled.get(key);
    if (before === undefined) return;
    before.cancel();
    scheduled.delete(key);
    events.record(reference(key), { reason: 'TaintManagerEviction', message: `Cancelling deletion of Pod ${key}` });
  }

  function evict(pod: KubeObject, tries: number): void {
    const key = keyOf(pod);
    if (tries === RETRIES) {
      events.record(reference(key), { reason: 'TaintManagerEviction', message: `Marking for deletion Pod ${key}` });
    }
    if (mark(pod) && client.delete(state.pods.pathOf(pod)).ok) return;
    if (tries > 1) {
      setTimer(RETRY_MS, () => {
        const current = state.pods.get(key);
        if (current !== undefined) evict(current, tries - 1);
      });
    }
  }

  function mark(pod: KubeObject): boolean {
    if (hasCondition(pod, 'DisruptionTarget')) return true;
    const status = { ...statusOf(pod), conditions: withCondition(conditionsOf(pod), CONDITION, now()) };
    return client.replace(state.pods.pathOf(pod, 'status'), { ...pod, status }).ok;
  }

  const stops = [state.nodes.onChange(onNode), state.pods.onChange(onPod)];
  return () => {
    for (const stop of stops) stop();
    for (const each of scheduled.values()) each.cancel();
    nodes.stop();
    pods.stop();
  };
}

function evicting(node: KubeObject): readonly Json[] {
  return taintsOf(node).filter(({ effect }) => effect === 'NoExecute');
}

/** For how long a pod tolerates all these taints (ms): not at all, for the shortest time that it names, or for ever. */
function toleratedMs(tolerations: readonly Json[], taints: readonly Json[]): number {
  const used = taints.map((taint) => tolerations.find((toleration) => tolerates(toleration, taint)));
  const seconds = used.map((toleration) => {
    if (toleration === undefined) return 0;
    const { tolerationSeconds } = toleration;
    return tolerationSeconds === undefined || tolerationSeconds === null ? Infinity : Math.max(0, asNumber(tolerationSeconds));
  });
  return Math.min(...seconds) * 1000;
}

function reference(key: string): KubeObject {
  const [namespace = '', name = ''] = key.split('/');
  return { apiVersion: 'v1', kind: 'Pod', metadata: { namespace, name } };
}
