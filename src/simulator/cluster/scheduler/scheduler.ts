import { asText, type Json } from '../../../core/json.ts';
import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { pinnedNames } from '../scheduling/node-affinity.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { DelayedKeys } from '../state/delayed-keys.ts';
import type { Change } from '../state/object-cache.ts';
import { conditionOf, conditionsOf, hasEnded, isDeleting, specOf, statusOf, withCondition } from '../state/objects.ts';
import { Worker } from '../worker.ts';
import { examine, type Verdict } from './filters.ts';
import { fitError } from './fit-error.ts';
import { NodeUsage } from './node-usage.ts';
import { SchedulerEvents } from './scheduler-events.ts';
import { WaitingPods } from './waiting-pods.ts';

const NAME = 'default-scheduler';
/** From a pod's creation to its binding (ms), as on an idle cluster. */
const LATENCY = { least: 3, most: 20 };
/** Like kube-scheduler, looks at all nodes of a small cluster, and stops when it has this many to choose from. */
const ENOUGH = 100;
/** After a binding that failed (ms). */
const RETRY_MS = 1000;

/**
 * Binds pods to nodes as kube-scheduler does: nodeSelector, required node affinity, taints, cordons, requests of CPU and memory, the
 * number of pods, and required anti-affinity on a host. Preemption, volumes, ports, affinity to pods and topology spread are not built.
 */
export function startScheduler(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const usages = new Map<string, NodeUsage>();
  const waiting = new WaitingPods();
  const events = new SchedulerEvents(client, ports);
  /** Where the next search begins, so that all nodes get their turn. */
  let start = 0;

  const worker = new Worker({ setTimer, delayMs: () => between(random, LATENCY.least, LATENCY.most), handle: schedule });

  const retries = new DelayedKeys(ports, (key) => worker.add(key));

  function retry(keys: readonly string[]): void {
    for (const key of keys) retries.add(key, waiting.backoffMs(key, now()));
  }

  function onNode({ type, object, previous }: Change): void {
    const name = object.metadata.name ?? '';
    if (type === 'DELETED') {
      usages.delete(name);
      return;
    }
    const before = usages.get(name);
    if (before !== undefined && previous !== undefined && !isRelevant(object, previous)) return;
    const usage = new NodeUsage(object, before);
    if (before === undefined) {
      for (const pod of state.podsByNode.get(name)) if (!hasEnded(pod)) usage.add(pod);
    }
    usages.set(name, usage);
    retry(waiting.concernedBy(name));
  }

  function onPod({ type, object: pod, previous }: Change): void {
    const key = keyOf(pod);
    const node = asText(specOf(pod)['nodeName']);
    const gone = type === 'DELETED' || hasEnded(pod);
    if (gone || isDeleting(pod)) waiting.forget(key);
    if (node !== '') {
      waiting.forget(key);
      const usage = usages.get(node);
      if (!gone) usage?.add(pod);
      else if (usage?.remove(key) === true) retry(waiting.concernedBy(node));
    } else if (!gone && (!waiting.has(key) || (previous !== undefined && wants(pod) !== wants(previous)))) worker.add(key);
  }

  function schedule(key: string): void {
    const pod = state.pods.get(key);
    if (pod === undefined || isDeleting(pod) || hasEnded(pod)) return;
    const spec = specOf(pod);
    if (asText(spec['nodeName']) !== '' || spec['schedulerName'] !== NAME) return;
    const names = pinnedNames(spec);
    const { feasible, verdicts } = names === undefined ? search(pod) : examineNamed(pod, names);
    const best = choose(pod, feasible);
    if (best === undefined) reject(pod, names, verdicts);
    else bind(pod, best);
  }

  function examineNamed(pod: KubeObject, names: readonly string[]): Found {
    const found: Found = { feasible: [], verdicts: [] };
    for (const name of names) collect(pod, usages.get(name), found);
    return found;
  }

  function search(pod: KubeObject): Found {
    const all = [...usages.values()];
    const found: Found = { feasible: [], verdicts: [] };
    for (let step = 0; step < all.length && found.feasible.length < ENOUGH; step += 1) {
      collect(pod, all[(start + step) % all.length], found);
    }
    start = all.length === 0 ? 0 : (start + found.feasible.length + found.verdicts.length) % all.length;
    return found;
  }

  // Pods of one controller spread; among equal nodes, kube-scheduler draws lots as well.
  function choose(pod: KubeObject, feasible: readonly NodeUsage[]): NodeUsage | undefined {
    if (feasible.length < 2) return feasible[0];
    const rated = feasible.map((usage) => ({ usage, score: usage.siblings(pod) * 10 + load(usage), lot: random() }));
    return rated.reduce((left, right) => (isBetter(right, left) ? right : left)).usage;
  }

  function bind(pod: KubeObject, { node }: NodeUsage): void {
    const { name, namespace } = pod.metadata;
    const target = { apiVersion: 'v1', kind: 'Node', name: node.metadata.name };
    const bound = client.create(state.pods.pathOf(pod, 'binding'), {
      apiVersion: 'v1',
      kind: 'Binding',
      metadata: { name, namespace, uid: pod.metadata.uid },
      target,
    });
    if (bound.ok) events.scheduled(pod, target.name ?? '');
    else retries.add(keyOf(pod), RETRY_MS);
  }

  function reject(pod: KubeObject, names: readonly string[] | undefined, verdicts: readonly Verdict[]): void {
    const message = fitError({ nodes: usages.size, verdicts });
    waiting.add(keyOf(pod), names, now());
    events.failed(pod, message);
    const known = conditionOf(pod, 'PodScheduled');
    if (known?.['message'] === message && known['status'] === 'False') return;
    const condition = { type: 'PodScheduled', status: 'False', lastProbeTime: null, reason: 'Unschedulable', message };
    const conditions = withCondition(conditionsOf(pod), condition, now());
    client.replace(state.pods.pathOf(pod, 'status'), { ...pod, status: { ...statusOf(pod), conditions } });
  }

  const stops = [state.nodes.onChange(onNode), state.pods.onChange(onPod)];
  return () => {
    for (const stop of stops) stop();
    retries.stop();
    worker.stop();
  };
}

interface Found {
  readonly feasible: NodeUsage[];
  readonly verdicts: Verdict[];
}

function collect(pod: KubeObject, usage: NodeUsage | undefined, { feasible, verdicts }: Found): void {
  if (usage === undefined) return;
  const verdict = examine(pod, usage);
  if (verdict.reasons.length === 0) feasible.push(usage);
  else verdicts.push(verdict);
}

function load({ used, capacity }: NodeUsage): number {
  return used.cpu / (capacity.cpu || 1) + used.memory / (capacity.memory || 1);
}

interface Rated {
  readonly score: number;
  readonly lot: number;
}

function isBetter(left: Rated, right: Rated): boolean {
  return left.score < right.score || (left.score === right.score && left.lot < right.lot);
}

/** What decides where a pod may go; of a pod without a node, people can change labels and add tolerations. */
function wants(pod: KubeObject): string {
  return JSON.stringify([specOf(pod), pod.metadata.labels]);
}

/** Whether a change of a node can matter to the scheduler. Heartbeats do not. */
function isRelevant(node: KubeObject, previous: KubeObject): boolean {
  return fingerprint(node) !== fingerprint(previous);
}

function fingerprint(node: KubeObject): string {
  const parts: readonly Json[] = [specOf(node), { labels: node.metadata.labels, allocatable: statusOf(node)['allocatable'] }];
  return JSON.stringify(parts);
}
