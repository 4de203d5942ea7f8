import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parse, stringify } from 'yaml';
import { FREEZES_CONFIG_MAP, TAINTS } from '../../../../src/api/names.ts';
import type { UpgradeBatch } from '../../../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import { expandNodeNames } from '../../../../src/core/notification/model/node-names.ts';
import { batonNamespace } from '../../../support/installation.ts';
import { has } from './support/has-condition.ts';
import { MINUTE, NAMESPACE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

const TEMPLATE = { spec: { restartPolicy: 'Never', containers: [{ name: 'upgrade', image: 'registry.example/os:1' }] } };
const closed = { name: 'new-year', schedule: '0 0 1 1 *', durationSeconds: 60, timeZone: 'Europe/Paris' };
const always = { name: 'always', schedule: '* * * * *', durationSeconds: 120, timeZone: 'UTC' };
const FLEETS = { windows: 1, never: 1, freezes: 1, first: 1, second: 1, east: 2, west: 2, late: 1 };

let stage: Stage;

// Each test has plans and nodes of its own, both named after their fleet.
beforeAll(async () => {
  stage = await Stage.open({
    hosts: Object.entries(FLEETS).flatMap(([fleet, nodes]) =>
      Array.from({ length: nodes }, (_, index) => ({ name: `${fleet}-${index + 1}`, labels: { fleet } })),
    ),
  });
});

function rollOut(name: string, spec: object = {}, namespace = NAMESPACE): void {
  const nodeSelector = { matchLabels: { fleet: name } };
  const processes = [{ name: 'os', disruption: 'None', job: { template: TEMPLATE } }];
  const plan = parse(planYaml(stringify({ nodeSelector, processes, notify: {}, ...spec }), '', name)) as object;
  stage.apply(stringify({ ...plan, metadata: { name, namespace } }));
}

const batchesOf = (plan: string): readonly UpgradeBatch[] => stage.batches().filter(({ spec }) => spec.plan === plan);
const message = (plan: string): string => stage.condition('Ready', plan)?.message ?? '';
const reaches = (plan: string, reason: string): Promise<void> =>
  stage.until(`${plan} says ${reason}`, () => stage.plan(plan).status?.reason === reason);

describe('windows', () => {
  it('nothing starts while all are closed, the status says when one opens, and the plan goes on when one is', async () => {
    rollOut('windows', { windows: [closed] });
    await reaches('windows', 'WindowClosed');
    expect(stage.plan('windows').status?.nextWindowTime).toBe('2026-12-31T23:00:00Z');
    expect(message('windows')).toContain("'new-year' opens");
    await stage.pass(10 * MINUTE);
    expect(batchesOf('windows')).toEqual([]);
    stage.edit({ windows: [always] }, 'windows');
    await reaches('windows', 'AllSucceeded');
  });

  it('one that never opens is refused with what to do', async () => {
    rollOut('never', { windows: [{ ...closed, schedule: '0 0 31 2 *' }] });
    await reaches('never', 'ScheduleInvalid');
    expect(stage.condition('Accepted', 'never')).toMatchObject({ status: 'False', reason: 'ScheduleInvalid' });
    expect(stage.condition('Accepted', 'never')?.message).toContain(
      "spec.windows[0] ('new-year'): '0 0 31 2 *' never matches a date",
    );
  });
});

describe('freezes', () => {
  const freeze = (text: string): void => {
    const metadata = { name: FREEZES_CONFIG_MAP, namespace: batonNamespace };
    stage.apply(stringify({ apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { 'freezes.yaml': text } }));
  };

  it('one of the cluster holds every plan, one that means nothing as well, and its end lets them go on', async () => {
    freeze('- {name: test, from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z", reason: change freeze}');
    // The operator hears of both by different watches.
    await stage.pass(2000);
    rollOut('freezes');
    await reaches('freezes', 'Frozen');
    expect(message('freezes')).toContain("the cluster's freeze 'test' lasts until 2120-01-01T00:00:00Z: change freeze");
    freeze('- {name: test');
    await reaches('freezes', 'FreezesUnreadable');
    expect(message('freezes')).toContain(`${batonNamespace}/${FREEZES_CONFIG_MAP}`);
    await stage.pass(10 * MINUTE);
    expect(batchesOf('freezes')).toEqual([]);
    stage.simulation.client.delete(`/api/v1/namespaces/${batonNamespace}/configmaps/${FREEZES_CONFIG_MAP}`);
    await reaches('freezes', 'AllSucceeded');
  });
});

describe('dependsOn', () => {
  it('a plan waits until the other has succeeded at the version, and goes on by itself', async () => {
    rollOut('first', { paused: true });
    rollOut('second', { dependsOn: [{ name: 'first', version: '12.9' }] });
    await reaches('second', 'DependencyNotMet');
    expect(message('second')).toBe('waits for the plan first, which has not succeeded at 12.9 yet');
    await stage.pass(10 * MINUTE);
    expect(batchesOf('second')).toEqual([]);
    stage.edit({ paused: false }, 'first');
    await reaches('second', 'AllSucceeded');
    expect(stage.plan('first').status?.reason).toBe('AllSucceeded');
  });
});

describe('exclusiveGroup', () => {
  it('two plans of different namespaces never have a batch open at the same time', async () => {
    const plans = ['east', 'west'];
    stage.simulation.client.create('/api/v1/namespaces', { metadata: { name: 'other' } });
    rollOut('east', { exclusiveGroup: 'disruptive' });
    rollOut('west', { exclusiveGroup: 'disruptive' }, 'other');
    let most = 0;
    await stage.until('both plans end', () => {
      const open = stage.batches().filter((batch) => plans.includes(batch.spec.plan) && !has(batch, 'Settled'));
      most = Math.max(most, new Set(open.map(({ spec }) => spec.plan)).size);
      const all = stage.list('/apis/baton.dev/v1alpha1/upgradeplans') as unknown as readonly UpgradePlan[];
      const done = all.filter(({ spec, status }) => spec.exclusiveGroup !== undefined && status?.reason === 'AllSucceeded');
      return done.length === 2;
    });
    expect(most).toBe(1);
    const leases = stage.list(`/apis/coordination.k8s.io/v1/namespaces/${batonNamespace}/leases`);
    expect(leases.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'exclusive-group')).toEqual([]);
  });
});

