import { expect, jest } from '@jest/globals';
import { HOUR, MINUTE, planYaml, Stage, workers } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

const TEN_MINUTES = 10 * MINUTE;

/** Deletes every Node that is NotReady for ten minutes, as a repair controller does, and adds a host under another name instead. */
function repair({ simulation }: Stage): void {
  const { client, hosts, time } = simulation;
  const since = new Map<string, number>();
  let serial = 0;
  const look = (): void => {
    for (const { metadata, status } of client.list('/api/v1/nodes')) {
      const { name = '' } = metadata;
      const { conditions = [] } = status as { conditions?: readonly { readonly type: string; readonly status: string }[] };
      const isReady = conditions.some((condition) => condition.type === 'Ready' && condition.status === 'True');
      if (isReady) since.delete(name);
      else if (time.now() - (since.get(name) ?? time.now()) < TEN_MINUTES) since.set(name, since.get(name) ?? time.now());
      else {
        since.delete(name);
        client.delete(`/api/v1/nodes/${name}`);
        hosts.remove(name);
        serial += 1;
        hosts.add({ name: `replacement-${serial}`, labels: { role: 'worker' } });
      }
    }
    time.setTimer(15_000, look);
  };
  look();
}

mustSee({
  entry: 'E1',
  fault: 'Upgrades that destroy their hosts count as skipped, and the rollout goes on',
  play: async () => {
    const stage = await Stage.open({
      hosts: workers(4),
      upgrades: () => ({ kind: 'LosesHost', ms: MINUTE, downMs: undefined }),
    });
    repair(stage);
    stage.apply(planYaml('failure: {maxFailed: 0}\nnewNodes: {policy: Upgrade, collectSeconds: 60}'));
    await stage.pass(3 * HOUR);
    return {
      lost: stage.simulation.hosts.all.length,
      counts: stage.plan().status?.counts,
      summary: stage.plan().status?.summary,
      reasons: stage
        .batches()
        .flatMap(({ status }) => (status?.nodes ?? []).map(({ state, reason }) => `${state}/${reason ?? ''}`)),
    };
  },
  today: ({ counts, reasons }) => {
    expect(counts).toMatchObject({ failed: 0 });
    expect(reasons.filter((reason) => reason === 'Skipped/NodeDeleted').length).toBeGreaterThan(2);
  },
  right: ({ summary, reasons }) => {
    expect(reasons).toEqual(['Failed/NodeLost']);
    expect(summary).toBe('Paused');
  },
});
