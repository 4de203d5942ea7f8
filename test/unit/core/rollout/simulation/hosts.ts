import type { NodeFact } from '../../../../../src/core/facts.ts';
import { LABELS } from '../../../../../src/api/names.ts';
import { joinDaemonSet } from './daemon-sets.ts';
import { endPod } from './pods.ts';
import type { World } from './world.ts';

/** How long it takes until a silent kubelet makes its Node NotReady (ms). */
const NOTICE_MS = 8000;
/** How long a NotReady Node keeps Pods that tolerate it (ms). */
const EVICTION_MS = 300_000;

/** Adds a Node with its host. */
export function addNode(world: World, node: NodeFact, changes: { readonly cordonedByAdmin?: boolean } = {}): void {
  const cordonedByAdmin = changes.cordonedByAdmin ?? false;
  world.nodes.set(node.name, { ...node, createdTime: world.now, unschedulable: cordonedByAdmin });
  world.hosts.set(node.name, { alive: true, cordonedByAdmin, version: undefined, kept: node.kept });
  joinDaemonSet(world, node.name);
  world.touch();
}

/** Takes a Node away, as `kubectl delete node` and autoscalers do: its Pods go, and Jobs that ran there fail. */
export function removeNode(world: World, name: string): void {
  world.say(() => `${name} is deleted`);
  world.nodes.delete(name);
  world.hosts.delete(name);
  for (const pod of [...world.pods.values()]) if (pod.node === name) world.pods.delete(pod.uid);
  for (const job of [...world.jobs.values()]) {
    if (job.node !== name || (job.outcome !== 'Active' && job.outcome !== 'Failing')) continue;
    const reason = job.outcome === 'Failing' ? job.reason : 'BackoffLimitExceeded';
    world.setJob(job.name, { outcome: 'Failed', reason, failedTime: world.now });
  }
  world.touch();
}

/** The host goes silent, for so many milliseconds or for good. `returned` is what differs when it is back. */
export function goDown(world: World, name: string, awayMs: number | undefined, returned: Partial<NodeFact> = {}): void {
  const host = world.hosts.get(name);
  if (host?.alive !== true) return;
  host.alive = false;
  const since = world.now;
  world.time.after(NOTICE_MS, () => {
    if (world.hosts.get(name) !== host || host.alive) return;
    world.say(() => `${name} is NotReady`);
    world.setNode(name, { ready: false });
  });
  world.time.after(NOTICE_MS + EVICTION_MS, () => {
    if (world.hosts.get(name) !== host || host.alive || world.now - since < EVICTION_MS) return;
    for (const pod of [...world.pods.values()])
      if (pod.node === name && pod.labels[LABELS.leaseUid] !== undefined) endPod(world, pod.uid);
  });
  if (awayMs !== undefined) {
    world.time.after(awayMs, () => {
      if (world.hosts.get(name) !== host) return;
      host.alive = true;
      world.say(() => `${name} is back`);
      world.setNode(name, { ready: true, ...returned });
    });
  }
}

/** How a host reboots. */
export interface Reboot {
  /** For how long it is away; undefined: for good. */
  readonly awayMs: number | undefined;
  /** The Pods that ran there have ended before. */
  readonly orderly: boolean;
  /** The kernel that it comes back with; undefined: the one that it had. */
  readonly kernel?: string | undefined;
}

/** The host reboots: it comes back with another boot ID. */
export function reboot(world: World, name: string, { awayMs, orderly, kernel }: Reboot): void {
  const bootId = world.fresh('boot');
  world.say(() => `${name} reboots`);
  if (orderly) {
    for (const pod of [...world.pods.values()]) {
      if (pod.node === name && pod.labels[LABELS.leaseUid] !== undefined)
        world.setPod(pod.uid, { phase: 'Failed', ready: false });
    }
  }
  const info = world.nodes.get(name)?.info;
  goDown(world, name, awayMs, {
    bootId,
    ...(info === undefined || kernel === undefined ? {} : { info: { ...info, kernelVersion: kernel } }),
  });
}
