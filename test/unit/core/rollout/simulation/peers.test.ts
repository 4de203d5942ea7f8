import { expect, it } from '@jest/globals';
import { buildJob } from '../../../../../src/core/rollout/manifests/job.ts';
import { aNode } from '../support/facts.ts';
import { aBatch, aPlan, aProcess, hash } from '../support/objects.ts';
import { addNode, goDown, removeNode } from './hosts.ts';
import { setFates } from './kubelet.ts';
import { linesOf, playToEnd, recordsOf } from './play.ts';
import type { Fate } from './upgrades.ts';
import { World } from './world.ts';

/** Four nodes, one at a time, in batches of two, with a sink; each upgrade goes as the fate says. */
function fourNodes(fate: Fate, plan: Parameters<typeof aPlan>[0] = {}): World {
  const world = new World(1, true);
  for (let i = 1; i <= 4; i++) addNode(world, aNode(`node-${i}`, { uid: world.fresh('node') }));
  world.sinks.set('ops', { downUntil: 0, refuses: false });
  const disruption = fate.kind === 'Reboots' ? 'Reboot' : 'Drain';
  world.plan = aPlan({ version: 'v1', processes: [aProcess({ disruption })], ...plan }, { finalizers: [] });
  setFates(world, () => fate);
  return world;
}

const WORKS: Fate = { kind: 'Succeeds', ms: 20_000 };

it('T1: commands that are sent twice, from a stale view, never put more nodes down than the limit', () => {
  const world = fourNodes(WORKS, { maxUnavailable: 2, batches: [{ size: 4 }] });
  let most = 0;
  const count = (): number => [...world.nodes.values()].filter((node) => node.claim !== undefined).length;
  expect(playToEnd(world, () => (most = Math.max(most, count())), { twin: 1 })).toBe('AllSucceeded');
  expect(most).toBe(2);
});

it('T2: an operator that is killed in every third pass goes on with the same nodes, and runs nothing twice', () => {
  const world = fourNodes(WORKS);
  expect(playToEnd(world, undefined, { crash: 0.33 })).toBe('AllSucceeded');
  expect(linesOf(world, 'the operator is killed').length).toBeGreaterThan(5);
  for (const node of world.nodes.keys()) expect(linesOf(world, `CreateJob ${node}:`)).toHaveLength(1);
});

it('T3: a holder that is deleted is followed by another, and a node that is lost in its turn keeps its place among those down', () => {
  const world = fourNodes({ kind: 'LosesHost', ms: 5000, awayMs: undefined }, { maxUnavailable: 1, batches: [{ size: 4 }] });
  let deleted: string | undefined;
  const end = playToEnd(world, () => {
    const holder = world.lease?.holder ?? '';
    if (deleted !== undefined || holder === '' || world.lease?.renewed !== true) return;
    deleted = holder;
    removeNode(world, holder);
  });
  expect(world.lease?.holder).not.toBe(deleted);
  expect(world.deliveries.map(({ node }) => node)).not.toContain(deleted);
  // The node that is lost is not given up by anybody's expiry: nothing else goes down beside it.
  expect(linesOf(world, 'OpenTurn')).toHaveLength(1);
  expect(['MaxUnavailableReached', 'BudgetExceeded']).toContain(end);
});

