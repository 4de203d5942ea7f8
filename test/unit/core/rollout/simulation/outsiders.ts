import type { NodeFact } from '../../../../../src/core/facts.ts';
import { LABELS } from '../../../../../src/api/names.ts';
import { aTurn } from '../support/objects.ts';
import { aNode } from '../support/facts.ts';
import { changeDaemonSet } from './daemon-sets.ts';
import { addNode, goDown, removeNode } from './hosts.ts';
import { actAtRandom } from './people.ts';
import { endPod } from './pods.ts';
import { changeSinks } from './shared-sinks.ts';
import type { Trouble } from './scenario.ts';
import type { World } from './world.ts';

/** What others than Baton do to a cluster in mid-run. */
type Deed = (world: World) => void;

function someNode(world: World, fits: (node: NodeFact) => boolean = () => true): NodeFact | undefined {
  return world.random.pick([...world.nodes.values()].filter(fits));
}

function isFree(node: NodeFact): boolean {
  return node.claim === undefined && node.quarantine === undefined;
}

function cordon(world: World, name: string, cordoned: boolean): void {
  const host = world.hosts.get(name);
  const node = world.nodes.get(name);
  if (host === undefined || node === undefined || !isFree(node)) return;
  host.cordonedByAdmin = cordoned;
  world.say(() => `an admin ${cordoned ? 'cordons' : 'uncordons'} ${name}`);
  world.setNode(name, { unschedulable: cordoned });
}

/** Repeats until the node is free, for an admin does not know whose turn it is. */
function uncordonLater(world: World, name: string, ms: number): void {
  world.time.after(ms, () => {
    const node = world.nodes.get(name);
    if (node === undefined) return;
    if (isFree(node)) cordon(world, name, false);
    else uncordonLater(world, name, 10_000);
  });
}

/** As another tool does that thinks that it owns the cordon: also a node in its turn. */
function uncordonInTurn(world: World): void {
  const node = someNode(world, (each) => each.claim === world.plan?.metadata.uid && each.unschedulable);
  const host = world.hosts.get(node?.name ?? '');
  if (node === undefined || host === undefined) return;
  host.cordonedByAdmin = false;
  world.say(() => `somebody uncordons ${node.name} in its turn`);
  world.setNode(node.name, { unschedulable: false });
}

