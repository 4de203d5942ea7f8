import { expect, jest } from '@jest/globals';
import { HOUR, MINUTE, planYaml, Stage } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

mustSee({
  entry: 'E16',
  fault: 'A plan with an open batch waits for its dependency, which waits for the group that the plan keeps',
  play: async () => {
    const stage = await Stage.open({ hosts: 2, upgrades: () => ({ kind: 'Succeeds', ms: 5 * MINUTE }) });
    const group = 'exclusiveGroup: hosts\nnotify: {}\nbatches: [{size: 2}]\nnewNodes: {collectSeconds: 60}';
    stage.apply(planYaml(group, '', 'firmware'));
    await stage.until('firmware has succeeded', () => stage.plan('firmware').status?.summary === 'Succeeded');
    stage.apply(planYaml(`${group}\ndependsOn: [{name: firmware, version: '12.9'}]`));
    await stage.until('the first node of os runs', () => stage.claimed().length === 1);
    stage.simulation.hosts.add({ name: 'node-3', labels: { role: 'worker' } });
    await stage.pass(MINUTE);
    // Any edit makes a plan that has ended look at its nodes again.
    stage.edit({ failure: { maxFailed: 1 } }, 'firmware');
    await stage.pass(2 * HOUR);
    const reasons = ['firmware', 'os'].map((plan) => stage.condition('Ready', plan)?.reason);
    return { reasons, done: stage.plan().status?.counts?.succeeded, claimed: stage.claimed() };
  },
  today: ({ reasons, done, claimed }) => {
    expect(reasons).toEqual(['ExclusiveGroupBusy', 'DependencyNotMet']);
    expect(done).toBe(1);
    expect(claimed).toEqual([]);
  },
  right: ({ reasons, done }) => {
    expect(reasons).toEqual(['AllSucceeded', 'AllSucceeded']);
    expect(done).toBe(3);
  },
});

mustSee({
  entry: 'E18',
  fault: 'A plan whose gate is closed for hours keeps its exclusive group',
  play: async () => {
    let quiet = true;
    const stage = await Stage.open({ hosts: 2 });
    stage.simulation.servers.serve('https://traffic.example/', () => ({ kind: 'Answers', status: quiet ? 200 : 503 }));
    const group = 'exclusiveGroup: hosts\nnotify: {}';
    stage.apply(planYaml(`${group}\ngates: [{name: traffic, http: {url: 'https://traffic.example/quiet'}}]`));
    await stage.until('the first node of os runs', () => stage.claimed().length === 1);
    quiet = false;
    stage.apply(planYaml(group, '', 'firmware'));
    await stage.pass(6 * HOUR);
    return {
      os: stage.condition('Ready')?.reason,
      firmware: stage.condition('Ready', 'firmware')?.reason,
      nodes: stage.plan('firmware').status?.counts?.succeeded,
    };
  },
  today: ({ os, firmware, nodes }) => {
    expect({ os, firmware }).toEqual({ os: 'GateClosed', firmware: 'ExclusiveGroupBusy' });
    expect(nodes).toBe(0);
  },
  right: ({ os, firmware, nodes }) => {
    expect({ os, firmware }).toEqual({ os: 'GateClosed', firmware: 'AllSucceeded' });
    expect(nodes).toBe(2);
  },
});
