import { asNumber } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import { EventRecorder } from '../state/event-recorder.ts';
import type { Change } from '../state/object-cache.ts';
import { controllerOf, specOf } from '../state/objects.ts';
import { Worker } from '../worker.ts';
import { PodWriter } from '../state/pod-writer.ts';
import { NO_BACKOFF, type Backoff } from './job-backoff.ts';
import { isTracked, TRACKING } from './job-pods.ts';
import { isFinished } from './job-status.ts';
import { syncJob } from './job-sync.ts';

/** From a change of a Job's spec to its sync (ms). */
const LATENCY = { least: 5, most: 40 };
/** Pods and statuses are gathered for this long (ms), as kube-controller-manager does it. */
const BATCH_MS = 1000;
/** After a write that failed (ms). */
const RETRY = { first: 1000, most: 60_000 };

/**
 * Runs Jobs as kube-controller-manager does: pods with finalizers, backoff, failure policy, deadline, suspension, conditions and counters.
 * Jobs with indices, and success policies, are not built: they are left alone.
 */
export function startJobController(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const events = new EventRecorder(client, 'job-controller', ports);
  const writer = new PodWriter(client, state, events);
  const backoffs = new Map<string, Backoff>();
  const failures = new Map<string, number>();
  const delayMs = (): number => between(random, LATENCY.least, LATENCY.most);
  const worker = new Worker({ setTimer, delayMs, handle: sync });
  const later = new DelayedKeys(ports, (key) => worker.add(key));
  const releases = new Worker({ setTimer, delayMs, handle: release });

  function onJob({ type, object: job, previous }: Change): void {
    const key = keyOf(job);
    if (type === 'DELETED' || isFinished(job)) {
      backoffs.delete(job.metadata.uid ?? '');
      failures.delete(key);
      for (const pod of state.podsByController.get(job.metadata.uid ?? '')) releases.add(keyOf(pod));
    } else if (previous?.metadata.generation === job.metadata.generation) later.add(key, BATCH_MS);
    else worker.add(key);
  }

  function onPod({ type, object: pod }: Change): void {
    const controller = controllerOf(pod);
    const job = controller?.kind === 'Job' ? state.jobs.get(`${pod.metadata.namespace ?? ''}/${controller.name}`) : undefined;
    if (job !== undefined && job.metadata.uid === controller?.uid && !isFinished(job)) later.add(keyOf(job), BATCH_MS);
    else if (type !== 'DELETED' && isTracked(pod)) releases.add(keyOf(pod));
  }

  function sync(key: string): void {
    const job = state.jobs.get(key);
    if (job === undefined || isFinished(job) || isLeftAlone(job)) return;
    const uid = job.metadata.uid ?? '';
    const backoffBefore = backoffs.get(uid) ?? NO_BACKOFF;
    const input = { client, state, events, writer, now: now(), backoff: backoffBefore, release: removeTracking };
    const { ok, backoff, againMs } = syncJob(job, input);
    backoffs.set(uid, backoff);
    if (againMs !== undefined) later.add(key, Math.max(BATCH_MS, againMs));
    if (ok) failures.delete(key);
    else {
      const count = failures.get(key) ?? 0;
      failures.set(key, count + 1);
      later.add(key, Math.min(RETRY.most, RETRY.first * 2 ** count));
    }
  }

  /** Takes the finalizer off a pod that no Job waits for any more. */
  function release(key: string): void {
    const pod = state.pods.get(key);
    if (pod === undefined || !isTracked(pod)) return;
    const controller = controllerOf(pod);
    if (controller !== undefined && controller.kind !== 'Job') return;
    const job = controller && state.jobs.get(`${pod.metadata.namespace ?? ''}/${controller.name}`);
    if (job !== undefined && job.metadata.uid === controller?.uid && !isFinished(job)) return;
    removeTracking(pod);
  }

  /** Takes the finalizer of Jobs off a pod; true when it is off, or the pod is gone. */
  function removeTracking(pod: KubeObject): boolean {
    const finalizers = pod.metadata.finalizers?.filter((finalizer) => finalizer !== TRACKING) ?? [];
    const patched = client.mergePatch(state.pods.pathOf(pod), { metadata: { finalizers } });
    return patched.ok || patched.code === 404;
  }

  const stops = [state.jobs.onChange(onJob), state.pods.onChange(onPod)];
  return () => {
    for (const stop of stops) stop();
    later.stop();
    worker.stop();
    releases.stop();
  };
}

function isLeftAlone(job: KubeObject): boolean {
  const { managedBy, completionMode, parallelism } = specOf(job);
  if (typeof managedBy === 'string' && managedBy !== 'kubernetes.io/job-controller') return true;
  return completionMode === 'Indexed' || asNumber(parallelism) < 0;
}