const DEEDS: readonly (readonly [Deed, number])[] = [
  [actAtRandom, 5],
  [
    (world) => {
      const node = someNode(world, isFree);
      if (node === undefined) return;
      cordon(world, node.name, true);
      uncordonLater(world, node.name, world.random.between(10, 300) * 1000);
    },
    4,
  ],
  [
    (world) => {
      const node = someNode(world);
      if (node !== undefined) goDown(world, node.name, world.random.between(5, 200) * 1000);
    },
    4,
  ],
  [
    (world) => {
      const node = someNode(world);
      if (node === undefined) return;
      removeNode(world, node.name);
      if (!world.random.chance(0.5)) return;
      const again = aNode(node.name, { uid: world.fresh('node'), labels: node.labels });
      world.time.after(world.random.between(1, 100) * 1000, () => addNode(world, again));
    },
    3,
  ],
  [
    (world) => {
      const node = someNode(world);
      if (node === undefined) return;
      world.setNode(node.name, { leaving: true });
      world.time.after(world.random.between(5, 60) * 1000, () => removeNode(world, node.name));
    },
    1,
  ],
  [
    (world) => {
      world.say(() => 'somebody pauses the plan');
      world.editPlan({ paused: true });
      world.time.after(world.random.between(5, 200) * 1000, () => world.editPlan({ paused: false }));
    },
    2,
  ],
  [
    (world) => {
      const version = world.random.pick(['v1', 'v2', 'v3']);
      world.say(() => `somebody sets the version to ${version}`);
      const before = world.plan?.spec.version ?? version;
      world.editPlan({ version });
      if (!world.random.chance(0.5)) return;
      world.time.after(world.random.between(100, 1000) * 1000, () => {
        world.say(() => `somebody sets the version back to ${before}`);
        world.editPlan({ version: before });
      });
    },
    4,
  ],
  [(world) => world.editPlan({ maxUnavailable: world.random.between(1, 4) }), 2],
  [(world) => world.editPlan({ podPlacement: world.random.chance(0.5) ? 'PreferDoneNodes' : 'Anywhere' }), 1],
  [(world) => world.editPlan({ oneDomainAtATime: { topologyKey: 'zone' } }), 1],
  [
    (world) => {
      const name = world.fresh('new');
      world.say(() => `${name} joins the cluster`);
      addNode(world, aNode(name, { uid: world.fresh('node') }));
    },
    3,
  ],
  [claimByAnotherPlan, 3],
  [changeDaemonSet, 1],
  [uncordonInTurn, 3],
  [deleteJob, 2],
  [
    (world) => {
      const agents = [...world.pods.values()].filter((pod) => pod.labels[LABELS.leaseUid] !== undefined);
      const pod = world.random.pick(agents);
      if (pod === undefined) return;
      world.say(() => `somebody deletes the agent on ${pod.node}`);
      endPod(world, pod.uid);
    },
    4,
  ],
  [changeSinks, 3],
  [
    (world) => world.editPlan({ notify: { ...world.plan?.spec.notify, sinks: (world.plan?.spec.notify?.sinks ?? []).slice(1) } }),
    1,
  ],
  [
    (world) => {
      world.say(() => 'somebody deletes the plan');
      world.deletePlan();
    },
    1,
  ],
  [
    (world) => {
      if (!world.random.chance(0.4)) return;
      world.say(() => 'somebody deletes the namespace');
      world.namespaceTerminating = true;
      world.deletePlan();
      for (const pod of [...world.pods.values()]) if (pod.namespace === 'fleet') endPod(world, pod.uid);
    },
    1,
  ],
];

/** A Job of which the record knows: one that was deleted before anything was written of it cannot be told from one that never was. */
function deleteJob(world: World): void {
  const jobs = [...world.jobs.values()].filter((job) => {
    const batch = [...world.batches.values()].find((each) => each.metadata.uid === job.batchUid);
    const record = batch?.status?.nodes?.find((each) => each.name === job.node);
    const known = record?.processes?.some((process) => process.name === job.process && process.attempt === job.attempt);
    return job.outcome === 'Active' && known === true;
  });
  const job = world.random.pick(jobs);
  if (job === undefined) return;
  world.say(() => `somebody deletes the Job on ${job.node}`);
  world.jobs.delete(job.name);
  for (const pod of [...world.pods.values()])
    if (pod.labels['batch.kubernetes.io/controller-uid'] === job.uid) endPod(world, pod.uid);
  world.touch();
}

function claimByAnotherPlan(world: World): void {
  const node = someNode(world, (each) => isFree(each) && each.ready);
  if (node === undefined) return;
  world.say(() => `another plan claims ${node.name}`);
  const unschedulable = node.unschedulable;
  world.setNode(node.name, { claim: 'uid-of-other', turn: aTurn('other-1', { plan: 'other' }), unschedulable: true });
  world.time.after(world.random.between(10, 200) * 1000, () => {
    if (world.nodes.get(node.name)?.uid === node.uid)
      world.setNode(node.name, { claim: undefined, turn: undefined, unschedulable });
  });
}

/** Plans the deeds of outsiders, and says until when they last. */
export function planOutsiders(world: World, trouble: Trouble): number {
  const { random } = world;
  const deeds = { None: 0, Some: random.between(0, 3), Much: random.between(2, 10) }[trouble];
  let last = world.now;
  for (let i = 0; i < deeds; i++) {
    const afterMs = random.between(1, 1500) * 1000;
    last = Math.max(last, world.now + afterMs + 1_010_000);
    const deed = random.weighted(DEEDS);
    world.time.after(afterMs, () => deed(world));
  }
  return last;
}
