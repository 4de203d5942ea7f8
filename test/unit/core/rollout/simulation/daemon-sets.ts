import type { UpgradeProcess } from '../../../../../src/api/generated/upgradeplan.ts';
import type { DaemonSetFact, PodFact } from '../../../../../src/core/facts.ts';
import { REVISION_HASH } from '../../../../../src/core/rollout/fleet/daemon-set.ts';
import type { DaemonSets } from '../../../../../src/core/rollout/model/facts.ts';
import { aProcess } from '../support/objects.ts';
import type { Answer } from './apply.ts';
import { addApplicationPod, endPod } from './pods.ts';
import type { Random } from './random.ts';
import type { World } from './world.ts';

const NAMESPACE = 'kube-system';
const NAME = 'cni';
/** The controller sees after so long that a Pod is gone, or that a template has changed (ms). */
const CONTROLLER_MS = 1500;
/** How often a kubelet that is away is looked for (ms). */
const AWAY_MS = 10_000;

/** The one DaemonSet of a simulated cluster; undefined: there is none. */
export interface StoredDaemonSet {
  readonly revision: string;
  /** Its controller has seen the newest template. */
  readonly observed: boolean;
}

/** A process that replaces the Pods of the DaemonSet. */
export function makeDaemonProcess(random: Random): UpgradeProcess {
  const { job: _job, ...process } = aProcess({
    name: NAME,
    disruption: random.chance(0.5) ? 'None' : 'Drain',
    deadlineSeconds: random.between(90, 400),
  });
  const answer = random.chance(0.8) ? {} : ({ onOverdue: 'Retry', rerun: 'Safe' } as const);
  return { ...process, ...answer, daemonSet: { namespace: NAMESPACE, name: NAME } };
}

/** Installs the DaemonSet on every node but some, and changes its template: most nodes have the Pod of the revision before. */
export function installDaemonSet(world: World): void {
  world.daemonSet = { revision: 'cni-2', observed: true };
  for (const node of world.nodes.keys()) {
    if (world.random.chance(0.9)) addDaemonPod(world, node, world.random.chance(0.8) ? 'cni-1' : 'cni-2', true);
    else world.setNode(node, { labels: { ...world.nodes.get(node)?.labels, cni: 'other' } });
  }
}

/** Somebody changes the template in mid-run. */
export function changeDaemonSet(world: World): void {
  if (world.daemonSet === undefined) return;
  const revision = world.fresh('cni');
  world.say(() => 'somebody changes the DaemonSet');
  world.daemonSet = { revision, observed: false };
  world.touch();
  world.time.after(CONTROLLER_MS, () => {
    if (world.daemonSet?.revision !== revision) return;
    world.daemonSet = { revision, observed: true };
    world.touch();
  });
}

/** The DaemonSets as the operator sees them. */
export function daemonSetsOf(world: World): DaemonSets {
  if (world.daemonSet === undefined) return new Map();
  const { revision, observed } = world.daemonSet;
  const pods = Map.groupBy([...world.pods.values()].filter(isDaemonPod), (pod) => pod.node);
  const affinity = {
    nodeAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'cni', operator: 'DoesNotExist' }] }],
      },
    },
  };
  const set: DaemonSetFact = {
    ...{ namespace: NAMESPACE, name: NAME, updateStrategy: 'OnDelete', deleting: false },
    ...{ newest: observed ? revision : undefined, podSpec: { affinity }, pods },
  };
  return new Map([[`${NAMESPACE}/${NAME}`, set]]);
}

/** Whether a Pod is one of the DaemonSet. */
export function isDaemonPod(pod: PodFact): boolean {
  return pod.namespace === NAMESPACE && pod.controllerKind === 'DaemonSet';
}

/** Carries out the deletion of a Pod of the DaemonSet, whose controller makes another one when it is gone. */
export function replacePod(world: World, pod: PodFact): Answer {
  const current = world.pods.get(pod.uid);
  if (current === undefined || current.deleting) return 'Nothing';
  endPod(world, pod.uid);
  world.time.after(CONTROLLER_MS, () => createNext(world, pod));
  return 'Applied';
}

function createNext(world: World, before: PodFact): void {
  const there = [...world.pods.values()].some((pod) => isDaemonPod(pod) && pod.node === before.node);
  if (there && !world.pods.has(before.uid)) return;
  if (!world.nodes.has(before.node)) return;
  if (there) world.time.after(CONTROLLER_MS, () => createNext(world, before));
  else addDaemonPod(world, before.node, world.daemonSet?.revision ?? '', false);
}

/** A node that joins gets its Pod. */
export function joinDaemonSet(world: World, node: string): void {
  if (world.daemonSet !== undefined && world.nodes.get(node)?.labels['cni'] === undefined)
    addDaemonPod(world, node, world.daemonSet.revision, true);
}

function addDaemonPod(world: World, node: string, revision: string, ready: boolean): void {
  const labels = { [REVISION_HASH]: revision };
  const { uid } = addApplicationPod(world, node, { namespace: NAMESPACE, controllerKind: 'DaemonSet', labels, ready });
  world.touch();
  if (ready) return;
  const fate = world.random.weighted([
    ['Starts', 12],
    ['Crashes', 2],
    ['CrashesForEver', 1],
  ] as const);
  if (fate !== 'Starts') world.time.after(2000, () => world.setPod(uid, { waiting: 'CrashLoopBackOff: back-off 10s' }));
  if (fate !== 'CrashesForEver')
    world.time.after(world.random.between(2, fate === 'Starts' ? 30 : 300) * 1000, () => start(world, uid));
}

function start(world: World, uid: string): void {
  const pod = world.pods.get(uid);
  if (pod === undefined || pod.deleting) return;
  if (!world.isAlive(pod.node)) {
    world.time.after(AWAY_MS, () => start(world, uid));
    return;
  }
  world.setPod(uid, { ready: true, waiting: undefined });
  const node = world.nodes.get(pod.node);
  if (node?.turn !== undefined) world.upgraded.add(`${node.turn.batchUid}/${node.uid}/${NAME}`);
}
