import { describe, expect, it, jest } from '@jest/globals';
import { ANNOTATIONS, LABELS } from '../../../../src/api/names.ts';
import { asObject } from '../../../../src/core/json.ts';
import { seededRandom } from '../../../../src/simulator/time/random.ts';
import { startAutoscaler } from '../../../../src/simulator/world/autoscaler.ts';
import { ClusterUser, type OutsiderPorts } from '../../../../src/simulator/world/cluster-user.ts';
import { DEEDS, planOutsiders } from '../../../../src/simulator/world/outsiders.ts';
import { startRepair } from '../../../../src/simulator/world/repair.ts';
import { startUpdaters } from '../../../../src/simulator/world/updaters.ts';
import { aBatch } from '../../core/rollout/support/objects.ts';
import { createPlan, CRDS, PLANS, setPlanStatus } from '../support/baton-objects.ts';
import { SmallCluster } from '../support/small-cluster.ts';

/** Whole clusters run for hours here (ms). */
jest.setTimeout(60_000);

const BATCHES = '/apis/baton.dev/v1alpha1/namespaces/default/upgradebatches';

function portsOf(cluster: SmallCluster, said: string[] = []): OutsiderPorts {
  const { client, hosts } = cluster;
  const { now, setTimer } = cluster.time;
  return { client, hosts, now, setTimer, random: seededRandom(7), onEvent: (sentence) => said.push(sentence) };
}

async function start(count: number): Promise<SmallCluster> {
  const cluster = new SmallCluster(1, 'Changes', CRDS);
  cluster.startControllers();
  for (let index = 1; index <= count; index += 1) cluster.hosts.add({ name: `node-${index}`, labels: { role: 'worker' } });
  await cluster.after(60);
  return cluster;
}

function nodeNames(cluster: SmallCluster): readonly string[] {
  return cluster.client.list('/api/v1/nodes').map(({ metadata }) => metadata.name ?? '');
}

describe('Others', () => {
  it('can do everything at any time', async () => {
    const said: string[] = [];
    const cluster = await start(12);
    const user = new ClusterUser(portsOf(cluster, said));
    const claim = { labels: { [LABELS.claim]: 'x' }, annotations: { [ANNOTATIONS.turn]: '{}' } };
    const silent: string[] = [];
    for (const deed of DEEDS.toSorted((a, b) => (a.name === 'NamespaceDeleted' ? 1 : b.name === 'NamespaceDeleted' ? -1 : 0))) {
      if (cluster.client.get(`${PLANS}/os`) === undefined) createPlan(cluster.client);
      setPlanStatus(cluster.client, { revision: 'abcdef0123' });
      for (const name of nodeNames(cluster).slice(0, 3)) {
        cluster.client.mergePatch(`/api/v1/nodes/${name}`, { metadata: claim, spec: { unschedulable: true } });
      }
      const before = said.length;
      deed.run(user);
      await cluster.after(20);
      if (said.length === before) silent.push(deed.name);
    }
    await cluster.after(1600);

    // Hosts speak for themselves; of the others there is nothing here to do it to.
    const onHosts = ['HostDown', 'HostReboots', 'HostCutOff', 'KubeletStopped', 'DiskFull'];
    const onNothing = ['SharedSinksChanged', 'BatchDeleted', 'DaemonSetChanged', 'JobDeleted', 'AgentDeleted', 'PodDeleted'];
    const allowed = [...onHosts, ...onNothing, 'UpgradePodForced', 'LeaseDeleted', 'SinkRemoved', 'NamespaceDeleted'];
    expect(silent.filter((name) => !allowed.includes(name))).toEqual([]);
  });

  it('do the same for the same seed, and something else for another', async () => {
    const play = async (seed: number): Promise<string> => {
      const said: string[] = [];
      const cluster = await start(4);
      createPlan(cluster.client);
      planOutsiders({ ...portsOf(cluster, said), random: seededRandom(seed) }, { trouble: 'Much', hostile: true });
      await cluster.after(1600);
      return JSON.stringify([said, cluster.client.list('/api/v1/nodes'), cluster.client.list(PLANS)]);
    };

    const first = await play(3);
    expect(await play(3)).toBe(first);
    expect(await play(4)).not.toBe(first);
  });

  it('strip finalizers only when they are hostile', () => {
    const names = DEEDS.filter(({ hostile }) => hostile === true).map(({ name }) => name);
    expect(names).toEqual(
      expect.arrayContaining(['FinalizerStripped', 'LeaseDeleted', 'ClaimTaken', 'TurnTaken', 'HostRenamed']),
    );
  });

  it('remove a plan for good although it has a finalizer', async () => {
    const cluster = await start(1);
    createPlan(cluster.client);
    DEEDS.find(({ name }) => name === 'FinalizerStripped')?.run(new ClusterUser(portsOf(cluster)));

    expect(cluster.client.list(PLANS)).toEqual([]);
  });
});

