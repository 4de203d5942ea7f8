import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { waitFor } from '../../cluster/wait-for.ts';
import { callerAs, type Caller } from './caller.ts';
import { aBatch, aPlan, BATON_API, inFleet, must, startGuardedCluster, type GuardedCluster } from './guarded-cluster.ts';

// Programs are started, and the machine may be busy.
jest.setTimeout(60_000);

let guarded: GuardedCluster;
/** A ServiceAccount that RBAC allows everything. */
let somebody: Caller;
/** A user who may edit plans and actions, but has not the verb `upgrade` on nodes. */
let anna: Caller;

const BATCHES = inFleet(BATON_API, 'upgradebatches');
const PLANS = inFleet(BATON_API, 'upgradeplans');
const ACTIONS = inFleet(BATON_API, 'upgradeactions');
const COLLECTOR = 'system:serviceaccount:kube-system:generic-garbage-collector';

beforeAll(async () => {
  guarded = await startGuardedCluster('policies-objects');
  somebody = (await guarded.podOn('node-a', 'somebody', 'somebody-a')).caller;
  anna = callerAs(guarded.cluster, 'anna');
  await bind('anna-edits', 'baton-edit', 'anna');
  await bind('ben-edits', 'baton-edit', 'ben');
  await bind('ben-upgrades', 'baton-upgrade-nodes', 'ben');
}, 120_000);
afterAll(() => guarded.cluster.stop());

async function bind(name: string, role: string, user: string): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: role };
  const subjects = [{ apiGroup: group, kind: 'User', name: user }];
  await must(guarded.admin.create(`/apis/${group}/v1/clusterrolebindings`, { metadata: { name }, roleRef, subjects }));
}

/** Lets a user's plans replace the Pods of all DaemonSets of a namespace. */
async function bindIn(namespace: string, name: string, user: string): Promise<void> {
  const group = 'rbac.authorization.k8s.io';
  await must(guarded.admin.create('/api/v1/namespaces', { metadata: { name: namespace } }));
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name: 'baton-upgrade-daemonsets' };
  const subjects = [{ apiGroup: group, kind: 'User', name: user }];
  const path = `/apis/${group}/v1/namespaces/${namespace}/rolebindings`;
  await must(guarded.admin.create(path, { metadata: { name }, roleRef, subjects }));
}

describe('a batch', () => {
  it('is written by the operator', async () => {
    await must(guarded.operator.create(BATCHES, aBatch('own')));
    expect(await guarded.operator.merge(`${BATCHES}/own/status`, { status: { agent: 'node-a' } })).toMatchObject({ status: 200 });
    expect(await guarded.operator.remove(`${BATCHES}/own`)).toMatchObject({ status: 200 });
  });

  it.each<readonly [string, (who: Caller) => ReturnType<Caller['get']>]>([
    ['created', (who) => who.create(BATCHES, aBatch('os-1'))],
    ['relabelled', (who) => who.merge(`${BATCHES}/os-0`, { metadata: { labels: { x: 'y' } } })],
    ['told another outcome', (who) => who.merge(`${BATCHES}/os-0/status`, { status: { agent: 'node-b' } })],
    ['deleted', (who) => who.remove(`${BATCHES}/os-0`)],
  ])('is not %s by anybody else, even the administrator', async (_what, act) => {
    await guarded.operator.create(BATCHES, aBatch('os-0'));
    for (const who of [somebody, guarded.admin]) {
      expect((await act(who)).message).toContain("Only Baton's operator may write the UpgradeBatch");
    }
  });

  it("loses owners and finalizers to Kubernetes' garbage collector, but not its record", async () => {
    const collector = callerAs(guarded.cluster, COLLECTOR);
    await guarded.operator.create(BATCHES, aBatch('os-2'));
    expect(await collector.merge(`${BATCHES}/os-2`, { metadata: { finalizers: ['foregroundDeletion'] } })).toMatchObject({
      status: 200,
    });
    expect((await collector.merge(`${BATCHES}/os-2/status`, { status: { agent: 'x' } })).status).toBe(422);
    expect(await collector.merge(`${BATCHES}/os-2`, { metadata: { finalizers: null } })).toMatchObject({ status: 200 });
    expect(await collector.remove(`${BATCHES}/os-2`)).toMatchObject({ status: 200 });
  });
});

