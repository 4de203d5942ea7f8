import { describe, expect, it } from '@jest/globals';
import process from 'node:process';
import { AgentWorld, aPlan, openBatch, type RunningAgent } from './agent-world.ts';

const SEEDS = 300;
const SECOND_MS = 1_000;
const MINUTE_MS = 60_000;
/** Faults happen in the first minutes; then the world is left alone and has to come right by itself. */
const FAULTY_MS = 3 * MINUTE_MS;

/** Numbers from 0 to 1 that look random, the same for the same seed (mulberry32). */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** What came of one run. */
interface Outcome {
  readonly world: AgentWorld;
  readonly sinks: readonly string[];
  readonly batches: readonly number[];
  readonly finished: boolean;
  readonly faults: readonly string[];
  /** Sends that began while the Lease named another, though nothing had stopped the agent's clock. */
  readonly unnamedSends: readonly string[];
}

/** The operator's part in what agents see: it settles batches, copies receipts, replaces a holder that is silent, hands the baton over. */
class Operator {
  readonly #world: AgentWorld;
  readonly #random: () => number;
  readonly #leaseSeconds = 15;
  holder: RunningAgent;
  batch: number;
  handedOverAt = -Infinity;
  #nodes = 0;
  #seen = '';
  #seenAt = 0;

  constructor(world: AgentWorld, random: () => number) {
    this.#world = world;
    this.#random = random;
    this.batch = 1;
    this.holder = this.#replace();
  }

  handOver(): void {
    const before = this.holder;
    this.handedOverAt = this.#world.time.now;
    this.holder = this.#replace();
    void this.#world.time.sleep(this.#random() * 3 * SECOND_MS).then(() => {
      before.stop.abort();
    });
  }

  observe(): void {
    const { cluster, time } = this.#world;
    if (this.#random() < 0.5) cluster.copyReceipts();
    const seen = JSON.stringify(cluster.lease.object);
    if (seen !== this.#seen) {
      this.#seen = seen;
      this.#seenAt = time.now;
    } else if (time.now - this.#seenAt > this.#leaseSeconds * SECOND_MS) {
      this.holder = this.#replace();
      this.#seenAt = time.now;
    }
  }

  #replace(): RunningAgent {
    this.#nodes += 1;
    const agent = this.#world.start(`node-${this.#nodes}`);
    this.#world.cluster.passBaton(agent, `kernel-7f3c-${this.batch}`);
    return agent;
  }
}

