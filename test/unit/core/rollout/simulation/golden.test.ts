import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { aNode } from '../support/facts.ts';
import { aPlan, aProcess } from '../support/objects.ts';
import { addNode } from './hosts.ts';
import { setFates } from './kubelet.ts';
import { addApplicationPod } from './pods.ts';
import { runScenario } from './run.ts';
import { World } from './world.ts';

const GOLDEN = fileURLToPath(new URL('golden/six-nodes.txt', import.meta.url));

/** Six hosts in batches of one, two and three, each of which reboots; nothing goes wrong. */
function sixNodes(): World {
  const world = new World(6, true);
  for (let i = 1; i <= 6; i++) {
    addNode(world, aNode(`node-${i}`, { uid: world.fresh('node') }));
    addApplicationPod(world, `node-${i}`);
  }
  world.plan = aPlan(
    {
      version: 'v2',
      batches: [{ size: 1 }, { size: 2 }, { size: 3 }],
      maxUnavailable: 2,
      processes: [aProcess({ name: 'kernel', disruption: 'Reboot' })],
    },
    { finalizers: [] },
  );
  world.sinks.set('ops', { downUntil: 0, refuses: false });
  setFates(world, () => ({ kind: 'Reboots', ms: 30_000, announced: true, end: 'Unseen', awayMs: 40_000 }));
  return world;
}

it('A rollout of six nodes goes as the golden transcript tells', () => {
  const world = sixNodes();
  const result = runScenario({ world, trouble: 'None', operator: { crash: 0, twin: 0 }, people: false });
  const transcript = `${world.transcript.join('\n')}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, transcript);
  expect(result.end).toBe('AllSucceeded');
  expect(transcript).toBe(readFileSync(GOLDEN, 'utf8'));
});

it('Each batch of six nodes is told once, each time by another node', () => {
  const world = sixNodes();
  runScenario({ world, trouble: 'None', operator: { crash: 0, twin: 0 }, people: false });
  const senders = world.deliveries.map((delivery) => delivery.node);
  expect(new Set(world.deliveries.map((delivery) => delivery.id)).size).toBe(3);
  expect(senders).toHaveLength(3);
  expect(senders[0]).not.toBe(senders[1]);
  expect(senders[1]).not.toBe(senders[2]);
});
