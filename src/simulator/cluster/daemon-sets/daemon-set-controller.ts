import { asNumber, asObject, asText } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { scaled } from '../state/int-or-percent.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import { EventRecorder } from '../state/event-recorder.ts';
import type { Change } from '../state/object-cache.ts';
import { controllerOf, isDeleting, phaseOf, specOf, statusOf } from '../state/objects.ts';
import { PodWriter } from '../state/pod-writer.ts';
import { Worker } from '../worker.ts';
import { daemonPodSpec, nodeOfDaemonPod } from './daemon-pod.ts';
import { DaemonView, placementOf } from './daemon-view.ts';
import { FailedPodBackoff } from './failed-pod-backoff.ts';
import { REVISION_HASH, Revisions } from './revisions.ts';

/** From a change to its sync (ms). */
const LATENCY = { least: 5, most: 50 };
/** After a write that failed (ms). */
const RETRY_MS = 1000;
/** As many pods as one sync creates or deletes. */
const BURST = 250;

/**
 * Runs DaemonSets as kube-controller-manager does: a pod on each node that takes it, OnDelete, rolling updates within `maxUnavailable`,
 * revisions and status. `maxSurge` is not built: it counts as 0.
 */
export function startDaemonSetController(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const events = new EventRecorder(client, 'daemonset-controller', ports);
  const writer = new PodWriter(client, state, events);
  const revisions = new Revisions(client, state);
  const podsByNode = state.pods.index((pod) => {
    const controller = controllerOf(pod);
    return controller?.kind === 'DaemonSet' ? [`${controller.uid}/${nodeOfDaemonPod(pod)}`] : [];
  });
  /** By UID. */
  const views = new Map<string, DaemonView>();
  const backoff = new FailedPodBackoff();
  const worker = new Worker({ setTimer, delayMs: () => between(random, LATENCY.least, LATENCY.most), handle: sync });
  const later = new DelayedKeys(ports, (key) => worker.add(key));

  function onDaemonSet({ type, object }: Change): void {
    if (type === 'DELETED') views.delete(object.metadata.uid ?? '');
    else worker.add(keyOf(object));
  }

  function onPod({ object: pod }: Change): void {
    const controller = controllerOf(pod);
    if (controller?.kind !== 'DaemonSet') return;
    views.get(controller.uid)?.touch(nodeOfDaemonPod(pod));
    worker.add(`${pod.metadata.namespace ?? ''}/${controller.name}`);
  }

  function onNode({ type, object, previous }: Change): void {
    if (type === 'MODIFIED' && previous !== undefined && placementOf(object) === placementOf(previous)) return;
    for (const daemonSet of state.daemonSets.list()) {
      views.get(daemonSet.metadata.uid ?? '')?.touch(object.metadata.name ?? '');
      worker.add(keyOf(daemonSet));
    }
  }

  function sync(key: string): void {
    const daemonSet = state.daemonSets.get(key);
    if (daemonSet === undefined || isDeleting(daemonSet)) return;
    const { uid = '', generation = 0 } = daemonSet.metadata;
    const hash = revisions.current(daemonSet);
    if (hash === undefined) {
      later.add(key, RETRY_MS);
      return;
    }
    const view = views.get(uid) ?? new DaemonView(state, podsByNode);
    views.set(uid, view);
    const refresh = (): void => {
      const againMs = view.refresh(daemonSet, { generation, hash }, now());
      if (againMs !== undefined) later.add(key, againMs);
    };
    refresh();
    if (!manage(daemonSet, view, hash)) roll(daemonSet, view);
    revisions.trim(daemonSet, hash);
    refresh();
    writeStatus(daemonSet, view);
  }

  /** Creates missing pods and deletes those that must not be; false when there was nothing to do. */
  function manage(daemonSet: KubeObject, view: DaemonView, hash: string): boolean {
    const key = keyOf(daemonSet);
    const surplus = view.surplus().filter((pod) => mayDelete(daemonSet, pod));
    const needing = view.needing();
    for (const pod of surplus.slice(0, BURST)) if (!writer.delete(daemonSet, pod)) later.add(key, RETRY_MS);
    for (const node of needing.slice(0, BURST)) {
      if (create(daemonSet, view, { node, hash })) continue;
      // The others would be refused as well.
      later.add(key, RETRY_MS);
      break;
    }
    return surplus.length + needing.length > 0;
  }

  function mayDelete(daemonSet: KubeObject, pod: KubeObject): boolean {
    const phase = phaseOf(pod);
    if (phase !== 'Failed' && phase !== 'Succeeded') return true;
    const node = nodeOfDaemonPod(pod);
    if (phase === 'Failed') {
      const waitMs = backoff.next(`${daemonSet.metadata.uid ?? ''}/${node}`, now());
      if (waitMs > 0) {
        later.add(keyOf(daemonSet), waitMs);
        return false;
      }
    }
    const what = `${phase.toLowerCase()} daemon pod ${keyOf(pod)} on node ${node}`;
    const text = {
      reason: `${phase}DaemonPod`,
      message: `Found ${what}, will try to ${phase === 'Failed' ? 'kill' : 'delete'} it`,
    };
    events.record(daemonSet, phase === 'Failed' ? { ...text, type: 'Warning' } : text);
    return true;
  }

  function create(daemonSet: KubeObject, view: DaemonView, { node, hash }: { node: string; hash: string }): boolean {
    const generation = daemonSet.metadata.annotations?.['deprecated.daemonset.template.generation'];
    const labels = {
      [REVISION_HASH]: hash,
      ...(generation === undefined ? {} : { 'pod-template-generation': generation }),
    };
    const spec = daemonPodSpec(daemonSet, node, view.tolerations);
    return writer.create(daemonSet, { template: asObject(specOf(daemonSet)['template']), labels, spec }).ok;
  }

  /** Deletes pods of older templates, as far as the update strategy allows. */
  function roll(daemonSet: KubeObject, view: DaemonView): void {
    const strategy = asObject(specOf(daemonSet)['updateStrategy']);
    if (asText(strategy['type']) !== 'RollingUpdate') return;
    const outdated = view.outdated();
    if (outdated.length === 0) return;
    const { desired, down } = view.tally;
    const limit = Math.max(1, scaled(asObject(strategy['rollingUpdate'])['maxUnavailable'], desired));
    const broken = outdated.filter(({ available }) => !available);
    const working = outdated.filter(({ available }) => available).slice(0, Math.max(0, limit - down));
    for (const { pod } of [...broken, ...working].slice(0, BURST)) writer.delete(daemonSet, pod);
  }

  function writeStatus(daemonSet: KubeObject, { tally }: DaemonView): void {
    const { desired, current, misscheduled, ready, available, updated } = tally;
    const before = statusOf(daemonSet);
    const numbers = {
      ...positive({
        observedGeneration: daemonSet.metadata.generation ?? 0,
        updatedNumberScheduled: updated,
        numberAvailable: available,
        numberUnavailable: desired - available,
      }),
      currentNumberScheduled: current,
      numberMisscheduled: misscheduled,
      desiredNumberScheduled: desired,
      numberReady: ready,
    };
    if (NUMBERS.every((key) => asNumber(before[key]) === asNumber(numbers[key]))) return;
    const { collisionCount, conditions } = before;
    const kept = {
      ...(collisionCount === undefined ? {} : { collisionCount }),
      ...(conditions === undefined ? {} : { conditions }),
    };
    const written = client.replace(state.daemonSets.pathOf(daemonSet, 'status'), {
      ...daemonSet,
      status: { ...numbers, ...kept },
    });
    if (!written.ok) later.add(keyOf(daemonSet), RETRY_MS);
  }

  const stops = [state.nodes.onChange(onNode), state.pods.onChange(onPod), state.daemonSets.onChange(onDaemonSet)];
  return () => {
    for (const stop of stops) stop();
    later.stop();
    worker.stop();
  };
}

const NUMBERS = [
  'observedGeneration',
  'updatedNumberScheduled',
  'numberAvailable',
  'numberUnavailable',
  'currentNumberScheduled',
  'numberMisscheduled',
  'desiredNumberScheduled',
  'numberReady',
] as const;

type Numbers = Readonly<Partial<Record<(typeof NUMBERS)[number], number>>>;

// Go leaves out zeros of these.
function positive(numbers: Numbers): Numbers {
  return Object.fromEntries(Object.entries(numbers).filter(([, value]) => value > 0));
}
