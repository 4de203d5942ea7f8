import { describe, expect, it } from '@jest/globals';
import process from 'node:process';
import { AgentWorld } from './agent-world.ts';
import { openBatch } from './batches.ts';
import { ChaosOperator } from './chaos-operator.ts';
import { runChaos, SCENARIOS, type Scenario } from './chaos-run.ts';
import type { Received } from './receivers.ts';
import { CAUSES, repetitionsIn, type Repetition } from './repetitions.ts';

const SEEDS = 300;
const SECOND_MS = 1_000;

/** What people see of a receiver that remembers ids. */
function withoutRepetitions(received: readonly Received[]): readonly Received[] {
  return received.filter(({ id }, index) => received.findIndex((each) => each.id === id) === index);
}

describe('agents that are killed, frozen, replaced and cut off', () => {
  const scenarios: Scenario[] = [];
  const repetitions: Repetition[] = [];
  let messages = 0;
  let liveMessages = 0;

  it.each(Array.from({ length: SEEDS }, (_, i) => i + 1))('deliver every notification to every sink (seed %d)', async (seed) => {
    const outcome = await runChaos(seed);
    const { world, sinks, batches } = outcome;
    expect(outcome.finished).toBe(true);

    const batchNames = batches.map((index) => `kernel-7f3c-${index}`);
    const wanted = world.cluster.batches.flatMap(({ status }) => [status?.notification, ...(status?.notification?.alerts ?? [])]);
    for (const sink of sinks) {
      const received = world.received.filter((each) => each.sink === sink);
      const asked = wanted.flatMap((message) => (message?.sinks?.includes(sink) === true ? [message.id] : []));
      expect(received.map(({ id }) => id)).toEqual(expect.arrayContaining(asked));
      messages += asked.length;
      expect([...new Set(received.map(({ batch }) => batch))]).toEqual(batchNames);
      const finals = withoutRepetitions(received).filter(({ notification }) => notification.kind === 'BatchSettled');
      expect(finals.map(({ batch }) => batch)).toEqual(batchNames);
    }

    const repeated = repetitionsIn(world);
    expect(repeated.filter(({ cause }) => cause === undefined)).toEqual([]);
    expect(outcome.unnamedSends).toEqual([]);
    repetitions.push(...repeated);
    scenarios.push(...outcome.scenarios);
    liveMessages += new Set(world.posted.filter(({ kind }) => kind === 'Progress').map(({ handle }) => handle)).size;
  });

  it('pass every scenario in these runs, some of which lead to repetitions', () => {
    const counts = <T>(kinds: readonly T[], all: readonly T[]): string =>
      kinds.map((kind) => `${String(kind)} ${all.filter((each) => each === kind).length}`).join(', ');
    const causes = repetitions.flatMap(({ cause }) => cause ?? []);
    process.stdout.write(
      [
        `Chaos at the send: ${SEEDS} runs (${counts(SCENARIOS, scenarios)})`,
        `${messages} messages delivered, ${causes.length} repetitions (${counts(CAUSES, causes)}), ${liveMessages} live messages\n`,
      ].join('; '),
    );
    for (const scenario of SCENARIOS) expect(scenarios.filter((each) => each === scenario).length).toBeGreaterThan(SEEDS / 10);
    expect(messages).toBeGreaterThan(SEEDS * 3);
    expect(liveMessages).toBeGreaterThan(SEEDS / 2);
    for (const cause of ['killed while it sent', 'killed before the receipt', 'stood still', 'no answer in time'] as const)
      expect(causes).toContain(cause);
  });

  it('deliver exactly once when nothing goes wrong', async () => {
    const world = new AgentWorld([openBatch(1), openBatch(2)], ['ops', 'chat']);
    const operator = new ChaosOperator(world, () => 0.4);
    for (const index of [1, 2]) {
      if (index > 1) await operator.nextBatch(() => true);
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
