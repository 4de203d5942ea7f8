import { describe, expect, it } from '@jest/globals';
import { BATCH, MINUTE_MS, SECOND_MS, unavailable } from '../a-holder.ts';
import { AgentWorld, type RunningAgent } from '../agent-world.ts';
import { aPlan, openBatch } from '../batches.ts';

const UID = `uid-of-${BATCH}`;

/** A world with a sink that changes messages, one that cannot, and an agent that holds the baton. */
async function liveWorld(): Promise<{ world: AgentWorld; agent: RunningAgent; handles: Set<string> }> {
  const world = new AgentWorld([openBatch(1)], ['chat', 'ops']);
  world.cluster.plan = aPlan(['chat', 'ops'], { live: true });
  const handles = new Set<string>();
  world.behaviours.set('chat', { latencyMs: 10, live: { handles } });
  progress(world, 0);
  const agent = await world.startHolder('node-a', BATCH);
  await world.time.pass(5 * SECOND_MS);
  return { world, agent, handles };
}

/** The operator counts so many nodes as done. */
function progress(world: AgentWorld, succeeded: number): void {
  world.cluster.changeBatch(UID, (batch) => ({
    ...batch,
    status: { ...batch.status, summary: { ...batch.status?.summary, nodes: 3, succeeded, running: 1 } },
  }));
}

/** What was posted to, or changed in, the sink that can. */
function story(world: AgentWorld): readonly string[] {
  return world.posted.map(({ kind, handle, changed, node }) => `${node} ${changed ? 'changes' : 'posts'} ${handle}: ${kind}`);
}

describe('notify.live', () => {
  it('posts one message when the batch runs, updates it when counts change, and replaces it by the final message', async () => {
    const { world } = await liveWorld();
    await world.time.pass(2 * MINUTE_MS);
    expect(story(world)).toEqual(['node-a posts chat/1: Progress']);

    progress(world, 1);
    await world.time.pass(MINUTE_MS);
    world.settleBatch(1, ['chat', 'ops']);
    await world.time.pass(2 * MINUTE_MS);

    expect(story(world)).toEqual([
      'node-a posts chat/1: Progress',
      'node-a changes chat/1: Progress',
      'node-a changes chat/1: BatchSettled',
    ]);
    expect(world.received.map(({ sink, id }) => `${sink} ${id}`).sort()).toEqual([`chat ${UID}/1`, `ops ${UID}/1`]);
  });

  it('updates the message at most every 30 s', async () => {
    const { world } = await liveWorld();
    for (let i = 0; i < 60; i++) {
      progress(world, i);
      await world.time.pass(SECOND_MS);
    }

    expect(story(world).length).toBeLessThanOrEqual(4);
  });

  it.each([
    { title: 'its receipt copied into the status', copied: true },
    { title: 'its receipt still on the Lease', copied: false },
  ])('continues with the same message when the agent is replaced, $title', async ({ copied }) => {
    const { world, agent } = await liveWorld();
    if (copied) world.cluster.copyReceipts();
    agent.process.kill();
    await world.startHolder('node-b', BATCH);
    progress(world, 2);
    await world.time.pass(2 * MINUTE_MS);
    world.settleBatch(1, ['chat']);
    await world.time.pass(MINUTE_MS);

    expect(story(world)[0]).toBe('node-a posts chat/1: Progress');
    expect(
      story(world)
        .slice(1)
        .every((line) => line.startsWith('node-b changes chat/1')),
    ).toBe(true);
    expect(story(world).at(-1)).toBe('node-b changes chat/1: BatchSettled');
  });

  it('posts a new message when the receiver has lost the previous one and continues with that', async () => {
    const { world, handles } = await liveWorld();
    handles.clear();
    progress(world, 1);
    await world.time.pass(MINUTE_MS);
    world.cluster.copyReceipts();
    progress(world, 2);
    await world.time.pass(MINUTE_MS);

    expect(story(world)).toEqual([
      'node-a posts chat/1: Progress',
      'node-a posts chat/2: Progress',
      'node-a changes chat/2: Progress',
    ]);
    expect(world.cluster.receipts().map(({ id, handle }) => `${id} ${handle ?? ''}`)).toEqual([
      `${UID}/live chat/1`,
      `${UID}/live.2 chat/2`,
    ]);
  });

  it('skips progress, but not the final message, when the receiver fails', async () => {
    const { world } = await liveWorld();
    let down = true;
    world.behaviours.set('chat', {
      latencyMs: 10,
      live: { handles: new Set() },
      answer: () => (down ? unavailable : { kind: 'Delivered' }),
    });
    progress(world, 1);
    await world.time.pass(MINUTE_MS);
    world.settleBatch(1, ['chat']);
    await world.time.pass(5 * SECOND_MS);
    down = false;
    await world.time.pass(2 * MINUTE_MS);

    expect(story(world).at(-1)).toMatch(/: BatchSettled$/);
    expect(story(world).filter((line) => line.endsWith('BatchSettled'))).toHaveLength(1);
  });

  it('never overwrites the final message, which waits for an update in progress', async () => {
    const { world } = await liveWorld();
    const live = { handles: new Set(['chat/1']) };
    world.behaviours.set('chat', { latencyMs: 4 * SECOND_MS, live });
    progress(world, 1);
    await world.time.runUntil(() => world.tries('chat') === 2, MINUTE_MS);

    world.behaviours.set('chat', { latencyMs: 10, live });
    world.settleBatch(1, ['chat']);
    await world.time.pass(2 * MINUTE_MS);

    expect(story(world).slice(-2)).toEqual(['node-a changes chat/1: Progress', 'node-a changes chat/1: BatchSettled']);
  });

  it('sends nothing to sinks that ask for less, and nothing unless the plan enables it', async () => {
    const { world } = await liveWorld();
    const before = world.posted.length;
    world.cluster.plan = aPlan(['chat', 'ops']);
    progress(world, 1);
    await world.time.pass(2 * MINUTE_MS);

    expect(world.posted).toHaveLength(before);
    expect(world.received).toEqual([]);
  });
});
