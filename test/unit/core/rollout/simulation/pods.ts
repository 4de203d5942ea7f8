import type { PodFact } from '../../../../../src/core/facts.ts';
import { aPod } from '../support/facts.ts';
import type { World } from './world.ts';

/** How long a Pod takes to end (ms). */
const GRACE_MS = 3000;
/** How often a kubelet that is away is looked for (ms). */
const AWAY_MS = 10_000;

/** Begins the end of a Pod: it goes once the kubelet of its node has seen to it, or its node is gone. */
export function endPod(world: World, uid: string): void {
  const pod = world.pods.get(uid);
  if (pod === undefined || pod.deleting) return;
  world.setPod(uid, { deleting: true, endsBy: world.now + GRACE_MS });
  world.time.after(GRACE_MS, () => finishEnd(world, uid));
}

function finishEnd(world: World, uid: string): void {
  const pod = world.pods.get(uid);
  if (pod === undefined) return;
  if (world.nodes.has(pod.node) && !world.isAlive(pod.node)) {
    world.time.after(AWAY_MS, () => finishEnd(world, uid));
    return;
  }
  world.pods.delete(uid);
  world.budgets.delete(uid);
  world.touch();
}

/** A Pod of an application, made by a ReplicaSet. */
export function addApplicationPod(world: World, node: string, changes: Partial<PodFact> = {}): PodFact {
  const uid = world.fresh('pod');
  const pod = aPod(uid, node, { uid, createdTime: world.now, ...changes });
  world.pods.set(uid, pod);
  return pod;
}