describe('A repair controller', () => {
  it.each([
    { replacement: 'NewName', names: ['node-1-replaced-1', 'node-2', 'node-3'], sameMachine: false },
    { replacement: 'SameName', names: ['node-1', 'node-2', 'node-3'], sameMachine: false },
    { replacement: 'SameMachine', names: ['node-1', 'node-2', 'node-3'], sameMachine: true },
  ] as const)('replaces a node that was NotReady for ten minutes: $replacement', async ({ replacement, names, sameMachine }) => {
    const cluster = await start(3);
    startRepair(portsOf(cluster), { replacement });
    const before = cluster.node();
    const machine = cluster.hosts.get('node-1');
    cluster.client.mergePatch('/api/v1/nodes/node-1', { metadata: { labels: { [LABELS.claim]: 'x' } } });
    cluster.hosts.powerOff('node-1', undefined);

    await cluster.after(500);
    expect(cluster.node()?.metadata.uid).toBe(before?.metadata.uid);
    await cluster.after(700);

    expect(nodeNames(cluster)).toEqual(names);
    const [name] = names;
    expect(cluster.nodeCondition('Ready', name)).toBe('True');
    expect(cluster.node(name)?.metadata.uid).not.toBe(before?.metadata.uid);
    expect(cluster.hosts.get(name) === machine).toBe(sameMachine);
    // It gives back what the Node had, marks of Baton included.
    expect(cluster.node(name)?.metadata.labels?.[LABELS.claim]).toBe(sameMachine ? 'x' : undefined);
  });
});

describe('An autoscaler', () => {
  it('keeps to its limits and spares nodes that ask for it', async () => {
    const cluster = await start(4);
    const annotations = { [ANNOTATIONS.autoscalerScaleDownDisabled]: 'true' };
    cluster.client.mergePatch('/api/v1/nodes/node-2', { metadata: { annotations } });
    const { uid } = cluster.node('node-2')?.metadata ?? {};
    const stop = startAutoscaler(portsOf(cluster), { least: 2, most: 5 });

    const counts = new Set<number>();
    for (let times = 0; times < 20; times += 1) {
      await cluster.after(600);
      counts.add(nodeNames(cluster).length);
    }
    stop();

    expect(counts.size).toBeGreaterThan(1);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(2);
    expect(Math.max(...counts)).toBeLessThanOrEqual(5);
    expect(cluster.node('node-2')?.metadata.uid).toBe(uid);
  });
});

describe("A node's own updater", () => {
  it.each([
    { behavior: 'Works', label: '12.9', reports: [] },
    { behavior: 'ReportsTooMuch', label: undefined, reports: ['UpgradeSucceeded'] },
    { behavior: 'Fails', label: undefined, reports: ['UpgradeFailed'] },
    { behavior: 'Sleeps', label: undefined, reports: [] },
  ] as const)('acts once in its turn: $behavior', async ({ behavior, label, reports }) => {
    const cluster = await start(1);
    startUpdaters(portsOf(cluster), { seed: 1, choose: () => behavior });
    const verify = { daemonSetsReady: false, stableSeconds: 0, timeoutSeconds: 600, nodeLabels: { bmc: '$(BATON_VERSION)' } };
    const processes = [{ name: 'os', disruption: 'Drain', report: 'None', deadlineSeconds: 600, external: {}, verify }];
    const { spec } = aBatch(['node-1']);
    const batch = { ...aBatch(['node-1']), metadata: { name: 'os-1', namespace: 'default' }, spec: { ...spec, processes } };
    expect(cluster.client.create(BATCHES, batch)).toMatchObject({ ok: true });
    const turn = { namespace: 'default', plan: 'os', batch: 'os-1', batchUid: 'u', attempt: 1 };

    cluster.client.mergePatch('/api/v1/nodes/node-1', {
      metadata: { labels: { [LABELS.process]: 'os' }, annotations: { [ANNOTATIONS.turn]: JSON.stringify(turn) } },
    });
    await cluster.after(120);

    expect(cluster.node()?.metadata.labels?.['bmc']).toBe(label);
    const events = cluster.client.list('/apis/events.k8s.io/v1/namespaces/default/events');
    const own = events.filter((event) => asObject(event['regarding'])['kind'] === 'UpgradeBatch');
    expect(own.map(({ reason }) => reason)).toEqual(reports);
  });
});
