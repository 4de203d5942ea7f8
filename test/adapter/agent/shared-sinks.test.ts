import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { sharedSinkFiles } from '../../../src/agent/kube/shared-sink-files.ts';
import { secretFiles } from '../../../src/notify/secret-files.ts';
import { aPlan } from '../../unit/core/rollout/support/objects.ts';
import { MINUTE_MS, SECOND_MS, worldWithHolder } from './a-holder.ts';
import type { AgentWorld } from './agent-world.ts';

const CHAT = { name: 'chat', webhook: { url: 'https://chat.example/' } };
const SINKS_FROM = [{ configMapRef: { name: 'shared' } }, { configMapRef: { name: 'late', key: 'x.yaml' } }];

/** An agent of a plan with one sink of its own, `ops`, that shares others. */
async function worldThatShares(): Promise<AgentWorld> {
  const { world } = await worldWithHolder();
  const { plan } = world.cluster;
  if (plan === undefined) throw new Error('the world has no plan');
  world.cluster.plan = { ...plan, spec: { ...plan.spec, notify: { ...plan.spec.notify, sinksFrom: SINKS_FROM } } };
  world.behaviours.set('chat', { latencyMs: 10 });
  return world;
}

describe('a shared sink', () => {
  it("gets its notification like one of the plan's own", async () => {
    const world = await worldThatShares();
    world.sharedSinks = () => ({ sinks: [CHAT], problem: undefined });
    world.settleBatch(1, ['ops', 'chat']);
    await world.time.pass(5 * SECOND_MS);
    expect(world.received.map(({ sink }) => sink).toSorted()).toEqual(['chat', 'ops']);
  });

  it("has a live message like one of the plan's own", async () => {
    const world = await worldThatShares();
    const { plan } = world.cluster;
    if (plan === undefined) throw new Error('the world has no plan');
    world.sharedSinks = () => ({ sinks: [CHAT], problem: undefined });
    world.behaviours.set('chat', { latencyMs: 10, live: { handles: new Set() } });
    world.cluster.plan = { ...plan, spec: { ...plan.spec, notify: { ...plan.spec.notify, live: true } } };
    await world.time.pass(MINUTE_MS);
    expect(world.posted).toMatchObject([{ sink: 'chat', kind: 'Progress' }]);
  });

  it('is waited for while its ConfigMap cannot be read, no matter how long', async () => {
    const world = await worldThatShares();
    world.sharedSinks = () => ({
      sinks: [],
      problem: "the ConfigMap shared, key sinks.yaml: cannot be read in the agent's Pod (ENOENT)",
    });
    world.settleBatch(1, ['chat']);
    await world.time.pass(20 * MINUTE_MS);
    expect(world.cluster.lease.receipts).toEqual([]);
    expect(world.logged.join('\n')).toContain('cannot be read in the agent');
    world.sharedSinks = () => ({ sinks: [CHAT], problem: undefined });
    await world.time.pass(10 * MINUTE_MS);
    expect(world.cluster.lease.receipts).toMatchObject([{ sink: 'chat', outcome: 'Delivered' }]);
  });

  it('counts as removed only after the maximum ConfigMap propagation delay', async () => {
    const world = await worldThatShares();
    world.settleBatch(1, ['chat']);
    await world.time.pass(2 * MINUTE_MS);
    expect(world.cluster.lease.receipts).toEqual([]);
    await world.time.pass(8 * MINUTE_MS);
    expect(world.cluster.lease.receipts).toMatchObject([{ sink: 'chat', outcome: 'Failed', reason: 'SinkRemoved' }]);
  });
});

it('sharedSinkFiles reads the files by ConfigMap and key and names a file that it cannot read', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'baton-shared-'));
  try {
    await mkdir(join(directory, 'shared'));
    await writeFile(join(directory, 'shared', 'sinks.yaml'), JSON.stringify([CHAT]));
    const plan = aPlan({ notify: { sinksFrom: SINKS_FROM } });
    expect(await sharedSinkFiles((path) => readFile(path), directory).read(plan)).toEqual({
      sinks: [CHAT],
      problem: "the ConfigMap late, key x.yaml: cannot be read in the agent's Pod (ENOENT)",
    });
  } finally {
    await rm(directory, { recursive: true });
  }
});

it.each([
  ['a sink', '../ops', 'webhook', 'key'],
  ['a Secret', 'ops', '../../../secrets', 'token'],
  ['a key', 'ops', 'webhook', '..'],
])('no name of %s leads outside of the directory of Secrets', async (_title, sink, name, key) => {
  await expect(secretFiles((path) => readFile(path), '/var/run/baton/sinks', sink)({ name, key })).resolves.toEqual({
    kind: 'Invalid',
    message: 'the name of the sink, the Secret or the key is not a valid file name; nothing was read',
  });
});
