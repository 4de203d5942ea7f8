import { describe, expect, it } from '@jest/globals';
import type { ProbeResult } from '../../../../src/core/notification/model/send-result.ts';
import { BATCH, MINUTE_MS, SECOND_MS } from '../a-holder.ts';
import { AgentWorld, type RunningAgent } from '../agent-world.ts';
import { aPlan, openBatch } from '../batches.ts';
import type { SinkBehaviour } from '../receivers.ts';

const UID = `uid-of-${BATCH}`;
const REACHED: ProbeResult = { kind: 'Reached' };
const refused: ProbeResult = { kind: 'Retry', reason: 'NoAnswer', message: 'ops.example: ECONNREFUSED' };
const noSecret: ProbeResult = {
  kind: 'Permanent',
  reason: 'SecretMissing',
  message: 'the key url of the Secret hook is missing',
};

type Behave = NonNullable<SinkBehaviour['probe']>;

/** A world with two batches that run, whose sinks can be probed. */
function probeWorld(probes: Readonly<Record<string, Behave>>): AgentWorld {
  const world = new AgentWorld([openBatch(1), openBatch(2)], Object.keys(probes));
  for (const [sink, probe] of Object.entries(probes)) world.behaviours.set(sink, { latencyMs: 10, probe });
  return world;
}

/** The same with one sink, and an agent that holds the baton for the first batch. */
async function held(probe: Behave): Promise<{ world: AgentWorld; agent: RunningAgent }> {
  const world = probeWorld({ ops: probe });
  return { world, agent: await world.startHolder('node-a', BATCH) };
}

/** What is on the Lease of probes. */
function words({ cluster }: AgentWorld): readonly string[] {
  return cluster.lease.receipts.map(({ sink, id, outcome, reason = '', node = '' }) =>
    [sink, id, outcome, reason, node].filter((part) => part !== '').join(' '),
  );
}

const unreachable = (node: string, id: string): string => `ops ${id} Failed SinkUnreachable ${node}`;

