import { describe, expect, it } from '@jest/globals';
import { asObject, asText } from '../../../../src/core/json.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { startControllers } from '../../../../src/simulator/cluster/start-controllers.ts';
import { SmallCluster, succeeded } from './support/small-cluster.ts';

const NODES = ['a', 'b', 'c'];
const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

function nodeOf(pod: KubeObject): string {
  return asText(asObject(pod['spec'])['nodeName']);
}

/** Plays the kubelets of some nodes for a while: Leases, pods that run once they are bound, and pods that end when they are deleted. */
async function live(cluster: SmallCluster, seconds: number, nodes: readonly string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 5) {
    for (const name of nodes) {
      const spec = { renewTime: new Date(cluster.time.now()).toISOString() };
      if (!cluster.client.mergePatch(`${LEASES}/${name}`, { spec }).ok)
        cluster.client.create(LEASES, { metadata: { name }, spec });
    }
    for (const pod of cluster.pods()) {
      const { name = '', deletionTimestamp } = pod.metadata;
      if (!nodes.includes(nodeOf(pod))) continue;
      if (deletionTimestamp !== undefined) {
        cluster.client.delete(`/api/v1/namespaces/default/pods/${name}`, { gracePeriodSeconds: 0 });
      } else if (asObject(pod['status'])['phase'] === 'Pending') cluster.runPod(name);
    }
    await cluster.pass(5);
  }
}

async function start(seed = 1): Promise<SmallCluster> {
  const cluster = new SmallCluster([(client, ports) => startControllers(client, { ...ports, definitions: [] })], { seed });
  for (const name of NODES) {
    cluster.addNode(name);
    const condition = { type: 'Ready', status: 'True', lastHeartbeatTime: '2026-03-02T08:00:00Z' };
    cluster.client.mergePatch(`/api/v1/nodes/${name}/status`, { status: { conditions: [condition] } });
  }
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'busybox' }] } };
  const spec = { selector: { matchLabels: { app: 'a' } }, template };
  const apps = '/apis/apps/v1/namespaces/default';
  succeeded(cluster.client.create(`${apps}/replicasets`, { metadata: { name: 'r' }, spec: { ...spec, replicas: 3 } }));
  const selector = { matchLabels: { app: 'd' } };
  const daemon = { ...template, metadata: { labels: { app: 'd' } } };
  succeeded(cluster.client.create(`${apps}/daemonsets`, { metadata: { name: 'd' }, spec: { selector, template: daemon } }));
  await live(cluster, 20, NODES);
  return cluster;
}

function placed(cluster: SmallCluster): readonly string[] {
  return cluster
    .pods()
    .filter(({ metadata }) => metadata.deletionTimestamp === undefined)
    .map((pod) => `${(pod.metadata.name ?? '').slice(0, 1)} on ${nodeOf(pod)}`)
    .sort();
}

describe('The control plane', () => {
  it('moves the pods of a lost node after its tolerations, and collects them when the node is deleted.', async () => {
    const cluster = await start();
    expect(placed(cluster)).toEqual(['d on a', 'd on b', 'd on c', 'r on a', 'r on b', 'r on c']);

    await live(cluster, 300, ['b', 'c']);
    expect(placed(cluster)).toEqual(['d on a', 'd on b', 'd on c', 'r on a', 'r on b', 'r on c']);
    await live(cluster, 120, ['b', 'c']);
    expect(placed(cluster).filter((text) => text.startsWith('r'))).toHaveLength(3);
    expect(placed(cluster)).not.toContain('r on a');
    // Nobody ends them: the kubelet of their node is silent.
    expect(cluster.pods()).toHaveLength(7);

    cluster.client.delete('/api/v1/nodes/a');
    await live(cluster, 100, ['b', 'c']);

    expect(cluster.pods().map(nodeOf)).not.toContain('a');
    expect(cluster.pods()).toHaveLength(5);
    expect(cluster.client.list(LEASES).map(({ metadata }) => metadata.name)).toContain('b');
  });

  it('does the same to the byte for the same seed, and something else for another one.', async () => {
    const [first, second, other] = await Promise.all(
      [1, 1, 2].map(async (seed) => {
        const cluster = await start(seed);
        await live(cluster, 60, ['b', 'c']);
        return JSON.stringify(['/api/v1/pods', '/api/v1/events', '/api/v1/nodes'].map((path) => cluster.client.list(path)));
      }),
    );
    expect(first).toBe(second);
    expect(first).not.toBe(other);
  });

  it('stops.', async () => {
    let stop = (): void => undefined;
    const cluster = new SmallCluster([(client, ports) => (stop = startControllers(client, { ...ports, definitions: [] }))]);
    stop();
    cluster.addNode('a');
    cluster.addPod('p');
    await cluster.pass(3600);
    expect(nodeOf(cluster.pod('p') ?? { metadata: {} })).toBe('');
  });
});