describe('a claim', () => {
  const NODE = '/api/v1/nodes/node-a';
  const taint = { key: 'baton.dev/failed', effect: 'NoSchedule' };

  const marks: readonly (readonly [string, object, object])[] = [
    [
      'the process whose turn it is',
      { metadata: { labels: { 'baton.dev/process': 'bmc' } } },
      { metadata: { labels: { 'baton.dev/process': null } } },
    ],
    ['the claim', { metadata: { labels: { 'baton.dev/claim': 'u' } } }, { metadata: { labels: { 'baton.dev/claim': null } } }],
    [
      'the turn',
      { metadata: { annotations: { 'baton.dev/turn': '{}' } } },
      { metadata: { annotations: { 'baton.dev/turn': null } } },
    ],
    [
      'the quarantine',
      { metadata: { annotations: { 'baton.dev/quarantine': '{}' } } },
      { metadata: { annotations: { 'baton.dev/quarantine': null } } },
    ],
    [
      'a done-mark',
      { metadata: { annotations: { 'done.baton.dev/os-1': '{}' } } },
      { metadata: { annotations: { 'done.baton.dev/os-1': null } } },
    ],
    ['the taint', { spec: { taints: [taint] } }, { spec: { taints: null } }],
  ];

  it.each(marks)('%s: nobody but the operator sets or removes it', async (_what, set, unset) => {
    const message =
      "Only Baton's operator may change the claim, turn, quarantine, done-marks or the taint 'baton.dev/failed' of node 'node-a'";
    for (const who of [somebody, guarded.admin]) expect((await who.merge(NODE, set)).message).toContain(message);
    await must(guarded.operator.merge(NODE, set));
    for (const who of [somebody, guarded.admin]) expect((await who.merge(NODE, unset)).message).toContain(message);
    await must(guarded.operator.merge(NODE, unset));
  });

  it('is not set through the status subresource either', async () => {
    const answer = await somebody.merge(`${NODE}/status`, { metadata: { labels: { 'baton.dev/claim': 'u' } } });
    expect(answer.message).toContain("Only Baton's operator may change the claim");
  });

  it('is not brought along by a new node', async () => {
    const answer = await somebody.create('/api/v1/nodes', { metadata: { name: 'node-c', labels: { 'baton.dev/claim': 'u' } } });
    expect(answer.message).toContain("Only Baton's operator may change the claim");
  });

  it('leaves everything else on a node to everybody, while it is claimed too', async () => {
    await must(guarded.operator.merge(NODE, { metadata: { labels: { 'baton.dev/claim': 'u' } }, spec: { taints: [taint] } }));
    const tainted = { spec: { unschedulable: true, taints: [{ key: 'other', effect: 'NoSchedule' }, taint] } };
    expect(await somebody.merge(NODE, tainted)).toMatchObject({ status: 200 });
    expect(await somebody.merge(NODE, { metadata: { labels: { role: 'worker' }, annotations: { x: 'y' } } })).toMatchObject({
      status: 200,
    });
    const mark = { key: 'baton.dev/outdated', effect: 'PreferNoSchedule' };
    const marked = { metadata: { labels: { 'baton.dev/outdated': 'u' } }, spec: { taints: [mark, taint] } };
    const unmarked = { metadata: { labels: { 'baton.dev/outdated': null } }, spec: { taints: [taint] } };
    for (const write of [marked, unmarked]) expect(await somebody.merge(NODE, write)).toMatchObject({ status: 200 });
    expect(await somebody.merge(`${NODE}/status`, { status: { phase: 'Running' } })).toMatchObject({ status: 200 });
    expect(await somebody.create('/api/v1/nodes', { metadata: { name: 'node-d' } })).toMatchObject({ status: 201 });
  });
});

