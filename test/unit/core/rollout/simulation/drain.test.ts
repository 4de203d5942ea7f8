import { expect, it } from '@jest/globals';
import { aNode } from '../support/facts.ts';
import { aDrain, aPlan, aProcess, START } from '../support/objects.ts';
import { addNode } from './hosts.ts';
import { setFates } from './kubelet.ts';
import { addApplicationPod, endPod } from './pods.ts';
import { linesOf, playToEnd, recordsOf } from './play.ts';
import { World } from './world.ts';

/** Two nodes, each with one Pod that may go; one node goes at a time, and its upgrade takes five seconds. */
function twoNodes(plan: Parameters<typeof aPlan>[0] = {}, controlPlane = false): World {
  const world = new World(1, true);
  for (const name of ['node-1', 'node-2']) {
    addNode(world, aNode(name, { uid: world.fresh('node'), controlPlane }));
    addApplicationPod(world, name);
  }
  world.plan = aPlan(
    { batches: [{ size: 2, maxFailed: 2 }], processes: [aProcess()], notify: { sinks: [] }, failure: { maxFailed: 2 }, ...plan },
    { finalizers: [] },
  );
  setFates(world, () => ({ kind: 'Succeeds', ms: 5000 }));
  return world;
}

function podOn(world: World, node: string): string {
  return [...world.pods.values()].find((pod) => pod.node === node && pod.namespace === 'shop')?.uid ?? '';
}

it('T8: a node that an outsider uncordons in mid-drain is cordoned again, and drained to the end', () => {
  const world = twoNodes();
  for (const node of ['node-1', 'node-2']) world.budgets.set(podOn(world, node), START + 60_000);
  let uncordoned: string | undefined;
  const end = playToEnd(world, () => {
    const draining = recordsOf(world).find((record) => record.drain !== undefined)?.name;
    if (draining === undefined || uncordoned !== undefined) return;
    uncordoned = draining;
    world.setNode(draining, { unschedulable: false });
  });
  expect(end).toBe('AllSucceeded');
  expect(linesOf(world, 'Cordon')).toEqual([expect.stringContaining(`somebody uncordoned ${uncordoned ?? ''} in its turn`)]);
  expect([...world.nodes.values()].map((node) => node.unschedulable)).toEqual([false, false]);
});

it('T9: a node that an admin cordoned before its turn stays cordoned after it', () => {
  const world = twoNodes({ maxUnavailable: 2 });
  world.setNode('node-2', { unschedulable: true });
  const host = world.hosts.get('node-2');
  if (host !== undefined) host.cordonedByAdmin = true;
  expect(playToEnd(world)).toBe('AllSucceeded');
  expect([...world.nodes.values()].map((node) => node.unschedulable)).toEqual([false, true]);
});

it('T14: a drain that is refused for ever is given up once, at its timeout, and its node is back in service', () => {
  const world = twoNodes({ drain: aDrain({ timeoutSeconds: 300 }) });
  const pod = podOn(world, 'node-1');
  world.budgets.set(pod, Infinity);
  expect(playToEnd(world)).toBe('SomeFailed');
  const failed = recordsOf(world).filter((record) => record.state === 'Failed');
  expect(failed).toMatchObject([{ name: 'node-1', reason: 'DrainTimeout', drain: { pod: `shop/${pod}`, budget: 'shop' } }]);
  expect(world.pods.has(pod)).toBe(true);
  expect(world.nodes.get('node-1')).toMatchObject({ unschedulable: false, claim: undefined, quarantine: undefined });
  expect(linesOf(world, 'OpenTurn node-1')).toHaveLength(1);
});

it('T15: two control-plane nodes are never drained together, so that neither waits for the other', () => {
  const world = twoNodes({ maxUnavailable: 2 }, true);
  let most = 0;
  const end = playToEnd(world, () => {
    most = Math.max(most, [...world.nodes.values()].filter((node) => node.unschedulable).length);
    // Each holds the other's quorum: its Pod may go only while the other node is up.
    const all = [...world.nodes.values()];
    for (const node of all) {
      const other = all.find(({ name }) => name !== node.name);
      const pod = podOn(world, node.name);
      if (other?.unschedulable === true) world.budgets.set(pod, Infinity);
      else world.budgets.delete(pod);
    }
  });
  expect(end).toBe('AllSucceeded');
  expect(most).toBe(1);
});

it('An operator that is killed again and again in a drain counts its times from where they were', () => {
  const waitFor = { podSelector: { matchLabels: { tier: 'batch' } }, timeoutSeconds: 600 };
  const world = twoNodes({ drain: aDrain({ timeoutSeconds: 300, waitFor }) });
  world.nodes.delete('node-2');
  const batch = addApplicationPod(world, 'node-1', { labels: { tier: 'batch' } });
  world.time.after(120_000, () => endPod(world, batch.uid));
  world.budgets.set(podOn(world, 'node-1'), Infinity);
  const times = new Map<string, Set<string>>();
  playToEnd(
    world,
    () => {
      const drain = recordsOf(world)[0]?.drain;
      for (const time of ['evictionStartTime', 'blockedSinceTime'] as const) {
        const key = `${time} of ${drain?.pod ?? 'none'}`;
        if (drain?.[time] !== undefined) times.set(key, (times.get(key) ?? new Set()).add(drain[time]));
      }
    },
    { crash: 0.3 },
  );
  expect(linesOf(world, 'the operator is killed').length).toBeGreaterThan(5);
  expect([...times.keys()].length).toBeGreaterThan(2);
  expect([...times.values()].map((seen) => seen.size)).toEqual([...times.values()].map(() => 1));
  const [record] = recordsOf(world);
  const took = Date.parse(record?.endTime ?? '') - Date.parse(record?.drain?.evictionStartTime ?? '');
  expect(record?.reason).toBe('DrainTimeout');
  expect(took).toBeGreaterThan(300_000);
  expect(took).toBeLessThan(330_000);
});
