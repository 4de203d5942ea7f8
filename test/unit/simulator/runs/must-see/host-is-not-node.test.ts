import { expect, jest } from '@jest/globals';
import type { UpgradeAction } from '../../../../../src/api/generated/upgradeaction.ts';
import { HOUR, MINUTE, NAMESPACE, planYaml, Stage, workers } from './stage.ts';
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
    await stage.pass(HOUR);
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

mustSee({
  entry: 'E3',
  fault: 'A failed node that was replaced under another name keeps its plan failed, whatever people do',
  play: async () => {
    const stage = await Stage.open({
      hosts: workers(3),
      upgrades: ({ host }) => (host === 'node-1' ? { kind: 'Fails', ms: MINUTE } : { kind: 'Succeeds', ms: 3 * MINUTE }),
    });
    const { client, hosts } = stage.simulation;
    stage.apply(
      planYaml(`
maxUnavailable: 3
batches: [{size: 100%, maxFailed: 1}]
failure: {maxFailed: 1}
newNodes: {policy: Upgrade, collectSeconds: 60}
`),
    );
    stage.apply(planYaml("dependsOn: [{name: os, version: '12.9'}]", '', 'apps'));
    await stage.until('node-1 has failed', () => stage.record('node-1')?.state === 'Failed');
    client.delete('/api/v1/nodes/node-1');
    hosts.remove('node-1');
    hosts.add({ name: 'node-4', labels: { role: 'worker' } });
    await stage.until('all present nodes are done', () => stage.plan().status?.progress === '3/3');
    const batch = stage.batches()[0]?.metadata.name;
    const answers: unknown[] = [];
    for (const action of ['Retry', 'Skip']) {
      stage.act({ action, batch, nodes: ['node-1'] }, action.toLowerCase());
      await stage.pass(5 * MINUTE);
      answers.push(answerOf(stage, action.toLowerCase()));
    }
    const { summary } = stage.plan().status ?? {};
    return { answers, summary, apps: stage.batches().filter(({ spec }) => spec.plan === 'apps').length };
  },
  today: (played) => {
    expect(played).toEqual({ answers: ['True/Done', 'Unknown/Pending'], summary: 'Failed', apps: 0 });
  },
  right: ({ answers, summary, apps }) => {
    expect(answers).toEqual(['False/NodeGone', 'True/Done']);
    expect(summary).toBe('Succeeded');
    expect(apps).toBeGreaterThan(0);
  },
});

/** The condition `Applied` of an action, as `status/reason`. */
function answerOf({ simulation }: Stage, name: string): string {
  const action = simulation.client.get(`/apis/baton.dev/v1alpha1/namespaces/${NAMESPACE}/upgradeactions/${name}`);
  const { conditions } = (action as unknown as UpgradeAction).status ?? {};
  const { status, reason } = conditions?.find(({ type }) => type === 'Applied') ?? {};
  return `${status ?? ''}/${reason ?? ''}`;
}

mustSee({
  entry: 'E4',
  fault: 'A node that loses its turn annotation stays cordoned for good',
  play: async () => {
    const stage = await Stage.open({ hosts: 1, upgrades: () => ({ kind: 'Succeeds', ms: 2 * MINUTE }) });
    stage.apply(planYaml());
    await stage.until('the upgrade runs', () => stage.record('node-1')?.state === 'Upgrading');
    stage.simulation.client.mergePatch('/api/v1/nodes/node-1', { metadata: { annotations: { 'baton.dev/turn': null } } });
    const cordoned: boolean[] = [];
    for (const version of ['12.9', '13.0']) {
      stage.edit({ version });
      await stage.until(`the rollout of ${version} has ended`, () => hasEnded(stage, version));
      cordoned.push((stage.node('node-1')?.['spec'] as { readonly unschedulable?: boolean }).unschedulable === true);
    }
    return cordoned;
  },
  today: (cordoned) => {
    expect(cordoned).toEqual([true, true]);
  },
  right: (cordoned) => {
    expect(cordoned).toEqual([false, false]);
  },
});

function hasEnded(stage: Stage, version: string): boolean {
  return stage.batches().at(-1)?.spec.version === version && stage.plan().status?.summary === 'Succeeded';
}

// The simulated API server has no admission policies, so that this does not show that `baton-claims` rejects what the controller writes.
mustSee({
  entry: 'E32',
  fault: 'The marks of a replaced Node, restored by a remediation controller, let a new host count as upgraded',
  play: async () => {
    let first: string | undefined;
    const stage = await Stage.open({
      hosts: 2,
      upgrades: ({ host }) => ({ kind: 'Succeeds', ms: host === (first ??= host) ? MINUTE : 5 * MINUTE }),
    });
    const { client, hosts } = stage.simulation;
    stage.apply(planYaml('newNodes: {policy: Upgrade, collectSeconds: 60}'));
    await stage.until('the second upgrade runs', () => stage.batches()[1]?.status?.nodes?.[0]?.state === 'Upgrading');
    const name = first ?? '';
    const { labels, annotations } = stage.node(name)?.metadata ?? {};
    client.delete(`/api/v1/nodes/${name}`);
    hosts.remove(name);
    hosts.add({ name, labels: { role: 'worker' } });
    await stage.until('the new Node is there', () => stage.node(name) !== undefined);
    client.mergePatch(`/api/v1/nodes/${name}`, { metadata: { labels, annotations } });
    await stage.pass(15 * MINUTE);
    return { runs: hosts.get(name)?.runs.length, summary: stage.plan().status?.summary };
  },
  today: (played) => {
    expect(played).toEqual({ runs: 0, summary: 'Succeeded' });
  },
  right: (played) => {
    expect(played).toEqual({ runs: 1, summary: 'Succeeded' });
  },
});
