import { describe, expect, it } from '@jest/globals';
import { MINUTE_MS, SECOND_MS, unavailable, worldWithHolder } from './a-holder.ts';
import { type AgentWorld } from './agent-world.ts';
import { aPatientPlan } from './batches.ts';

/** The grace period of an agent's Pod. */
const GRACE_MS = 15 * SECOND_MS;

describe('an agent that is asked to stop', () => {
  it('ends at once when nothing is being sent', async () => {
    const { world, agent } = await worldWithHolder();

    agent.stop.abort();
    await world.time.pass(SECOND_MS);

    expect(agent.endedAt).toBeDefined();
  });

  it('completes a send that the receiver answers in its usual time and writes its receipt', async () => {
    const { world, agent } = await worldWithHolder();
    world.behaviours.set('ops', {
      latencyMs: 4 * SECOND_MS,
      onSend: () => {
        agent.stop.abort();
      },
    });

    world.settleBatch(1, ['ops']);
    await world.time.pass(GRACE_MS);

    expect(agent.endedAt).toBeDefined();
    expect(world.cluster.lease.receipts).toMatchObject([{ outcome: 'Delivered' }]);
  });

  it.each([
    {
      title: 'a send takes long',
      setUp: (world: AgentWorld) => {
        world.cluster.plan = aPatientPlan('ops');
        world.behaviours.set('ops', { latencyMs: MINUTE_MS });
      },
    },
    {
      title: 'the Lease cannot be written',
      setUp: (world: AgentWorld) => {
        world.behaviours.set('ops', {
          latencyMs: 10,
          onReceived: () => {
            world.beforeCall = () => {
              throw new Error('no connection');
            };
          },
        });
      },
    },
    {
      title: 'a sink fails',
      setUp: (world: AgentWorld) => {
        world.behaviours.set('ops', { latencyMs: 10, answer: () => unavailable });
      },
    },
  ])('ends before its Pod is killed when $title', async ({ setUp }) => {
    const { world, agent } = await worldWithHolder();
    setUp(world);
    world.settleBatch(1, ['ops']);
    await world.time.pass(2 * SECOND_MS);

    const asked = world.time.now;
    agent.stop.abort();
    await world.time.runUntil(() => agent.endedAt !== undefined, MINUTE_MS);

    expect(agent.endedAt! - asked).toBeLessThan(GRACE_MS);
  });
});
