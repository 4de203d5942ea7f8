import { expect, jest } from '@jest/globals';
import { ANNOTATIONS } from '../../../../../src/api/names.ts';
import type { KubeObject } from '../../../../../src/kube/kube-object.ts';
import { reliableNetwork } from '../../../../../src/simulator/process/network.ts';
import { seededRandom } from '../../../../../src/simulator/time/random.ts';
import type { HostSpec } from '../../../../../src/simulator/world/host.ts';
import { MINUTE, planYaml, Stage, type StageOptions } from './stage.ts';
import { mustSee } from './must-see.ts';

jest.setTimeout(300_000);

/** One worker, and a host for everything else. */
const ONE_WORKER: readonly HostSpec[] = [
  { name: 'node-1', labels: { role: 'worker' }, images: ['registry.example/app:1'] },
  { name: 'infra-1' },
];

/** A ReplicaSet whose only Pod runs on the worker. */
function application(name: string, podSpec: object = {}): KubeObject {
  const labels = { app: name };
  const containers = [{ name: 'main', image: 'registry.example/app:1', imagePullPolicy: 'IfNotPresent' }];
  const spec = { nodeSelector: { role: 'worker' }, containers, ...podSpec };
  return {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace: 'fleet' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

/** Creates applications, and waits for their Pods to run. */
async function deploy(stage: Stage, applications: readonly KubeObject[]): Promise<void> {
  for (const each of applications) {
    const outcome = stage.simulation.apply(each);
    if (!outcome.ok) throw new Error(outcome.message);
  }
  await stage.pass(MINUTE);
}

/** Notes the application of every Pod that is gone. */
function watchPodsGo({ simulation }: Stage): readonly string[] {
  const gone: string[] = [];
  simulation.client.watch('/api/v1/pods', (type, { metadata }) => {
    const application = metadata.labels?.['app'];
    if (type === 'DELETED' && application !== undefined) gone.push(application);
  });
  return gone;
}

/** Notes how many Nodes are down at most. */
function watchNodesDown({ simulation }: Stage): () => number {
  let most = 0;
  simulation.client.watch('/api/v1/nodes', () => {
    most = Math.max(most, simulation.nodesDown());
  });
  return () => most;
}

mustSee({
  entry: 'E21',
  fault: 'A Pod that tolerates the cordon comes back and is evicted over and over, until the drain times out',
  play: async () => {
    // A slow network, because nothing else limits how fast evictions follow each other.
    const network: StageOptions['network'] = () => reliableNetwork(seededRandom(1), 1000, 1500);
    const stage = await Stage.open({ hosts: ONE_WORKER, network });
    await deploy(stage, [application('network', { tolerations: [{ operator: 'Exists' }] })]);
    const gone = watchPodsGo(stage);
    stage.apply(planYaml('drain: {timeoutSeconds: 60}'));
    await stage.pass(5 * MINUTE);
    return { gone: gone.length, record: stage.record('node-1') };
  },
  today: ({ gone, record }) => {
    expect(gone).toBeGreaterThan(10);
    expect(record).toMatchObject({ state: 'Failed', reason: 'DrainTimeout' });
  },
  right: ({ gone, record }) => {
    expect(gone).toBe(1);
    expect(record).toMatchObject({ state: 'Succeeded' });
  },
});

mustSee({
  entry: 'E22',
  fault: 'Pods are evicted by a drain that cannot succeed, because another Pod has emptyDir data that the plan keeps',
  play: async () => {
    const stage = await Stage.open({ hosts: ONE_WORKER });
    await deploy(stage, [application('web'), application('cache', { volumes: [{ name: 'data', emptyDir: {} }] })]);
    const gone = watchPodsGo(stage);
    stage.apply(planYaml('drain: {timeoutSeconds: 60}'));
    await stage.pass(5 * MINUTE);
    return { gone, record: stage.record('node-1'), warnings: stage.plan().status?.preflight?.warnings };
  },
  today: ({ gone, record, warnings }) => {
    expect(gone).toEqual(['web']);
    expect(record).toMatchObject({ state: 'Failed', reason: 'DrainTimeout' });
    expect(warnings).toEqual([]);
  },
  right: ({ gone, warnings }) => {
    expect(gone).toEqual([]);
    expect(JSON.stringify(warnings)).toContain('cache');
  },
});

const KEEP_AWAY = [ANNOTATIONS.autoscalerScaleDownDisabled, ANNOTATIONS.karpenterDoNotDisrupt];

function keepAwayOf(node: KubeObject | undefined): readonly unknown[] {
  return KEEP_AWAY.map((key) => node?.metadata.annotations?.[key]);
}

mustSee({
  entry: 'E23',
  fault: 'An annotation with which somebody lets autoscalers remove the node stays in force during its turn',
  play: async () => {
    const stage = await Stage.open({ hosts: 1 });
    const annotations = Object.fromEntries(KEEP_AWAY.map((key) => [key, 'false']));
    stage.simulation.client.mergePatch('/api/v1/nodes/node-1', { metadata: { annotations } });
    stage.apply(planYaml());
    await stage.until('the node is in its turn', () => stage.claimed().length === 1);
    const inTurn = stage.node('node-1');
    await stage.until('the node is upgraded', () => stage.record('node-1')?.state === 'Succeeded');
    return { inTurn, after: stage.node('node-1') };
  },
  today: ({ inTurn }) => {
    expect(keepAwayOf(inTurn)).toEqual(['false', 'false']);
  },
  right: ({ inTurn, after }) => {
    expect(keepAwayOf(inTurn)).toEqual(['true', 'true']);
    expect(keepAwayOf(after)).toEqual(['false', 'false']);
  },
});

mustSee({
  entry: 'E23',
  fault: 'Autoscalers may remove a node that is quarantined, with the evidence of what failed',
  play: async () => {
    const stage = await Stage.open({ hosts: 1, upgrades: () => ({ kind: 'Fails', ms: MINUTE }) });
    stage.apply(planYaml());
    await stage.until(
      'the node is quarantined',
      () => stage.node('node-1')?.metadata.annotations?.[ANNOTATIONS.quarantine] !== undefined,
    );
    return stage.node('node-1');
  },
  today: (node) => {
    expect(keepAwayOf(node)).toEqual([undefined, undefined]);
  },
  right: (node) => {
    expect(keepAwayOf(node)).toEqual(['true', 'true']);
  },
});

/** Three hosts with a role, and no others. */
function threeOf(role: string): readonly HostSpec[] {
  const labels = { role: 'worker', [`node-role.kubernetes.io/${role}`]: '' };
  return ['node-1', 'node-2', 'node-3'].map((name) => ({ name, labels }));
}

mustSee({
  entry: 'E24',
  fault: 'Two of three etcd nodes go at once',
  play: async () => {
    const stage = await Stage.open({ hosts: threeOf('etcd') });
    const mostDown = watchNodesDown(stage);
    stage.apply(planYaml('maxUnavailable: 3\nbatches: [{size: 3}]'));
    await stage.pass(10 * MINUTE);
    return { mostDown: mostDown(), plan: stage.plan() };
  },
  today: ({ mostDown }) => {
    expect(mostDown).toBeGreaterThan(1);
  },
  right: ({ mostDown, plan }) => {
    expect(mostDown).toBe(1);
    expect(plan.status?.progress).toBe('3/3');
  },
});

mustSee({
  entry: 'E24',
  fault: 'Two plans take two of three control-plane nodes at once',
  play: async () => {
    const stage = await Stage.open({ hosts: threeOf('control-plane') });
    const mostDown = watchNodesDown(stage);
    for (const node of ['node-1', 'node-2'])
      stage.apply(planYaml(`nodeSelector: {matchLabels: {kubernetes.io/hostname: ${node}}}`, '', `plan-of-${node}`));
    await stage.pass(10 * MINUTE);
    return { mostDown: mostDown(), jobs: ['node-1', 'node-2'].map((node) => stage.record(node)?.state) };
  },
  today: ({ mostDown }) => {
    expect(mostDown).toBe(2);
  },
  right: ({ mostDown, jobs }) => {
    expect(mostDown).toBe(1);
    expect(jobs).toEqual(['Succeeded', 'Succeeded']);
  },
});

mustSee({
  entry: 'E24',
  fault: 'A plan that selects one control-plane node takes it while another one is down',
  play: async () => {
    const stage = await Stage.open({ hosts: threeOf('control-plane') });
    stage.simulation.hosts.powerOff('node-3', undefined);
    await stage.until('the node is NotReady', () => stage.simulation.nodesDown() === 1);
    const mostDown = watchNodesDown(stage);
    stage.apply(planYaml('nodeSelector: {matchLabels: {kubernetes.io/hostname: node-1}}'));
    await stage.pass(10 * MINUTE);
    return { mostDown: mostDown(), claimed: stage.record('node-1')?.startTime !== undefined };
  },
  today: ({ mostDown }) => {
    expect(mostDown).toBe(2);
  },
  right: ({ mostDown, claimed }) => {
    expect(mostDown).toBe(1);
    expect(claimed).toBe(false);
  },
});