describe('a probe', () => {
  it('checks every sink once when the agent gets the baton and records nothing when it reaches them', async () => {
    const world = probeWorld({ ops: () => REACHED, chat: () => REACHED, shared: () => REACHED });
    world.cluster.plan = aPlan(['ops', 'chat'], { sinksFrom: [{ configMapRef: { name: 'sinks' } }] });
    world.sharedSinks = () => ({ sinks: [{ name: 'shared', webhook: { url: 'https://shared.example/' } }], problem: undefined });

    await world.startHolder('node-a', BATCH);
    await world.time.pass(20 * MINUTE_MS);

    expect(world.probes.map(({ sink }) => sink).sort()).toEqual(['chat', 'ops', 'shared']);
    expect(world.probes.every(({ at }) => at < SECOND_MS)).toBe(true);
    expect(words(world)).toEqual([]);
  });

  it('records that a sink cannot be reached once that has lasted for a while', async () => {
    const { world } = await held(() => refused);

    await world.time.pass(9 * SECOND_MS);
    expect(words(world)).toEqual([]);
    await world.time.pass(15 * SECOND_MS);
    expect(world.cluster.lease.receipts).toEqual([
      {
        sink: 'ops',
        id: `${UID}/probe`,
        outcome: 'Failed',
        reason: 'SinkUnreachable',
        message: 'ops.example: ECONNREFUSED',
        node: 'node-a',
        attempts: expect.any(Number),
        time: expect.any(String),
      },
    ]);
  });

  it('does not record a short outage', async () => {
    const { world } = await held(({ at }) => (at < 5 * SECOND_MS ? refused : REACHED));

    await world.time.pass(10 * MINUTE_MS);

    expect(words(world)).toEqual([]);
  });

  it.each([
    { title: 'waits a minute and a half for a Secret', result: noSecret, silentMs: 85 * SECOND_MS, reason: 'SecretMissing' },
    {
      title: 'tells at once what cannot change by itself',
      result: { kind: 'Permanent', reason: 'AddressNotAllowed', message: 'no' } satisfies ProbeResult,
      silentMs: 0,
      reason: 'AddressNotAllowed',
    },
  ])('$title', async ({ result, silentMs, reason }) => {
    const { world } = await held(() => result);

    await world.time.pass(silentMs);
    expect(words(world)).toEqual([]);
    await world.time.pass(MINUTE_MS);
    expect(words(world)).toEqual([`ops ${UID}/probe Failed ${reason} node-a`]);
  });

  it('repeats every five minutes until the sink is reached, then records that and stops', async () => {
    const { world } = await held(({ at }) => (at < 14 * MINUTE_MS ? refused : REACHED));
    await world.time.pass(14 * MINUTE_MS);
    expect(words(world)).toEqual([unreachable('node-a', `${UID}/probe`)]);
    const before = world.probes.length;

    await world.time.pass(30 * MINUTE_MS);

    expect(words(world)).toEqual([unreachable('node-a', `${UID}/probe`), `ops ${UID}/probe.2 Reached node-a`]);
    expect(world.probes).toHaveLength(before + 1);
  });

  it.each([
    { title: 'copied', copied: true },
    { title: 'still on the Lease', copied: false },
  ])(
    'of the agent that takes over says what it finds from its own node, with the word of the first $title',
    async ({ copied }) => {
      const { world, agent } = await held(({ node }) => (node === 'node-c' ? REACHED : refused));
      await world.time.pass(MINUTE_MS);
      if (copied) world.cluster.copyReceipts();
      agent.process.kill();
      const second = await world.startHolder('node-b', BATCH);
      await world.time.pass(MINUTE_MS);
      world.cluster.copyReceipts();
      second.process.kill();
      await world.startHolder('node-c', BATCH);
      await world.time.pass(MINUTE_MS);
      world.cluster.copyReceipts();

      expect(world.cluster.receipts().map(({ id, outcome, node }) => `${id} ${outcome} ${node ?? ''}`)).toEqual([
        `${UID}/probe Failed node-a`,
        `${UID}/probe.2 Failed node-b`,
        `${UID}/probe.3 Reached node-c`,
      ]);
    },
  );

  it.each([
    { title: 'failed again', result: refused, word: 'Failed' },
    { title: 'reached it', result: REACHED, word: 'Reached' },
  ])('of the next batch records that it $title', async ({ result, word }) => {
    const { world, agent } = await held(({ at }) => (at < 5 * MINUTE_MS ? refused : result));
    await world.time.pass(MINUTE_MS);
    world.cluster.copyReceipts();
    await world.time.pass(5 * MINUTE_MS);
    world.cluster.copyReceipts();
    agent.stop.abort();

    await world.startHolder('node-b', 'kernel-7f3c-2');
    await world.time.pass(MINUTE_MS);

    const last = [...world.cluster.receipts(), ...world.cluster.lease.receipts].at(-1);
    expect(`${last?.id} ${last?.outcome}`).toBe(
      word === 'Failed' ? 'uid-of-kernel-7f3c-2/probe Failed' : `${UID}/probe.2 Reached`,
    );
  });

  it('that hangs delays no delivery and no other probe', async () => {
    const world = probeWorld({ ops: () => 'Hangs', chat: () => refused });
    await world.startHolder('node-a', BATCH);
    await world.time.pass(MINUTE_MS);
    const before = world.time.now;

    world.settleBatch(1, ['ops']);
    await world.time.pass(MINUTE_MS);

    expect(words(world)).toEqual([`chat ${UID}/probe Failed SinkUnreachable node-a`, `ops ${UID}/1 Delivered node-a`]);
    expect(world.received[0]?.at).toBeLessThan(before + SECOND_MS);
  });

  it('ends without a result for a sink that has accepted a message meanwhile', async () => {
    const { world } = await held(() => refused);
    await world.time.pass(5 * SECOND_MS);

    world.settleBatch(1, ['ops']);
    await world.time.pass(20 * MINUTE_MS);

    expect(words(world)).toEqual([`ops ${UID}/1 Delivered node-a`]);
    expect(world.probes.every(({ at }) => at < 10 * SECOND_MS)).toBe(true);
  });

  it.each<{ title: string; end: (world: AgentWorld, agent: RunningAgent) => void }>([
    {
      title: 'stops',
      end: (_world, agent) => {
        agent.stop.abort();
      },
    },
    {
      title: 'has lost the baton',
      end: (world) => {
        world.cluster.passBaton({ node: 'node-b', podUid: 'another' }, BATCH);
      },
    },
  ])('is neither started nor recorded when the agent $title', async ({ end }) => {
    const { world, agent } = await held(() => refused);
    await world.time.pass(5 * SECOND_MS);

    end(world, agent);
    await world.time.pass(10 * MINUTE_MS);

    expect(words(world)).toEqual([]);
    expect(world.probes.every(({ at }) => at < 30 * SECOND_MS)).toBe(true);
  });

  it('checks sinks that are new in the plan or were corrected', async () => {
    const world = probeWorld({ ops: () => REACHED, chat: () => REACHED });
    world.cluster.plan = aPlan(['ops']);
    await world.startHolder('node-a', BATCH);
    await world.time.pass(MINUTE_MS);

    const { plan } = world.cluster;
    const changed = { name: 'ops', webhook: { url: 'https://other.example/' } };
    world.cluster.plan = { ...plan, spec: { ...plan.spec, notify: { sinks: [changed, { ...changed, name: 'chat' }] } } };
    await world.time.pass(10 * MINUTE_MS);

    expect(world.probes.map(({ sink }) => sink)).toEqual(['ops', 'ops', 'chat']);
  });

  it.each<{ title: string; disturb: (world: AgentWorld) => void }>([
    {
      title: 'the plan cannot be read',
      disturb: (world) => {
        failUntil(world, 'plan.read');
      },
    },
    {
      title: 'the batch cannot be read',
      disturb: (world) => {
        failUntil(world, 'batch.read');
      },
    },
    {
      title: 'the shared sinks are not all there',
      disturb: (world) => {
        const sinks = world.cluster.plan?.spec.notify?.sinks ?? [];
        world.cluster.plan = aPlan([], { sinksFrom: [{ configMapRef: { name: 'sinks' } }] });
        world.sharedSinks = () =>
          world.time.now < 20 * SECOND_MS ? { sinks: [], problem: 'the kubelet is behind' } : { sinks, problem: undefined };
      },
    },
  ])('is repeated soon when $title', async ({ disturb }) => {
    const world = probeWorld({ ops: () => refused });
    disturb(world);
    await world.startHolder('node-a', BATCH);

    await world.time.pass(90 * SECOND_MS);

    expect(words(world)).toEqual([unreachable('node-a', `${UID}/probe`)]);
  });
});

/** A call to the API server fails for the first 20 s. */
function failUntil(world: AgentWorld, failing: string): void {
  world.beforeCall = (call) => {
    if (call === failing && world.time.now < 20 * SECOND_MS) throw new Error('etcd is slow');
  };
}
