import { asText, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { EventRecorder } from '../state/event-recorder.ts';
import type { Change } from '../state/object-cache.ts';
import { conditionOf, conditionsOf, specOf, statusOf, timestamp } from '../state/objects.ts';
import { Worker } from '../worker.ts';
import { EvictionQueues } from './eviction-queues.ts';
import { Heartbeats } from './heartbeats.ts';
import { evictionKey, evicts, NOT_READY, scheduleTaints, UNREACHABLE, withEviction } from './node-taints.ts';
import { zoneOf, Zones } from './zones.ts';

/** From a change of a node to its taints of NoSchedule (ms). */
const LATENCY = { least: 5, most: 50 };
/** How often nodes are looked at (ms). */
const PERIOD_MS = 5000;
/** For how long a node may be silent, and one that has never said anything (ms). Since Kubernetes 1.32 the first is 50 s. */
const GRACE = { known: 50_000, fresh: 60_000 };
const LEASES = 'kube-node-lease';
const FROM_KUBELET = ['Ready', 'MemoryPressure', 'DiskPressure', 'PIDPressure'];

/**
 * Watches over nodes as kube-controller-manager does: a node whose Lease and status were not updated for 50 s is no longer
 * Ready, and its pods are not either; nodes that are not Ready, under pressure, or cordoned are tainted. Taints of NoExecute come slowly,
 * zone by zone, and not at all when no node is Ready.
 */
export function startNodeLifecycle(client: ClusterClient, ports: ControllerPorts): () => void {
  const { state, now, random, setTimer } = ports;
  const events = new EventRecorder(client, 'node-controller', ports);
  const zones = new Zones();
  const known = new Heartbeats();
  const fresh = new Heartbeats();
  /** Nodes whose taints of NoExecute are looked at with the next tick. */
  const changed = new Set<string>();
  const registered = new Map<string, KubeObject>();
  let allDown = false;
  const queues = new EvictionQueues({ now, setTimer, rateOf: (zone) => (allDown ? 0 : zones.rateOf(zone)), taint });
  const worker = new Worker({
    setTimer,
    delayMs: () => between(random, LATENCY.least, LATENCY.most),
    handle: taintForScheduling,
  });

  function onNode({ type, object: node, previous }: Change): void {
    const name = node.metadata.name ?? '';
    zones.update(name, type === 'DELETED' ? undefined : node);
    changed.add(name);
    if (type === 'DELETED') {
      known.forget(name);
      fresh.forget(name);
      queues.remove(name);
      return;
    }
    const heartbeat = conditionOf(node, 'Ready')?.['lastHeartbeatTime'];
    const before = previous && conditionOf(previous, 'Ready')?.['lastHeartbeatTime'];
    if (heartbeat === undefined) {
      if (!fresh.has(name)) fresh.hear(name, now());
    } else if (heartbeat !== before) {
      fresh.forget(name);
      known.hear(name, now());
    }
    worker.add(name);
  }

  function onLease({ type, object: lease, previous }: Change): void {
    const { namespace, name = '' } = lease.metadata;
    if (namespace !== LEASES || type === 'DELETED') return;
    if (previous !== undefined && specOf(previous)['renewTime'] === specOf(lease)['renewTime']) return;
    if (known.has(name)) known.hear(name, now());
    if (fresh.has(name)) fresh.hear(name, now());
  }

  function taintForScheduling(name: string): void {
    const node = state.nodes.get(name);
    const taints = node && scheduleTaints(node, timestamp(now()));
    if (taints !== undefined) setTaints(name, taints);
  }

  function setTaints(name: string, taints: readonly Json[]): boolean {
    return client.mergePatch(`/api/v1/nodes/${name}`, { spec: { taints: taints.length === 0 ? null : taints } }).ok;
  }

  function tick(): void {
    for (const name of known.silent(now(), GRACE.known)) {
      const renewed = ports.lastRenewal?.(name) ?? -Infinity;
      if (now() - renewed <= GRACE.known) known.hear(name, renewed);
      else if (giveUp(name)) known.forget(name);
    }
    for (const name of fresh.silent(now(), GRACE.fresh)) if (giveUp(name)) fresh.forget(name);
    for (const name of [...changed]) {
      changed.delete(name);
      look(name);
    }
    watchZones();
    cancel = setTimer(PERIOD_MS, tick);
  }

  /** Writes that nothing is known of a node; false when that failed. */
  function giveUp(name: string): boolean {
    const node = state.nodes.get(name);
    if (node === undefined) return true;
    const wasReady = conditionOf(node, 'Ready')?.['status'] === 'True';
    const conditions = FROM_KUBELET.reduce((list, type) => unknown(list, type, node), conditionsOf(node));
    const status = { ...statusOf(node), conditions };
    if (!client.replace(state.nodes.pathOf(node, 'status'), { ...node, status }).ok) return false;
    if (!wasReady) return true;
    events.record(aboutNode(node), { reason: 'NodeNotReady', message: `Node ${name} status is now: NodeNotReady` });
    for (const pod of state.podsByNode.get(name)) markNotReady(pod);
    return true;
  }

  function unknown(conditions: readonly Json[], type: string, node: KubeObject): readonly Json[] {
    const index = conditions.findIndex((condition) => condition['type'] === type);
    const before = conditions[index];
    const lastTransitionTime = timestamp(now());
    if (before === undefined) {
      const why = { reason: 'NodeStatusNeverUpdated', message: 'Kubelet never posted node status.' };
      const lastHeartbeatTime = node.metadata.creationTimestamp;
      return [...conditions, { type, status: 'Unknown', lastHeartbeatTime, lastTransitionTime, ...why }];
    }
    if (before['status'] === 'Unknown') return conditions;
    const why = { reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.' };
    return conditions.with(index, { ...before, status: 'Unknown', lastTransitionTime, ...why });
  }

  function markNotReady(pod: KubeObject): void {
    const conditions = conditionsOf(pod);
    const index = conditions.findIndex(({ type }) => type === 'Ready');
    const before = conditions[index];
    if (before === undefined || before['status'] === 'False') return;
    const condition = { ...before, status: 'False', lastTransitionTime: timestamp(now()) };
    const status = { ...statusOf(pod), conditions: conditions.with(index, condition) };
    client.replace(state.pods.pathOf(pod, 'status'), { ...pod, status });
    events.record(pod, { type: 'Warning', reason: 'NodeNotReady', message: 'Node is not ready' });
  }

  /** Looks at a node that has changed: queues it for a taint of NoExecute, swaps or removes one. */
  function look(name: string): void {
    const node = state.nodes.get(name);
    register(name, node);
    if (node === undefined || conditionOf(node, 'Ready') === undefined) return;
    const wanted = evictionKey(node);
    if (wanted === undefined) {
      queues.remove(name);
      if (evicts(node, NOT_READY) || evicts(node, UNREACHABLE)) setTaints(name, withEviction(node, undefined, timestamp(now())));
    } else if (evicts(node, wanted)) queues.remove(name);
    else if (evicts(node, wanted === NOT_READY ? UNREACHABLE : NOT_READY)) taint(name);
    else queues.add(zoneOf(node), name);
  }

  function register(name: string, node: KubeObject | undefined): void {
    const before = registered.get(name);
    if (before?.metadata.uid === node?.metadata.uid) return;
    if (before !== undefined && node === undefined) {
      registered.delete(name);
      const message = `Node ${name} event: Removing Node ${name} from Controller`;
      events.record(aboutNode(before), { reason: 'RemovingNode', message });
    }
    if (node !== undefined) {
      registered.set(name, node);
      const message = `Node ${name} event: Registered Node ${name} in Controller`;
      events.record(aboutNode(node), { reason: 'RegisteredNode', message });
    }
  }

  function taint(name: string): void {
    const node = state.nodes.get(name);
    const wanted = node && evictionKey(node);
    if (node === undefined || wanted === undefined || evicts(node, wanted)) return;
    if (!setTaints(name, withEviction(node, wanted, timestamp(now())))) changed.add(name);
  }

  function watchZones(): void {
    const were = allDown;
    allDown = zones.allDown();
    if (allDown && !were) {
      for (const node of state.nodes.list()) {
        if (!evicts(node, NOT_READY) && !evicts(node, UNREACHABLE)) continue;
        setTaints(asText(node.metadata.name), withEviction(node, undefined, timestamp(now())));
      }
    } else if (were && !allDown) {
      known.restart(now());
      fresh.restart(now());
      for (const { metadata } of state.nodes.list()) changed.add(metadata.name ?? '');
    }
    queues.reset();
  }

  const stops = [state.nodes.onChange(onNode), state.leases.onChange(onLease)];
  let cancel = setTimer(PERIOD_MS, tick);
  return () => {
    for (const stop of stops) stop();
    cancel();
    queues.stop();
    worker.stop();
  };
}

// kube-controller-manager leaves out the version of the node.
function aboutNode({ apiVersion = 'v1', kind = 'Node', metadata: { name = '', uid = '' } }: KubeObject): KubeObject {
  return { apiVersion, kind, metadata: { name, uid } };
}
