import { expect, it } from '@jest/globals';
import { aNode } from '../support/facts.ts';
import { aPlan, aProcess } from '../support/objects.ts';
import { addNode } from './hosts.ts';
import { setFates } from './kubelet.ts';
import { linesOf, playToEnd, recordsOf } from './play.ts';
import { addSharedSinks, signedSink } from './shared-sinks.ts';
import { World } from './world.ts';

/** Four nodes that are upgraded one at a time, and a sink `ops`. */
function fourNodes(batchSize: number): World {
  const world = new World(1, true);
  for (let i = 1; i <= 4; i++) addNode(world, aNode(`node-${i}`, { uid: world.fresh('node') }));
  for (const sink of ['ops', 'late', 'shared-1', 'shared-2']) world.sinks.set(sink, { downUntil: 0, refuses: false });
  world.plan = aPlan({ version: 'v1', processes: [aProcess()], batches: [{ size: batchSize }] }, { finalizers: [] });
  setFates(world, () => ({ kind: 'Succeeds', ms: 20_000 }));
  return world;
}

function done(world: World): number {
  return recordsOf(world).filter(({ state }) => state === 'Succeeded').length;
}

it('A sink that is added while the last node has its turn is told of the batch, though the agent had no Secret of it', () => {
  const world = fourNodes(4);
  let isAdded = false;
  const end = playToEnd(world, () => {
    if (isAdded || linesOf(world, 'CreateJob').length < 4) return;
    isAdded = true;
    const { notify } = world.plan?.spec ?? {};
    world.editPlan({ notify: { ...notify, sinks: [...(notify?.sinks ?? []), signedSink('late')] } });
  });
  expect(end).toBe('AllSucceeded');
  expect(world.deliveries.map(({ sink }) => sink).sort()).toEqual(['late', 'ops']);
  expect(linesOf(world, 'CreateAgentPod').filter((line) => line.includes('the sinks need other Secrets'))).toHaveLength(1);
});

it('Nothing starts while the ConfigMap with shared sinks is away, and everybody is told of everything once it is back', () => {
  const world = fourNodes(2);
  addSharedSinks(world);
  const sinks = world.sharedSinks;
  const begun = (): number => linesOf(world, 'OpenTurn', 'CreateBatch').length;
  const begunAt: number[] = [];
  const end = playToEnd(world, () => {
    if (begunAt.length > 0 || done(world) < 1) return;
    begunAt.push(begun());
    world.sharedSinks = undefined;
    world.touch();
    world.time.after(200_000, () => {
      begunAt.push(begun());
      world.sharedSinks = sinks;
      world.touch();
    });
  });
  expect(end).toBe('AllSucceeded');
  expect(begunAt[1]).toBe(begunAt[0]);
  const [first] = world.batches.values();
  const told = world.deliveries.map(({ id, sink }) => `${sink} ${id === `${first?.metadata.uid ?? ''}/1` ? 1 : 2}`);
  expect(told.sort()).toEqual(['ops 1', 'ops 2', 'shared-1 1', 'shared-1 2', 'shared-2 2']);
});
