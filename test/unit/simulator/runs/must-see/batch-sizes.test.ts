import { expect, jest } from '@jest/globals';
import { MINUTE, planYaml, Stage, workers } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

/** The first batch, which waits for approval. */
async function firstBatch(stage: Stage): Promise<{ readonly name: string; readonly node: string }> {
  await stage.until('the first batch waits for approval', () => stage.condition('Ready')?.reason === 'ApprovalRequired');
  const [batch] = stage.batches();
  return { name: batch?.metadata.name ?? '', node: batch?.spec.nodes[0]?.name ?? '' };
}

mustSee({
  entry: 'E12',
  fault: 'After a canary that was skipped, the next batch is the larger one, without the limit of the first',
  play: async () => {
    const failed: string[] = [];
    const stage = await Stage.open({
      hosts: 4,
      upgrades: ({ host }) => {
        failed.push(host);
        return { kind: 'Fails', ms: MINUTE };
      },
    });
    const batches = "[{name: canary, size: 1, approval: BeforeStart}, {name: rest, size: '100%'}]";
    stage.apply(planYaml(`maxUnavailable: '100%'\nbatches: ${batches}\nfailure: {maxFailed: 2}\nnotify: {}`));
    const canary = await firstBatch(stage);
    stage.simulation.hosts.powerOff(canary.node, undefined);
    await stage.pass(2 * MINUTE);
    // Somebody approves each batch of the canary's step.
    for (let minutes = 0; minutes < 15; minutes += 3) {
      if (stage.condition('Ready')?.reason === 'ApprovalRequired')
        stage.act({ action: 'Approve', batch: stage.batches().at(-1)?.metadata.name });
      await stage.pass(3 * MINUTE);
    }
    const steps = stage.batches().map(({ spec }) => `${spec.stepName ?? ''}: ${spec.nodes.length}`);
    return { steps, failed, summary: stage.plan().status?.summary };
  },
  today: ({ steps, failed }) => {
    expect(steps).toEqual(['canary: 1', 'rest: 3']);
    expect(failed).toHaveLength(3);
  },
  right: ({ steps, failed, summary }) => {
    expect(failed).toHaveLength(1);
    expect(steps).toEqual(['canary: 1', 'canary: 1']);
    expect(summary).toBe('Paused');
  },
});

mustSee({
  entry: 'E13',
  fault: 'In a fleet that has shrunk, `maxUnavailable` is still a percentage of the nodes of the start',
  play: async () => {
    let running = 0;
    let most = 0;
    const stage: Stage = await Stage.open({
      hosts: 6,
      upgrades: () => {
        running += 1;
        most = Math.max(most, running);
        stage.simulation.time.setTimer(MINUTE, () => (running -= 1));
        return { kind: 'Succeeds', ms: MINUTE };
      },
    });
    const batches = "[{size: 1, approval: BeforeNext}, {size: '100%'}]";
    stage.apply(planYaml(`maxUnavailable: '50%'\nbatches: ${batches}\nnotify: {}`));
    const first = await firstBatch(stage);
    const others = workers(6).flatMap(({ name }) => (name === first.node ? [] : [name]));
    for (const name of [first.node, ...others.slice(2)]) {
      stage.simulation.hosts.remove(name);
      stage.simulation.client.delete(`/api/v1/nodes/${name}`);
    }
    await stage.pass(MINUTE);
    stage.act({ action: 'Approve', batch: first.name });
    await stage.until('the plan succeeds', () => stage.plan().status?.summary === 'Succeeded');
    return { most, left: stage.simulation.hosts.all.length };
  },
  today: ({ most, left }) => {
    expect(left).toBe(2);
    expect(most).toBe(2);
  },
  right: ({ most }) => {
    expect(most).toBe(1);
  },
});

mustSee({
  entry: 'E13',
  fault: 'After somebody has widened the selector, steps are still a percentage of the nodes of the start',
  play: async () => {
    const hosts = workers(8).map((host, index) => (index < 2 ? host : { ...host, labels: { role: 'other' } }));
    const stage = await Stage.open({ hosts });
    const batches = "[{size: 1, approval: BeforeNext}, {size: '50%'}]";
    stage.apply(planYaml(`maxUnavailable: '50%'\nbatches: ${batches}\nnotify: {}\nnewNodes: {collectSeconds: 60}`));
    const first = await firstBatch(stage);
    stage.edit({ nodeSelector: { matchLabels: null, matchExpressions: [{ key: 'role', operator: 'Exists' }] } });
    await stage.pass(MINUTE);
    stage.act({ action: 'Approve', batch: first.name });
    await stage.until('the plan succeeds', () => stage.plan().status?.counts?.succeeded === 8);
    return { sizes: stage.batches().map(({ spec }) => spec.nodes.length) };
  },
  today: ({ sizes }) => {
    expect(sizes).toEqual([1, 1, 1, 1, 1, 1, 1, 1]);
  },
  right: ({ sizes }) => {
    expect(Math.max(...sizes)).toBe(4);
    expect(sizes.length).toBeLessThan(5);
  },
});
