import { asNumber, asObject, type Json } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import { EventRecorder } from '../state/event-recorder.ts';
import { scaled } from '../state/int-or-percent.ts';
import type { Change } from '../state/object-cache.ts';
import {
  conditionOf,
  conditionsOf,
  controllerOf,
  hasCondition,
  hasEnded,
  instantOf,
  isDeleting,
  specOf,
  statusOf,
  timestamp,
  withCondition,
} from '../state/objects.ts';
import { Worker } from '../worker.ts';
import { BudgetMembers } from './budget-members.ts';

/** From a change to the status of the budget (ms). */
const LATENCY = { least: 5, most: 60 };
/** An evicted pod has to be deleted within this time (ms), or it counts again. */
const DELETION_MS = 120_000;
/** After a write that failed (ms). */
const RETRY_MS = 1000;

/** How many pods a budget expects, and how many of them have to be healthy. */
interface Expected {
  readonly pods: number;
  readonly healthy: number;
}

/** Keeps the status of PodDisruptionBudgets, which decides whether an eviction is allowed. */
export function startDisruptionController(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const events = new EventRecorder(client, 'controllermanager', ports);
  const members = new BudgetMembers(state);
  const delayMs = (): number => between(random, LATENCY.least, LATENCY.most);
  const worker = new Worker({ setTimer, delayMs, handle: sync });
  const later = new DelayedKeys(ports, (key) => worker.add(key));
  const stale = new DelayedKeys(ports, clearStale);

  function onBudget(change: Change): void {
    members.updateBudget(change);
    if (change.type !== 'DELETED') worker.add(keyOf(change.object));
  }

  function onPod(change: Change): void {
    for (const budget of members.updatePod(change)) worker.add(budget);
    const { type, object: pod } = change;
    if (type !== 'DELETED' && isStale(pod)) stale.add(keyOf(pod), DELETION_MS);
  }

  function onController({ type, object, previous }: Change): void {
    if (type === 'MODIFIED' && previous !== undefined && specOf(previous)['replicas'] === specOf(object)['replicas']) return;
    for (const budget of members.budgetsIn(object.metadata.namespace ?? '')) worker.add(budget);
  }

  function sync(key: string): void {
    const budget = state.budgets.get(key);
    if (budget === undefined) return;
    const pods = members.podsOf(key);
    if (pods.length === 0) events.record(budget, { reason: 'NoPods', message: 'No matching pods found' });
    const expected = expectedPods(budget, pods);
    if (typeof expected === 'string') {
      const message = `Failed to calculate the number of expected pods: ${expected}`;
      events.record(budget, { type: 'Warning', reason: 'CalculateExpectedPodCountFailed', message });
      failSafe(budget, expected);
      return;
    }
    const disrupted = disruptedPods(budget, pods);
    const healthy = pods.filter((pod) => !isDeleting(pod) && !(nameOf(pod) in disrupted) && hasCondition(pod, 'Ready')).length;
    const spare = healthy - expected.healthy;
    write(budget, {
      ...(Object.keys(disrupted).length === 0 ? {} : { disruptedPods: disrupted }),
      currentHealthy: healthy,
      desiredHealthy: expected.healthy,
      expectedPods: expected.pods,
      disruptionsAllowed: expected.pods <= 0 ? 0 : Math.max(0, spare),
      observedGeneration: budget.metadata.generation ?? 0,
    });
    const times = Object.values(disrupted).map((time) => (instantOf(time) ?? 0) + DELETION_MS - now());
    if (times.length > 0) later.add(key, Math.max(0, Math.min(...times)) + 1);
  }

  /** The numbers that a budget requires, or why they cannot be computed. */
  function expectedPods(budget: KubeObject, pods: readonly KubeObject[]): Expected | string {
    const { maxUnavailable, minAvailable } = specOf(budget);
    if (maxUnavailable === undefined && typeof minAvailable === 'number') return { pods: pods.length, healthy: minAvailable };
    if (maxUnavailable === undefined && minAvailable === undefined) return { pods: 0, healthy: 0 };
    const scale = scaleOf(pods);
    if (typeof scale === 'string') return scale;
    if (maxUnavailable === undefined) return { pods: scale, healthy: scaled(minAvailable, scale) };
    return { pods: scale, healthy: Math.max(0, scale - scaled(maxUnavailable, scale)) };
  }

  /** How many pods the controllers of these pods want together. */
  function scaleOf(pods: readonly KubeObject[]): number | string {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const controller = controllerOf(pod);
      if (controller === undefined) continue;
      const found = scaleOfController(controller, pod.metadata.namespace ?? '');
      if (found === undefined) return `found no controllers for pod "${nameOf(pod)}"`;
      scales.set(found.uid, found.replicas);
    }
    return [...scales.values()].reduce((left, right) => left + right, 0);
  }

  function scaleOfController(
    { kind, name, uid }: { readonly kind: string; readonly name: string; readonly uid: string },
    namespace: string,
  ): { readonly uid: string; readonly replicas: number } | undefined {
    if (kind !== 'ReplicaSet') return undefined;
    const replicaSet = state.replicaSets.get(`${namespace}/${name}`);
    if (replicaSet?.metadata.uid !== uid) return undefined;
    const owner = controllerOf(replicaSet);
    const deployment = owner?.kind === 'Deployment' ? state.deployments.get(`${namespace}/${owner.name}`) : undefined;
    const scaledBy = deployment?.metadata.uid === owner?.uid ? (deployment ?? replicaSet) : replicaSet;
    return { uid: scaledBy.metadata.uid ?? '', replicas: asNumber(specOf(scaledBy)['replicas']) };
  }

  /** Pods that were evicted and are not being deleted yet: they count as gone for two minutes. */
  function disruptedPods(budget: KubeObject, pods: readonly KubeObject[]): Json {
    const marked = asObject(statusOf(budget)['disruptedPods']);
    const still = pods.filter((pod) => !isDeleting(pod) && nameOf(pod) in marked);
    return Object.fromEntries(
      still
        .map((pod) => [nameOf(pod), marked[nameOf(pod)]] as const)
        .filter(([, time]) => (instantOf(time) ?? 0) + DELETION_MS >= now()),
    );
  }

  function write(
    budget: KubeObject,
    numbers: Json & { readonly disruptionsAllowed: number; readonly observedGeneration: number },
  ): void {
    const enough = numbers.disruptionsAllowed > 0;
    const condition = {
      type: 'DisruptionAllowed',
      status: enough ? 'True' : 'False',
      observedGeneration: numbers.observedGeneration,
      reason: enough ? 'SufficientPods' : 'InsufficientPods',
      message: '',
    };
    store(budget, { ...numbers, conditions: withCondition(conditionsOf(budget), condition, now()) });
  }

  function failSafe(budget: KubeObject, message: string): void {
    const { observedGeneration } = statusOf(budget);
    const condition = {
      type: 'DisruptionAllowed',
      status: 'False',
      ...(observedGeneration === undefined ? {} : { observedGeneration }),
      reason: 'SyncFailed',
      message,
    };
    store(budget, {
      ...statusOf(budget),
      disruptionsAllowed: 0,
      conditions: withCondition(conditionsOf(budget), condition, now()),
    });
  }

  function store(budget: KubeObject, status: Json): void {
    const written = client.replace(state.budgets.pathOf(budget, 'status'), { ...budget, status });
    if (!written.ok && written.code !== 404) later.add(keyOf(budget), RETRY_MS);
  }

  /** Removes the mark of a pod that was about to be deleted and was not. */
  function clearStale(key: string): void {
    const pod = state.pods.get(key);
    if (pod === undefined || !isStale(pod)) return;
    const since = instantOf(conditionOf(pod, 'DisruptionTarget')?.['lastTransitionTime']) ?? 0;
    if (now() < since + DELETION_MS) {
      stale.add(key, since + DELETION_MS - now());
      return;
    }
    const condition = { type: 'DisruptionTarget', status: 'False', lastProbeTime: null, lastTransitionTime: timestamp(now()) };
    const status = { ...statusOf(pod), conditions: withCondition(conditionsOf(pod), condition, now()) };
    client.replace(state.pods.pathOf(pod, 'status'), { ...pod, status });
  }

  const stops = [
    state.budgets.onChange(onBudget),
    state.pods.onChange(onPod),
    state.replicaSets.onChange(onController),
    state.deployments.onChange(onController),
  ];
  return () => {
    for (const stop of stops) stop();
    later.stop();
    stale.stop();
    worker.stop();
  };
}

function nameOf({ metadata }: KubeObject): string {
  return metadata.name ?? '';
}

function isStale(pod: KubeObject): boolean {
  if (isDeleting(pod) || hasEnded(pod)) return false;
  const condition = conditionOf(pod, 'DisruptionTarget');
  return condition?.['status'] === 'True' && condition['reason'] !== 'TerminationByKubelet';
}