it('T4: an upgrade whose Pod is killed with 143 by its own reboot has not failed', () => {
  const world = fourNodes({ kind: 'Reboots', ms: 5000, announced: true, end: 'Killed', awayMs: 40_000 });
  expect(playToEnd(world)).toBe('AllSucceeded');
  expect(recordsOf(world).map(({ state }) => state)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded']);
});

it('T5: what became of an upgrade is told by the boot ID, although nobody saw its Pod end', () => {
  const world = fourNodes({ kind: 'Reboots', ms: 5000, announced: true, end: 'Unseen', awayMs: 400_000 });
  expect(playToEnd(world)).toBe('AllSucceeded');
});

it('T6: a Job that is gone before its outcome was written is never run again, and the node is not said to be done', () => {
  const world = fourNodes({ kind: 'Hangs' });
  let gone: string | undefined;
  playToEnd(world, () => {
    const job = [...world.jobs.values()].find(({ node }) =>
      recordsOf(world).some((record) => record.name === node && record.processes?.length === 1),
    );
    if (gone !== undefined || job === undefined) return;
    gone = job.node;
    world.jobs.delete(job.name);
    for (const pod of [...world.pods.values()])
      if (pod.labels['batch.kubernetes.io/controller-uid'] === job.uid) world.pods.delete(pod.uid);
    world.touch();
  });
  expect(recordsOf(world).find(({ name }) => name === gone)).toMatchObject({ state: 'Failed', reason: 'JobVanished' });
  expect(linesOf(world, `CreateJob ${gone ?? ''}:`)).toHaveLength(1);
});

it('T7: a Job is pinned to its node by name, also where hostname labels are the same or another than the name', () => {
  const batch = aBatch(['node-1', 'node-2']);
  const [process] = batch.spec.processes;
  if (process === undefined) throw new Error('A process was expected.');
  const jobs = ['node-1', 'node-2'].map((name) => {
    const node = aNode(name, { labels: { role: 'worker', 'kubernetes.io/hostname': 'localhost' } });
    return JSON.stringify(buildJob({ namespace: 'fleet', batch, process, node, attempt: 1, fromVersion: '', hash }));
  });
  for (const [i, job] of jobs.entries()) {
    expect(job).toContain(`"matchFields":[{"key":"metadata.name","operator":"In","values":["node-${i + 1}"]}]`);
    expect(job).not.toContain('localhost');
  }
});

it('T10: a plan that is deleted in mid-run lets what runs end, and leaves no node cordoned', () => {
  const world = fourNodes(WORKS, { maxUnavailable: 2 });
  let asked = false;
  playToEnd(world, () => {
    if (asked || ![...world.jobs.values()].some(({ outcome }) => outcome === 'Active')) return;
    asked = true;
    world.deletePlan();
  });
  expect(world.plan).toBeUndefined();
  expect([...world.nodes.values()].filter((node) => node.unschedulable || node.claim !== undefined)).toEqual([]);
  expect(recordsOf(world).some(({ state }) => state === 'Failed')).toBe(false);
});

it('T12: a node that leaves the selector in mid-batch is left out, one that leaves it in its turn is finished, and one that joins is upgraded', () => {
  const world = fourNodes(WORKS, { batches: [{ size: 4 }], newNodes: { policy: 'Upgrade', collectSeconds: 60 } });
  let done = false;
  const strangers = { labels: { role: 'other' } };
  let busy: string | undefined;
  let waiting: string | undefined;
  playToEnd(world, () => {
    const running = [...world.nodes.values()].find((node) => node.claim !== undefined);
    const last = [...world.nodes.values()].find((node) => node.claim === undefined && node.done === undefined);
    if (done || running === undefined || last === undefined) return;
    done = true;
    [busy, waiting] = [running.name, last.name];
    world.setNode(running.name, strangers);
    world.setNode(last.name, strangers);
    addNode(world, aNode('node-5', { uid: world.fresh('node') }));
  });
  const states = new Map(recordsOf(world).map(({ name, state, reason }) => [name, reason ?? state]));
  expect(states.get(busy ?? '')).toBe('Succeeded');
  expect(states.get(waiting ?? '')).toBe('NoLongerSelected');
  expect(states.get('node-5')).toBe('Succeeded');
  expect([...world.nodes.values()].filter((node) => node.claim !== undefined || node.unschedulable)).toEqual([]);
});

it('T13: percentages of a small fleet let at least one node go, and a node that is dead counts among those down', () => {
  let most = 0;
  const count = (world: World): void => {
    const down = [...world.nodes.values()].filter((node) => node.claim !== undefined || !node.ready);
    most = Math.max(most, down.length);
  };
  const small = fourNodes(WORKS, { maxUnavailable: '10%' });
  expect(playToEnd(small, () => count(small))).toBe('AllSucceeded');
  expect(most).toBe(1);

  const withDead = fourNodes(WORKS, { maxUnavailable: '50%', batches: [{ size: '100%' }] });
  goDown(withDead, 'node-4', undefined);
  withDead.setNode('node-4', { ready: false });
  most = 0;
  playToEnd(withDead, () => count(withDead));
  expect(most).toBe(2);
  expect(recordsOf(withDead).filter(({ state }) => state === 'Succeeded')).toHaveLength(3);
});

it('T16: a sink that is down during the whole rollout holds up no batch, and gets each notification once when it is back, whoever was killed meanwhile', () => {
  const world = fourNodes(WORKS);
  const downUntil = world.now + 15 * 60_000;
  world.sinks.set('ops', { downUntil, refuses: false });
  let ended: number | undefined;
  playToEnd(
    world,
    () => {
      if (world.plan?.status?.reason === 'AllSucceeded') ended ??= world.now;
    },
    { crash: 0.2 },
  );
  expect(ended).toBeLessThan(downUntil);
  const ids = world.deliveries.map(({ id }) => id);
  expect([...ids].sort()).toEqual([...world.batches.values()].map(({ metadata }) => `${metadata.uid}/1`).sort());
});

it('T17: before its own turn disrupts it, the holder gives the baton to a node of the batch that is done', () => {
  const world = fourNodes(WORKS, { batches: [{ size: 4 }] });
  const holders: string[] = [];
  playToEnd(world, () => {
    const holder = world.lease?.holder ?? '';
    if (holder !== '' && holders.at(-1) !== holder) holders.push(holder);
    // Whoever speaks is not in a turn that takes its Pods away.
    if (world.nodes.get(holder)?.turn?.cordoned === true) throw new Error(`${holder} has its turn with the baton`);
  });
  expect(holders).toHaveLength(2);
  const given = world.transcript.findIndex((line) => line.includes(`PassBaton to ${holders[1] ?? ''}`));
  const turn = world.transcript.findIndex((line) => line.includes(`OpenTurn ${holders[0] ?? ''}`));
  expect(given).toBeGreaterThan(-1);
  expect(turn).toBeGreaterThan(given);
});

it('T18: what became of each node is told by Jobs and Nodes, also when every report is lost', () => {
  const world = fourNodes(WORKS);
  expect(playToEnd(world, () => void world.reports.splice(0))).toBe('AllSucceeded');
  expect(recordsOf(world).map(({ state }) => state)).toEqual(['Succeeded', 'Succeeded', 'Succeeded', 'Succeeded']);
});

it('T19: however little may go at once, the plan is done only when every node is', () => {
  const world = fourNodes(WORKS, { maxUnavailable: '1%', batches: [{ size: '1%' }] });
  const early: number[] = [];
  const end = playToEnd(world, () => {
    const done = [...world.nodes.values()].filter((node) => node.done !== undefined).length;
    if (world.plan?.status?.summary === 'Succeeded' && done < 4) early.push(done);
  });
  expect(end).toBe('AllSucceeded');
  expect(early).toEqual([]);
  expect(world.batches.size).toBe(4);
});

it('A node that goes away in its turn, or that an autoscaler removes before it, has that as its outcome', () => {
  const world = fourNodes(WORKS, { batches: [{ size: 4 }] });
  let done = false;
  playToEnd(world, () => {
    const busy = [...world.nodes.values()].find((node) => node.claim !== undefined);
    const waiting = [...world.nodes.values()].find((node) => node.claim === undefined && node.done === undefined);
    if (done || busy === undefined || waiting === undefined) return;
    done = true;
    world.setNode(waiting.name, { leaving: true });
    removeNode(world, busy.name);
  });
  const reasons = recordsOf(world).flatMap((record) => (record.state === 'Skipped' ? [record.reason] : []));
  expect(reasons.sort()).toEqual(['BeingRemoved', 'NodeDeleted']);
});
