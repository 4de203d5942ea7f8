import { asNumber, asObject } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import { EventRecorder } from '../state/event-recorder.ts';
import type { Change } from '../state/object-cache.ts';
import {
  conditionOf,
  controllerOf,
  hasCondition,
  hasEnded,
  instantOf,
  isDeleting,
  phaseOf,
  specOf,
  statusOf,
} from '../state/objects.ts';
import { PodWriter } from '../state/pod-writer.ts';
import { Worker } from '../worker.ts';

/** From a change to its sync (ms). */
const LATENCY = { least: 5, most: 50 };
/** After a write that failed (ms). */
const RETRY_MS = 1000;

/** Keeps the number of pods of ReplicaSets, and their status. */
export function startReplicaSetController(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const events = new EventRecorder(client, 'replicaset-controller', ports);
  const writer = new PodWriter(client, state, events);
  const worker = new Worker({ setTimer, delayMs: () => between(random, LATENCY.least, LATENCY.most), handle: sync });
  const later = new DelayedKeys(ports, (key) => worker.add(key));

  function onReplicaSet({ object }: Change): void {
    worker.add(keyOf(object));
  }

  function onPod({ object: pod }: Change): void {
    const controller = controllerOf(pod);
    if (controller?.kind === 'ReplicaSet') worker.add(`${pod.metadata.namespace ?? ''}/${controller.name}`);
  }

  function sync(key: string): void {
    const replicaSet = state.replicaSets.get(key);
    if (replicaSet === undefined) return;
    const spec = specOf(replicaSet);
    // Pods that are being deleted are replaced at once.
    const unended = state.podsByController.get(replicaSet.metadata.uid ?? '').filter((pod) => !hasEnded(pod));
    const pods = unended.filter((pod) => !isDeleting(pod));
    if (!isDeleting(replicaSet)) {
      const missing = asNumber(spec['replicas']) - pods.length;
      if (missing < 0) for (const pod of [...pods].sort(byImportance).slice(0, -missing)) writer.delete(replicaSet, pod);
      const template = asObject(spec['template']);
      for (let count = 0; count < missing; count += 1) {
        if (writer.create(replicaSet, { template }).ok) continue;
        later.add(key, RETRY_MS);
        break;
      }
    }
    writeStatus(replicaSet, pods, unended.length - pods.length);
  }

  function writeStatus(replicaSet: KubeObject, pods: readonly KubeObject[], terminating: number): void {
    const minReadyMs = asNumber(specOf(replicaSet)['minReadySeconds']) * 1000;
    const ready = pods.filter((pod) => hasCondition(pod, 'Ready'));
    const waits = ready.map((pod) => minReadyMs - (now() - (instantOf(conditionOf(pod, 'Ready')?.['lastTransitionTime']) ?? 0)));
    const unavailable = minReadyMs === 0 ? [] : waits.filter((wait) => wait > 0);
    const counts = {
      fullyLabeledReplicas: pods.length,
      readyReplicas: ready.length,
      availableReplicas: ready.length - unavailable.length,
      observedGeneration: replicaSet.metadata.generation ?? 0,
    };
    if (unavailable.length > 0) later.add(keyOf(replicaSet), Math.min(...unavailable));
    const numbers = { replicas: pods.length, terminatingReplicas: terminating };
    const status = { ...numbers, ...Object.fromEntries(Object.entries(counts).filter(([, count]) => count > 0)) };
    if (JSON.stringify(statusOf(replicaSet)) === JSON.stringify(status)) return;
    const written = client.replace(state.replicaSets.pathOf(replicaSet, 'status'), { ...replicaSet, status });
    if (!written.ok && written.code !== 404) later.add(keyOf(replicaSet), RETRY_MS);
  }

  const stops = [state.replicaSets.onChange(onReplicaSet), state.pods.onChange(onPod)];
  return () => {
    for (const stop of stops) stop();
    later.stop();
    worker.stop();
  };
}

// Pods that have got least far go first.
function byImportance(left: KubeObject, right: KubeObject): number {
  return importance(left) - importance(right);
}

function importance(pod: KubeObject): number {
  const scheduled = specOf(pod)['nodeName'] === undefined ? 0 : 4;
  return scheduled + (phaseOf(pod) === 'Running' ? 2 : 0) + (hasCondition(pod, 'Ready') ? 1 : 0);
}