describe('newNodes', () => {
  it('one that joins when the plan has ended is found by an operator that starts, and upgraded', async () => {
    rollOut('late', { newNodes: { policy: 'Upgrade', collectSeconds: 3 } });
    await reaches('late', 'AllSucceeded');
    stage.operator.process.kill();
    stage.simulation.hosts.add({ name: 'late-2', labels: { fleet: 'late' } });
    await stage.pass(MINUTE);
    stage.restartOperator();
    await stage.until('the late node is done', () => {
      const { reason, progress } = stage.plan('late').status ?? {};
      return reason === 'AllSucceeded' && progress === '2/2';
    });
  });
});

describe('a plan for three zones', () => {
  const zones: Readonly<Record<string, readonly number[]>> = { a: [1, 2, 3, 4], b: [5, 6, 7], '(none)': [8, 9] };
  const spec = {
    batches: [
      { name: 'canary', size: 1 },
      { name: 'rest', size: 5 },
    ],
    maxUnavailable: 3,
    notify: {},
  };
  let zoned: Stage;

  beforeAll(async () => {
    zoned = await Stage.open({
      hosts: Object.entries(zones).flatMap(([zone, numbers]) =>
        numbers.map((number) => ({ name: `z-${number}`, labels: { role: 'worker' }, ...(zone === '(none)' ? {} : { zone }) })),
      ),
    });
    const oneDomainAtATime = { topologyKey: 'topology.kubernetes.io/zone' };
    zoned.apply(planYaml(stringify({ ...spec, oneDomainAtATime, podPlacement: 'PreferDoneNodes', paused: true })));
    await zoned.pass(MINUTE);
  });

  const marked = (): readonly string[] =>
    zoned.list('/api/v1/nodes').flatMap((node) => {
      const { taints = [] } = node['spec'] as { readonly taints?: readonly { readonly key: string }[] };
      return taints.some(({ key }) => key === TAINTS.outdated) ? [node.metadata.name ?? ''] : [];
    });

  it('batches[].name and status.upcoming: are shown before anything is touched', () => {
    const upcoming = zoned.plan().status?.upcoming ?? [];
    expect(upcoming.map(({ step, domain, nodes }) => [step, domain, nodes])).toEqual([
      ['canary', 'a', 1],
      ['rest', 'a', 3],
      ['rest', 'b', 2],
      ['rest', 'b', 1],
      ['rest', '(none)', 2],
    ]);
    const all = Object.values(zones).flatMap((numbers) => numbers.map((number) => `z-${number}`));
    expect(upcoming.flatMap(({ nodeNames }) => expandNodeNames(nodeNames)).toSorted()).toEqual(all);
    expect(zoned.batches()).toEqual([]);
    expect(marked()).toEqual([]);
  });

  it('podPlacement: marks the nodes that are still to do, and none in the end', async () => {
    zoned.edit({ paused: false });
    await zoned.until('the canary is done', () => (zoned.plan().status?.counts?.succeeded ?? 0) > 0);
    const canary = zoned.batches()[0]?.spec.nodes[0]?.name ?? '';
    expect(marked()).not.toContain(canary);
    expect(marked().length).toBeGreaterThanOrEqual(5);

    await zoned.until('the plan has succeeded', () => zoned.plan().status?.summary === 'Succeeded');
    await zoned.pass(MINUTE);
    expect(marked()).toEqual([]);
  });

  it('oneDomainAtATime: no two zones have nodes in their turn at once, and nothing is upcoming in the end', () => {
    const zoneOf = (node: string): string | undefined =>
      Object.keys(zones).find((zone) => zones[zone]?.some((number) => node === `z-${number}`));
    const turns = zoned.batches().flatMap(({ status }) =>
      (status?.nodes ?? []).map(({ name, startTime = '', endTime = '' }) => ({
        ...{ zone: zoneOf(name), from: startTime, to: endTime },
      })),
    );
    expect(turns).toHaveLength(9);
    for (const one of turns) {
      expect(turns.filter((other) => other.zone !== one.zone && other.from < one.to && one.from < other.to)).toEqual([]);
    }
    expect(zoned.plan().status?.upcoming).toBeUndefined();
  });
});
