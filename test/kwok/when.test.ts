import { describe, expect, it } from '@jest/globals';
import type { UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { FREEZES_CONFIG_MAP } from '../../src/api/names.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { namespaceManifest, planManifest } from '../support/fleet.ts';
import { batonNamespace } from '../support/installation.ts';
import { findCondition, type Lease } from '../support/kubernetes-objects.ts';
import { kwokSystemForFile } from '../support/kwok-system.ts';
import { readRollout, waitForRollout } from '../support/rollout.ts';

const system = kwokSystemForFile('system-when');
const closed = { name: 'new-year', schedule: '0 0 1 1 *', durationSeconds: 60, timeZone: 'Europe/Paris' };
const always = { name: 'always', schedule: '* * * * *', durationSeconds: 120, timeZone: 'UTC' };

interface FleetSpec {
  readonly name: string;
  readonly nodes?: number;
  readonly namespace?: string;
  readonly seconds?: number;
  readonly spec?: Readonly<Record<string, unknown>>;
}

/** A plan with kwok nodes of its own, whose Jobs end by themselves. */
async function makeFleet({ name, nodes = 1, namespace = name, seconds = 1, spec = {} }: FleetSpec): Promise<void> {
  await system.kubectl.apply(namespaceManifest(namespace));
  await system.cluster.addKwokNodes(
    Array.from({ length: nodes }, (_, i) => `${name}-${i + 1}`),
    { fleet: name },
  );
  const plan = planManifest({
    namespace,
    name,
    nodeSelector: { matchLabels: { fleet: name } },
    batches: [{ size: 1 }],
    processes: [
      {
        name: 'os',
        script: 'true',
        disruption: 'None',
        annotations: { 'test.baton.dev/duration': `${seconds}s` },
        pod: { tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }] },
      },
    ],
  }) as { readonly spec: object };
  await system.kubectl.apply({ ...plan, spec: { ...plan.spec, ...spec } });
}

async function reaches(name: string, reason: string, namespace = name): Promise<UpgradePlan> {
  const { plan } = await waitForRollout(system.kubectl, {
    namespace,
    name,
    what: `${name} to say ${reason}`,
    timeoutMs: 60_000,
    until: (rollout) => rollout.plan?.status?.reason === reason,
  });
  if (plan === undefined) throw new Error(`there is no plan ${name}`);
  return plan;
}

async function edit(name: string, spec: object, namespace = name): Promise<void> {
  await system.kubectl.run(['patch', 'uplan', name, '-n', namespace, '--type=merge', '-p', JSON.stringify({ spec })]);
}

describe('windows', () => {
  it('windows: nothing starts while all are closed, the status says when one opens, and the plan goes on when one is', async () => {
    await makeFleet({ name: 'windows', spec: { windows: [closed] } });
    const plan = await reaches('windows', 'WindowClosed');
    expect(plan.status?.nextWindowTime).toMatch(/^\d{4}-12-31T23:00:00Z$/);
    expect(findCondition(plan, 'Ready')?.message).toContain("'new-year' opens");
    expect((await readRollout(system.kubectl, 'windows', 'windows')).batches).toEqual([]);
    await edit('windows', { windows: [always] });
    await reaches('windows', 'AllSucceeded');
  }, 120_000);

  it('windows: one that never opens is refused with what to do', async () => {
    await makeFleet({ name: 'never', spec: { windows: [{ ...closed, schedule: '0 0 31 2 *' }] } });
    const plan = await reaches('never', 'ScheduleInvalid');
    expect(findCondition(plan, 'Accepted')).toMatchObject({ status: 'False', reason: 'ScheduleInvalid' });
    expect(findCondition(plan, 'Accepted')?.message).toContain("spec.windows[0] ('new-year'): '0 0 31 2 *' never matches a date");
  }, 90_000);
});

