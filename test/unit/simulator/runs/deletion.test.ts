import { describe, expect, it, jest } from '@jest/globals';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const PLAN = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans/os';
/** Where the plan's sink posts to. */
const RECEIVER = 'https://hooks.example/';
const NAMESPACE = '/api/v1/namespaces/fleet';

/** Begins a rollout to three nodes, one at a time, and returns when the first of them is being upgraded. */
async function beginRollout(): Promise<{ readonly stage: Stage; readonly ran: readonly string[] }> {
  const ran: string[] = [];
  const stage = await Stage.open({
    hosts: 3,
    upgrades: ({ host }) => {
      ran.push(host);
      return { kind: 'Succeeds', ms: MINUTE };
    },
  });
  stage.apply(planYaml('batches: [{size: 3}]'));
  await stage.until('the first node is upgraded', () => ran.length > 0);
  return { stage, ran };
}

async function untilGone(stage: Stage, path: string): Promise<void> {
  await stage.until(`${path} is gone`, () => stage.simulation.client.get(path) === undefined);
}

async function untilFree(stage: Stage): Promise<void> {
  await stage.until('every node is in service', () => stage.claimed().length === 0 && stage.simulation.nodesDown() === 0);
}

describe('A plan that is deleted in mid-run', () => {
  it.each(['Background', 'Foreground'] as const)(
    'finishes what runs, starts nothing, and reports that (%s)',
    async (propagationPolicy) => {
      const { stage, ran } = await beginRollout();
      const { client, servers, time } = stage.simulation;
      // The plan has to wait for its last message.
      const upAgain = time.now() + 2 * MINUTE;
      servers.serve(RECEIVER, () => ({ kind: 'Answers', status: time.now() < upAgain ? 503 : 200 }));

      client.delete(PLAN, { propagationPolicy });
      await untilGone(stage, PLAN);
      expect(time.now()).toBeGreaterThan(upAgain);
      await untilFree(stage);
      await stage.until('the batches are gone as well', () => stage.batches().length === 0);
      await stage.pass(MINUTE);

      const notifications = stage.notifications();
      expect(notifications.map(({ kind, nodes }) => [kind, nodes.map(({ state }) => state)])).toEqual([
        ['BatchSettled', ['Succeeded', 'NotAttempted', 'NotAttempted']],
      ]);
      expect(ran).toHaveLength(1);
      expect(stage.jobs()).toEqual([]);
    },
  );
});

describe('A namespace that is deleted in mid-run', () => {
  it('goes, and every node is released', async () => {
    const { stage, ran } = await beginRollout();

    stage.simulation.client.delete(NAMESPACE);
    await untilGone(stage, NAMESPACE);
    await untilFree(stage);
    await stage.pass(MINUTE);

    expect(ran).toHaveLength(1);
    expect(stage.claimed()).toEqual([]);
    expect(stage.simulation.failures).toEqual([]);
  });
});
