import type { UpgradeBatchSpec } from '../../api/generated/upgradebatch.ts';
import { LABELS } from '../../api/names.ts';
import { selects } from '../../core/selector.ts';
import type { Invariant, Scene } from './invariant.ts';
import type { Exchange } from './observation.ts';
import type { StoredNode, StoredPod } from './stored-objects.ts';
import { resourceOf } from './requests.ts';

type Drain = NonNullable<UpgradeBatchSpec['drain']>;

/** A Pod that the operator sends away. */
interface Departure {
  readonly kind: 'Evict' | 'Delete';
  readonly pod: StoredPod;
  readonly node: StoredNode;
  readonly drain: Drain;
}

/** Which Pods leave a node, and how. */
export const DRAIN_INVARIANTS: readonly Invariant[] = [
  { number: 4, name: 'EvictedFromCordonedNode', onExchange: eachDeparture(whyNotCordoned) },
  { number: 6, name: 'EvictedAsPlanned', onExchange: eachDeparture(whyNotWanted) },
  { number: 6, name: 'UnmanagedPodsKept', onExchange: eachDeparture(whyGoneForGood) },
  { number: 6, name: 'DataKept', onExchange: eachDeparture(whyDataIsLost) },
  { number: 6, name: 'BudgetsRespected', onExchange: eachDeparture(whyPastBudget) },
];

function eachDeparture(check: (scene: Scene, departure: Departure) => string | undefined): NonNullable<Invariant['onExchange']> {
  return (scene: Scene, exchange: Exchange) => {
    const departure = departureOf(scene, exchange);
    return departure === undefined ? undefined : check(scene, departure);
  };
}

function departureOf({ observation, ledger }: Scene, { from, request, response }: Exchange): Departure | undefined {
  const { resource, namespace, name, subresource } = resourceOf(request.path);
  if (!from.startsWith('operator') || resource !== 'pods' || response.status >= 300) return undefined;
  const isEviction = request.method === 'POST' && subresource === 'eviction';
  if (!isEviction && request.method !== 'DELETE') return undefined;
  const pod = ledger.pods.get(`${namespace ?? ''}/${name ?? ''}`);
  const node = pod === undefined ? undefined : observation.nodes.get(pod.node);
  const batch = observation.batches.get(node?.turn?.batchUid ?? '');
  const drain = batch?.spec.drain;
  if (pod === undefined || node === undefined || drain === undefined) return undefined;
  // Baton's own Pods, and those that a DaemonSet process replaces, are not part of a drain.
  if (pod.labels[LABELS.managedBy] === 'baton' || pod.controllerKind === 'DaemonSet') return undefined;
  return { kind: isEviction ? 'Evict' : 'Delete', pod, node, drain };
}

function isNamed(rule: Drain['ignore'], { labels }: StoredPod): boolean {
  return rule !== undefined && selects(rule.podSelector, labels);
}

function whyNotCordoned(_scene: Scene, { pod, node }: Departure): string | undefined {
  return node.unschedulable ? undefined : `${pod.name} leaves ${node.name}, which is not cordoned`;
}

function whyNotWanted(_scene: Scene, { pod, node, drain }: Departure): string | undefined {
  const isWanted = drain.mode === 'Auto' && !isNamed(drain.ignore, pod);
  return isWanted ? undefined : `${pod.name} leaves ${node.name}, although the plan keeps it`;
}

function whyGoneForGood(_scene: Scene, { pod, drain }: Departure): string | undefined {
  const returns = pod.controllerKind !== undefined || drain.unmanagedPods === 'Delete';
  return returns ? undefined : `${pod.name} has no controller and is gone for good`;
}

function whyDataIsLost(_scene: Scene, { pod, drain }: Departure): string | undefined {
  return !pod.emptyDir || drain.emptyDirData === 'Delete' ? undefined : `${pod.name} loses the data in its emptyDir volumes`;
}

function whyPastBudget(_scene: Scene, { kind, pod, drain }: Departure): string | undefined {
  return kind === 'Evict' || isNamed(drain.force, pod) ? undefined : `${pod.name} is deleted instead of evicted`;
}