describe('a plan', () => {
  const VERB = "Writing an UpgradePlan needs the verb 'upgrade' on nodes, which 'anna' does not have";
  const NOT_BATONS = "Templates of processes and gates may not use Baton's own ServiceAccounts";

  it('is not created without the verb `upgrade` on nodes', async () => {
    expect((await anna.create(PLANS, aPlan('annas'))).message).toContain(VERB);
  });

  it('is created with it', async () => {
    expect(await callerAs(guarded.cluster, 'ben').create(PLANS, aPlan('bens'))).toMatchObject({ status: 201 });
  });

  it('has its spec changed with the verb only, its labels without', async () => {
    await guarded.admin.create(PLANS, aPlan('theirs'));
    expect((await anna.merge(`${PLANS}/theirs`, { spec: { maxUnavailable: 2 } })).message).toContain(VERB);
    expect(await anna.merge(`${PLANS}/theirs`, { metadata: { labels: { team: 'x' } } })).toMatchObject({ status: 200 });
  });

  it.each(['baton-operator', 'baton-agent', 'baton-reporter'])('may not run as %s', async (account) => {
    const answer = await guarded.admin.create(PLANS, aPlan('sly', account));
    expect(answer.message).toContain(NOT_BATONS);
  });

  describe('that replaces the Pods of DaemonSets', () => {
    const REFUSED =
      "Replacing the Pods of the DaemonSet 'kube-system/cni' from another namespace needs the verb 'upgrade' on it, which 'ben' does not have";
    const replacing = (name: string, ...daemonSets: readonly object[]): object => ({
      ...aPlan(name),
      spec: {
        ...{ version: '1', allNodes: true, batches: [{ size: 1 }] },
        processes: daemonSets.map((daemonSet, i) => ({ name: `p-${i}`, daemonSet })),
      },
    });
    const in_ = (namespace: string, name = 'cni'): object => ({ namespace, name });

    it('needs no more than that for those of its own namespace', async () => {
      expect(await callerAs(guarded.cluster, 'ben').create(PLANS, replacing('own-set', in_('fleet')))).toMatchObject({
        status: 201,
      });
    });

    it('needs the verb `upgrade` on each of another namespace, the eighth too', async () => {
      const ben = callerAs(guarded.cluster, 'ben');
      expect((await ben.create(PLANS, replacing('set-1', in_('kube-system')))).message).toContain(REFUSED);
      await bindIn('storage', 'ben-upgrades-storage', 'ben');
      const seven = Array.from({ length: 7 }, (_, i) => in_('storage', `csi-${i}`));
      await waitFor(async () => (await ben.create(`${PLANS}?dryRun=All`, replacing('set-2', ...seven))).status === 201, {
        what: 'the RoleBinding to count',
        timeoutMs: 20_000,
      });
      expect((await ben.create(PLANS, replacing('set-3', ...seven, in_('kube-system')))).message).toContain(REFUSED);
    });

    it('is not changed to one of another namespace without it', async () => {
      const path = `${PLANS}/turned`;
      const ben = callerAs(guarded.cluster, 'ben');
      await must(ben.create(PLANS, replacing('turned', in_('fleet'))));
      const processes = [{ name: 'p-0', daemonSet: in_('kube-system') }];
      expect((await ben.merge(path, { spec: { processes } })).message).toContain(REFUSED);
    });
  });

  it("may not look with a verify's Job as one of them either", async () => {
    const { spec, ...plan } = aPlan('sly') as { readonly spec: { readonly processes: readonly object[] } };
    const template = { spec: { serviceAccountName: 'baton-agent', containers: [{ name: 'c', image: 'registry.example/os:1' }] } };
    const processes = spec.processes.map((process) => ({ ...process, verify: { job: { template } } }));
    const answer = await guarded.admin.create(PLANS, { ...plan, spec: { ...spec, processes } });
    expect(answer.message).toContain(NOT_BATONS);
  });
});

describe('an action', () => {
  const action = (name: string, more: object = {}): object => ({
    ...{ apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata: { name } },
    spec: { plan: 'os', action: 'Release', nodes: ['node-a'], ...more },
  });

  it('says who asked', async () => {
    expect(await anna.create(ACTIONS, action('stamped'))).toMatchObject({
      status: 201,
      object: { spec: { requestedBy: 'anna' } },
    });
  });

  it('may say so itself', async () => {
    expect(await anna.create(ACTIONS, action('said', { requestedBy: 'anna' }))).toMatchObject({ status: 201 });
  });

  it('may not name somebody else', async () => {
    const answer = await anna.create(ACTIONS, action('forged', { requestedBy: 'ben' }));
    expect(answer.message).toContain("`spec.requestedBy` must be 'anna', who sends the request; it is 'ben'.");
  });

  it('keeps the first name when somebody else changes its labels', async () => {
    await must(anna.create(ACTIONS, action('kept')));
    const ben = callerAs(guarded.cluster, 'ben');
    expect((await ben.merge(`${ACTIONS}/kept`, { spec: { requestedBy: 'ben' } })).message).toContain('`spec` may not change');
    const relabelled = await ben.merge(`${ACTIONS}/kept`, { metadata: { labels: { seen: 'yes' } }, spec: { requestedBy: null } });
    expect(relabelled).toMatchObject({ status: 200, object: { spec: { requestedBy: 'anna' } } });
  });

  it('can be applied again without saying who asked', async () => {
    const path = `${ACTIONS}/applied`;
    await must(anna.apply(path, action('applied')));
    expect(await anna.apply(path, action('applied'))).toMatchObject({ status: 200, object: { spec: { requestedBy: 'anna' } } });
  });
});