async function run(seed: number): Promise<Outcome> {
  const random = seeded(seed);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const sinks = ['ops', 'chat', 'mail'].slice(0, 1 + upTo(2));
  const batches = [1, 2, 3].slice(0, 1 + upTo(2));
  const world = new AgentWorld(batches.map(openBatch), sinks);
  world.random = random;
  world.cluster.plan = aPlan(sinks, { live: true });
  world.apiLatency = () => random() * 400;
  const operator = new Operator(world, random);
  const faults: string[] = [];
  const unnamedSends: string[] = [];
  const frozen = new Set<RunningAgent>();
  const faulty = (): boolean => world.time.now < FAULTY_MS;

  const kill = (agent: RunningAgent, when: string): void => {
    if (!faulty() || agent.process.killed) return;
    faults.push(`killed ${agent.node} ${when}`);
    agent.process.kill();
  };
  for (const sink of sinks) {
    const killAt = ['before send', 'during send', 'before receipt', 'never'][upTo(3)];
    const failures = upTo(3);
    world.behaviours.set(sink, {
      // One that changes messages gets the live message as well.
      ...(sink === 'chat' ? { live: { handles: new Set() } } : {}),
      latencyMs: [20, 500, 4_000, 20_000][upTo(3)]!,
      onSend: ({ agent }) => {
        const named = world.cluster.lease.agentPodUid === agent.podUid;
        const handedOver = world.time.now - operator.handedOverAt < 3 * SECOND_MS;
        if (!named && !handedOver && !frozen.has(agent)) unnamedSends.push(`${agent.node} at ${world.time.now}`);
        if (killAt === 'before send' && random() < 0.3) {
          kill(agent, killAt);
          throw new Error('The request does not arrive.');
        }
        if (killAt === 'during send' && random() < 0.3) kill(agent, killAt);
      },
      onReceived: ({ agent }) => {
        if (killAt === 'before receipt' && random() < 0.3) kill(agent, killAt);
      },
      answer: ({ count }) =>
        count <= failures ? { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503' } : { kind: 'Delivered' },
    });
  }
  const brokenCalls = random() * 0.2;
  world.beforeCall = () => {
    if (faulty() && random() < brokenCalls) throw new Error('no connection');
  };

  // One batch after another settles while the faults happen.
  void (async () => {
    for (const index of batches) {
      const alerts = upTo(2);
      for (let i = 0; i < alerts; i++) {
        await world.time.sleep(random() * 20 * SECOND_MS);
        world.raiseAlert(index, sinks.slice(upTo(sinks.length - 1)));
      }
      await world.time.sleep(random() * 40 * SECOND_MS);
      world.settleBatch(index, sinks);
      if (index === batches.length) break;
      await world.time.sleep(random() * 30 * SECOND_MS);
      operator.batch = index + 1;
      operator.handOver();
    }
  })();
  void (async () => {
    while (faulty()) {
      await world.time.sleep(random() * 60 * SECOND_MS);
      const { holder } = operator;
      const fault = upTo(5);
      if (fault === 0) kill(holder, 'at some time');
      if (fault === 1) {
        faults.push(`froze ${holder.node}`);
        frozen.add(holder);
        holder.process.freeze();
        void world.time.sleep(random() * MINUTE_MS).then(() => {
          holder.process.thaw();
        });
      }
      if (fault === 2) {
        faults.push(`handed over from ${holder.node}`);
        operator.handOver();
      }
    }
  })();
  void (async () => {
    for (;;) {
      operator.observe();
      await world.time.sleep(SECOND_MS);
    }
  })();

  const finals = (): number => world.cluster.receipts().filter(({ id }) => id.endsWith('/1')).length;
  const settled = (): boolean => finals() === sinks.length * batches.length && world.cluster.outbox().length === 0;
  const finished = await world.time.runUntil(settled, 60 * MINUTE_MS);
  return { world, sinks, batches, finished, faults, unnamedSends };
}

describe('agents that are killed, frozen, replaced and cut off', () => {
  let duplicates = 0;
  let messages = 0;
  let liveMessages = 0;
  let faults = 0;

  it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('deliver every notification to every sink (seed %d)', async (seed) => {
    const outcome = await run(seed);
    const { world, sinks, batches } = outcome;

    expect(outcome.finished).toBe(true);
    const wanted = world.cluster.batches.flatMap(({ status }) => [status?.notification, ...(status?.notification?.alerts ?? [])]);
    for (const { id, sinks: asked = [] } of wanted.filter((message) => message !== undefined)) {
      for (const sink of asked) {
        const times = world.received.filter((each) => each.id === id && each.sink === sink).length;
        expect(times).toBeGreaterThanOrEqual(1);
        messages += 1;
        duplicates += times - 1;
      }
    }
    for (const sink of sinks) {
      const inOrder = [...new Set(world.received.filter((each) => each.sink === sink).map(({ batch }) => batch))];
      expect(inOrder).toEqual(batches.map((index) => `kernel-7f3c-${index}`));
    }
    liveMessages += new Set(world.posted.filter(({ kind }) => kind === 'Progress').map(({ handle }) => handle)).size;
    expect(outcome.unnamedSends).toEqual([]);
    faults += outcome.faults.length;
  });

  it('go through faults in these runs, and repeat themselves only after some of them', () => {
    process.stdout.write(
      `Chaos at the send: ${SEEDS} runs, ${faults} faults, ${messages} messages delivered, ${duplicates} of them again under the same id, ${liveMessages} live messages\n`,
    );
    expect(faults).toBeGreaterThan(SEEDS);
    expect(messages).toBeGreaterThan(SEEDS * 3);
    expect(liveMessages).toBeGreaterThan(SEEDS / 2);
    expect(duplicates).toBeGreaterThan(0);
    expect(duplicates).toBeLessThan(faults);
  });

  it('deliver exactly once when nothing goes wrong', async () => {
    const world = new AgentWorld([openBatch(1), openBatch(2)], ['ops', 'chat']);
    const operator = new Operator(world, () => 0.4);
    for (const index of [1, 2]) {
      operator.batch = index;
      if (index > 1) operator.handOver();
      await world.time.pass(10 * SECOND_MS);
      world.settleBatch(index, ['ops', 'chat']);
      for (let i = 0; i < 20; i++) {
        operator.observe();
        await world.time.pass(SECOND_MS);
      }
    }

    expect(world.received.map(({ sink, batch, node }) => `${sink} ${batch} ${node}`).sort()).toEqual([
      'chat kernel-7f3c-1 node-1',
      'chat kernel-7f3c-2 node-2',
      'ops kernel-7f3c-1 node-1',
      'ops kernel-7f3c-2 node-2',
    ]);
  });
});