describe('freezes', () => {
  const configMap = (text: string): object => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: FREEZES_CONFIG_MAP, namespace: batonNamespace },
    data: { 'freezes.yaml': text },
  });

  it('freezes: one of the cluster holds every plan, one that means nothing as well, and its end lets them go on', async () => {
    await system.kubectl.apply(
      configMap('- {name: test, from: "2020-01-01T00:00:00Z", to: "2120-01-01T00:00:00Z", reason: change freeze}'),
    );
    // The operator hears of both by different watches.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    await makeFleet({ name: 'freezes' });
    const frozen = await reaches('freezes', 'Frozen');
    expect(findCondition(frozen, 'Ready')?.message).toContain(
      "the cluster's freeze 'test' lasts until 2120-01-01T00:00:00Z: change freeze",
    );
    await system.kubectl.apply(configMap('- {name: test'));
    const unreadable = await reaches('freezes', 'FreezesUnreadable');
    expect(findCondition(unreadable, 'Ready')?.message).toContain(`${batonNamespace}/${FREEZES_CONFIG_MAP}`);
    await system.kubectl.run(['delete', 'configmap', FREEZES_CONFIG_MAP, '-n', batonNamespace]);
    await reaches('freezes', 'AllSucceeded');
  }, 180_000);
});

describe('dependsOn', () => {
  it('dependsOn: a plan waits until the other has succeeded at the version, and goes on by itself', async () => {
    await makeFleet({ name: 'first', namespace: 'chain', spec: { paused: true } });
    await makeFleet({ name: 'second', namespace: 'chain', spec: { dependsOn: [{ name: 'first', version: '12.9' }] } });
    const waiting = await reaches('second', 'DependencyNotMet', 'chain');
    expect(findCondition(waiting, 'Ready')?.message).toBe('waits for the plan first, which has not succeeded at 12.9 yet');
    await edit('first', { paused: false }, 'chain');
    await reaches('second', 'AllSucceeded', 'chain');
    expect((await readRollout(system.kubectl, 'chain', 'first')).plan?.status?.reason).toBe('AllSucceeded');
  }, 180_000);
});

describe('exclusiveGroup', () => {
  it('exclusiveGroup: two plans of different namespaces never have a batch open at the same time', async () => {
    const spec = { exclusiveGroup: 'disruptive' };
    await Promise.all(['east', 'west'].map((name) => makeFleet({ name, nodes: 2, seconds: 2, spec })));
    let most = 0;
    await waitFor(
      async () => {
        const batches = await system.kubectl.list<UpgradeBatch>('upgradebatch');
        const open = batches.filter(
          (batch) => ['east', 'west'].includes(batch.spec.plan) && findCondition(batch, 'Settled')?.status !== 'True',
        );
        most = Math.max(most, new Set(open.map((batch) => batch.spec.plan)).size);
        const plans = await system.kubectl.list<UpgradePlan>('upgradeplan');
        const ended = plans.filter((plan) => plan.spec.exclusiveGroup !== undefined && plan.status?.reason === 'AllSucceeded');
        return ended.length === 2;
      },
      { what: 'both plans to end', timeoutMs: 120_000, intervalMs: 200 },
    );
    expect(most).toBe(1);
    const left = await system.kubectl.list<Lease>('lease', batonNamespace, 'app.kubernetes.io/component=exclusive-group');
    expect(left).toEqual([]);
  }, 180_000);
});

describe('newNodes', () => {
  it('newNodes: one that joins when the plan has ended is found by an operator that starts, and upgraded', async () => {
    await makeFleet({ name: 'late', spec: { newNodes: { policy: 'Upgrade', collectSeconds: 3 } } });
    await reaches('late', 'AllSucceeded');
    await system.operator.kill();
    await system.cluster.addKwokNodes(['late-2'], { fleet: 'late' });
    await system.restartOperator();
    await waitForRollout(system.kubectl, {
      namespace: 'late',
      name: 'late',
      what: 'the late node to be done',
      timeoutMs: 90_000,
      until: ({ plan }) => plan?.status?.reason === 'AllSucceeded' && plan.status.progress === '2/2',
    });
  }, 180_000);
});
