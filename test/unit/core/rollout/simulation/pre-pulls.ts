import { ANNOTATIONS, COMPONENTS, LABELS } from '../../../../../src/api/names.ts';
import type { PodFact } from '../../../../../src/core/facts.ts';
import type { Command, Manifest } from '../../../../../src/core/rollout/model/command.ts';
import { metadataOf, type Answer } from './apply.ts';
import { must } from './must.ts';
import type { Memory } from './observe.ts';
import { pendingPod } from './pending-pod.ts';
import { endPod } from './pods.ts';
import { Random } from './random.ts';
import { whyNotNow } from './timing-rules.ts';
import type { World } from './world.ts';

/** On so many nodes images may be pulled at once. */
const MOST_AT_ONCE = 50;

/** Whether a Pod pulls images ahead. */
export function isPullPod({ labels }: PodFact): boolean {
  return labels[LABELS.component] === COMPONENTS.prePull;
}

/** Creates a Pod that pulls. Now and then the API server does not want it, or its image is nowhere. */
export function createPullPod(world: World, memory: Memory, manifest: Manifest): Answer {
  const { name } = metadataOf(manifest);
  if ([...world.pods.values()].some((pod) => pod.name === name)) return 'Nothing';
  // Its own, so that a seed means the same whether images are pulled ahead or not.
  const random = new Random(Number.parseInt(name.slice(-6), 16));
  if (random.chance(0.02)) {
    memory.jobRefusals.set(name, 'exceeded quota');
    return 'Nothing';
  }
  const pod = pendingPod(manifest, { uid: world.fresh('pull'), controllerKind: 'UpgradePlan', now: world.now });
  world.pods.set(pod.uid, pod);
  const end = random.weighted<Partial<PodFact> | undefined>([
    [{ phase: 'Failed', terminated: { exitCode: 128, reason: 'StartError', message: 'no such file or directory' } }, 8],
    [{ waiting: 'ImagePullBackOff: Back-off pulling image "os:v2"' }, 1],
    // The node is full, or its kubelet is away.
    [undefined, 1],
  ]);
  if (end !== undefined) world.time.after(random.between(1, 60) * 1000, () => world.setPod(pod.uid, end));
  world.touch();
  return 'Applied';
}

/** Removes the Pods of a wave. */
export function deletePullPods(world: World, wave: string): Answer {
  const pods = [...world.pods.values()].filter((pod) => pod.labels[LABELS.prePull] === wave && !pod.deleting);
  for (const pod of pods) endPod(world, pod.uid);
  return pods.length === 0 ? 'Nothing' : 'Applied';
}

/** Pulling ahead is for a rollout that goes on: never while nothing may start, never everywhere at once, never on a node in its turn. */
export function checkPull(world: World, { pod }: Extract<Command, { kind: 'CreatePullPod' }>): void {
  const name = metadataOf(pod).annotations?.[ANNOTATIONS.node] ?? '';
  const { plan } = world;
  const off = plan?.metadata.deletionTimestamp !== undefined || plan?.spec.paused === true || plan?.spec.prePull === 'None';
  must(!off, 6, () => `images are pulled on ${name} although the plan is paused or deleted, or says not to`);
  const why = whyNotNow(world);
  must(why === undefined, 6, () => `images are pulled on ${name} although ${why ?? ''}`);
  must(world.nodes.get(name)?.claim === undefined, 4, () => `images are pulled ahead on ${name}, which is in a turn`);
  const busy = new Set([...world.pods.values()].filter((each) => isPullPod(each) && !each.deleting).map((each) => each.node));
  must(busy.size <= MOST_AT_ONCE, 2, () => `images are pulled on ${busy.size} nodes at once`);
}

/** What pulled ahead goes with what it was for. */
export function checkNothingPulls(world: World): void {
  const left = [...world.pods.values()].find((pod) => isPullPod(pod) && !pod.deleting);
  const over = world.plan === undefined || ['Succeeded', 'Failed', 'Aborted'].includes(world.plan.status?.summary ?? '');
  if (over && left !== undefined) throw new Error(`${left.name} pulls images on ${left.node} for a rollout that is over`);
}
