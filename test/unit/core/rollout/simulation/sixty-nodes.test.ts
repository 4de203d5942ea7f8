import { readFileSync, writeFileSync } from 'node:fs';
import process from 'node:process';
import { fileURLToPath } from 'node:url';
import { expect, it } from '@jest/globals';
import { aNode } from '../support/facts.ts';
import { aPlan, aProcess } from '../support/objects.ts';
import { addNode, removeNode } from './hosts.ts';
import { setFates } from './kubelet.ts';
import { runScenario } from './run.ts';
import type { Fate } from './upgrades.ts';
import { World } from './world.ts';

const GOLDEN = fileURLToPath(new URL('golden/sixty-nodes.txt', import.meta.url));
const MINUTE = 60_000;

/** What no person needs to follow a rollout: each step within a turn, and how the agent's Pod comes and goes. */
const DETAILS =
  /^ *\d+:\d\d {2}(?:CreateJob|DeleteJobs|Evict|CreateAgentPod|DeleteAgentPod|PrepareNamespace|\S+ (?:reboots|is NotReady|is back)$)/;

/**
 * Sixty hosts in three zones: a canary that somebody approves, a ramp, then the rest; the window closes in the middle, a gate is closed for a
 * while, the upgrade fails on two hosts, hangs on one, and one is deleted in its turn. Somebody repairs, releases and retries them.
 */
function sixtyNodes(): World {
  const world = new World(60, true);
  for (let i = 1; i <= 60; i++) {
    const zone = ['eu-1a', 'eu-1b', 'eu-1c'][i % 3] ?? '';
    addNode(world, aNode(`node-${i}`, { uid: world.fresh('node'), labels: { role: 'worker', zone } }));
  }
  const http = { url: 'https://pages.example/none', expectStatus: 200 };
  world.plan = aPlan(
    {
      version: 'v2',
      batches: [
        { name: 'canary', size: 1, soakSeconds: 120, approval: 'BeforeNext' },
        { name: 'ramp', size: '10%' },
        { name: 'rest', size: '25%' },
      ],
      maxUnavailable: 5,
      oneDomainAtATime: { topologyKey: 'zone' },
      failure: { maxFailed: '5%' },
      windows: [
        { name: 'morning', schedule: '0 7 * * *', durationSeconds: 5400, timeZone: 'UTC' },
        { name: 'forenoon', schedule: '45 8 * * *', durationSeconds: 14_400, timeZone: 'UTC' },
      ],
      gates: [{ name: 'no-pages', when: 'BeforeBatch', forSeconds: 0, timeoutSeconds: 10, http }],
      processes: [aProcess({ name: 'kernel', disruption: 'Reboot' })],
    },
    { finalizers: [] },
  );
  world.sinks.set('ops', { downUntil: 0, refuses: false });
  const troubles = new Map<string, Fate>([
    ['node-14', { kind: 'Fails', ms: 30_000 }],
    ['node-44', { kind: 'Fails', ms: 30_000 }],
    ['node-40', { kind: 'Hangs' }],
  ]);
  setFates(world, (_, { node }) => {
    const trouble = troubles.get(node);
    // Repaired, it goes well.
    troubles.delete(node);
    return trouble ?? { kind: 'Reboots', ms: 30_000, announced: true, end: 'Unseen', awayMs: 40_000 };
  });
  closeGate(world);
  deleteInTurn(world, 'node-35');
  return world;
}

function closeGate(world: World): void {
  world.openGates.add('no-pages');
  world.time.after(8 * MINUTE, () => {
    world.openGates.delete('no-pages');
    world.say(() => 'the gate no-pages is closed');
  });
  world.time.after(14 * MINUTE, () => {
    world.openGates.add('no-pages');
    world.say(() => 'the gate no-pages is open');
  });
}

function deleteInTurn(world: World, name: string): void {
  const look = (): void => {
    if (world.nodes.get(name)?.claim === undefined) world.time.after(20_000, look);
    else removeNode(world, name);
  };
  world.time.after(20_000, look);
}

it('A rollout of sixty nodes in three zones goes as the golden transcript tells', () => {
  const world = sixtyNodes();
  const result = runScenario({ world, trouble: 'None', operator: { crash: 0, twin: 0 }, people: true });
  const story = [...world.batches.values()].at(-1)?.status?.outlook?.story;
  const told = Object.entries(story ?? {}).map(([field, value]) => `  ${field}: ${JSON.stringify(value)}`);
  const lines = [
    ...world.transcript.filter((line) => !DETAILS.test(line)),
    'The story that the last notification tells:',
    ...told,
  ];
  const transcript = `${lines.join('\n')}\n`;
  if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, transcript);
  expect(result.end).toBe('AllSucceeded');
  expect(transcript).toBe(readFileSync(GOLDEN, 'utf8'));
});
