import { AgentWorld, type RunningAgent } from './agent-world.ts';
import { aPlan, openBatch } from './batches.ts';
import { ChaosOperator } from './chaos-operator.ts';
import type { SendTry, SinkBehaviour } from './receivers.ts';

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

/** What happens to agents in these runs. */
export const SCENARIOS = [
  'killed before the send',
  'killed during the send',
  'killed after the send, before the receipt',
  'killed at some time',
  'two agents alive at once, one of which stood still',
  'sink slower than the Lease',
  'Pod deleted',
] as const;

export type Scenario = (typeof SCENARIOS)[number];

/** What came of one run. */
export interface ChaosRun {
  readonly world: AgentWorld;
  readonly sinks: readonly string[];
  readonly batches: readonly number[];
  readonly finished: boolean;
  readonly scenarios: readonly Scenario[];
  /** Sends that began while the Lease named another, though nothing had stopped the agent's clock. */
  readonly unnamedSends: readonly string[];
}

/** Up to three batches are told to up to three sinks, while agents are killed, frozen, replaced and cut off. */
export async function runChaos(seed: number): Promise<ChaosRun> {
  const random = seeded(seed);
  const upTo = (most: number): number => Math.floor(random() * (most + 1));
  const oneOf = <T>(of: readonly T[]): T => of[upTo(of.length - 1)] as T;
  const sinks = ['ops', 'chat', 'mail'].slice(0, 1 + upTo(2));
  const batches = [1, 2, 3].slice(0, 1 + upTo(2));
  const world = new AgentWorld(batches.map(openBatch), sinks);
  const { time, cluster, receivers } = world;
  world.random = random;
  cluster.plan = aPlan(sinks, { live: true });
  world.apiLatency = () => random() * 400;
  const operator = new ChaosOperator(world, random);
  const scenarios: Scenario[] = [];
  const unnamedSends: string[] = [];
  const faulty = (): boolean => time.now < FAULTY_MS;

  const kill = (agent: RunningAgent, scenario: Scenario): boolean => {
    if (!faulty() || agent.process.killed) return false;
    scenarios.push(scenario);
    agent.process.kill();
    if (random() < 0.5) void operator.restart(agent);
    return true;
  };
  const freeze = (agent: RunningAgent): void => {
    agent.process.freeze();
    void time.sleep(random() * MINUTE_MS).then(() => {
      agent.process.thaw();
      if (operator.holder !== agent && !agent.process.killed)
        scenarios.push('two agents alive at once, one of which stood still');
    });
  };

  function behaviour(sink: string): SinkBehaviour {
    const killAt = oneOf(['before', 'during', 'after', 'never']);
    let hasKilled = false;
    const killOnce = (when: typeof killAt, { agent, notification }: SendTry, scenario: Scenario): boolean => {
      if (killAt !== when || hasKilled || notification.kind === 'Progress' || random() < 0.5) return false;
      hasKilled = kill(agent, scenario);
      return hasKilled;
    };
    const failures = upTo(3);
    const isMail = sink === 'mail';
    return {
      // One that changes messages gets the live message as well.
      ...(sink === 'chat' ? { live: { handles: new Set() } } : {}),
      latencyMs: oneOf([20, 500, 2_000]),
      answerMs: oneOf([20, 500, 4_000, isMail ? 16_000 : 12_000]),
      onSend: (sent) => {
        const { agent } = sent;
        const named = cluster.lease.agentPodUid === agent.podUid;
        if (!named && !agent.process.stoodStill(0, time.now)) unnamedSends.push(`${agent.node} at ${time.now}`);
        if (killOnce('before', sent, 'killed before the send')) throw new Error('The request does not arrive.');
        killOnce('during', sent, 'killed during the send');
      },
      onReceived: (sent) => {
        killOnce('after', sent, 'killed after the send, before the receipt');
      },
      answer: ({ count }) =>
        count <= failures ? { kind: 'Retry', reason: 'Unavailable', message: 'HTTP 503' } : { kind: 'Delivered' },
    };
  }
  for (const sink of sinks) receivers.behaviours.set(sink, behaviour(sink));
  const brokenCalls = random() * 0.2;
  world.beforeCall = () => {
    if (faulty() && random() < brokenCalls) throw new Error('no connection');
  };

  async function runBatch(index: number): Promise<void> {
    const alerts = upTo(2);
    for (let i = 0; i < alerts; i++) {
      await time.sleep(random() * 20 * SECOND_MS);
      world.raiseAlert(index, sinks.slice(upTo(sinks.length - 1)));
    }
    if (random() < 0.5) operator.handOver();
    await time.sleep(random() * 40 * SECOND_MS);
    world.settleBatch(index, sinks);
    const told = (): boolean => !cluster.outbox().some((entry) => entry.index === index);
    if (index < batches.length) await operator.nextBatch(told);
  }
  void (async () => {
    for (const index of batches) await runBatch(index);
  })();
  void (async () => {
    while (faulty()) {
      await time.sleep(random() * 60 * SECOND_MS);
      const { holder } = operator;
      const fault = upTo(5);
      if (fault === 0) kill(holder, 'killed at some time');
      if (fault === 1) freeze(holder);
      if (fault === 2) {
        scenarios.push('Pod deleted');
        operator.drain();
      }
    }
  })();
  void operator.run();

  const finals = (): number => cluster.receipts().filter(({ id }) => id.endsWith('/1')).length;
  const settled = (): boolean => finals() === sinks.length * batches.length && cluster.outbox().length === 0;
  const finished = await time.runUntil(settled, 60 * MINUTE_MS);
  const slow = receivers.tries.filter(({ beganAt, endedAt = beganAt }) => endedAt - beganAt > 15 * SECOND_MS);
  scenarios.push(...slow.map((): Scenario => 'sink slower than the Lease'));
  return { world, sinks, batches, finished, scenarios, unnamedSends };
}
