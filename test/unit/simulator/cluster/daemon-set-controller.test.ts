import { describe, expect, it } from '@jest/globals';
import { asObject, asObjects, asText } from '../../../../src/core/json.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { startDaemonSetController } from '../../../../src/simulator/cluster/daemon-sets/daemon-set-controller.ts';
import { startScheduler } from '../../../../src/simulator/cluster/scheduler/scheduler.ts';
import { SmallCluster, succeeded } from './support/small-cluster.ts';

const PATH = '/apis/apps/v1/namespaces/default/daemonsets';

function createDaemonSet(
  cluster: SmallCluster,
  { podSpec = {}, ...spec }: { podSpec?: object; updateStrategy?: object } = {},
): void {
  const template = { metadata: { labels: { app: 'd' } }, spec: { containers: [{ name: 'c', image: 'busybox:1' }], ...podSpec } };
  const selector = { matchLabels: { app: 'd' } };
  succeeded(cluster.client.create(PATH, { metadata: { name: 'd' }, spec: { selector, template, ...spec } }));
}

function setImage(cluster: SmallCluster, image: string): void {
  succeeded(cluster.client.mergePatch(`${PATH}/d`, { spec: { template: { spec: { containers: [{ name: 'c', image }] } } } }));
}

function status(cluster: SmallCluster): Readonly<Record<string, unknown>> {
  return asObject(cluster.client.get(`${PATH}/d`)?.['status']);
}

function nodeOf(pod: KubeObject): string {
  return asText(asObject(pod['spec'])['nodeName']);
}

function imageOf(pod: KubeObject): string {
  return asText(asObjects(asObject(pod['spec'])['containers'])[0]?.['image']);
}

/** Plays the kubelets for some seconds: pods run when they are bound, and are gone a second after they are deleted. */
async function live(cluster: SmallCluster, seconds: number, step: () => void = () => undefined): Promise<void> {
  for (let second = 0; second < seconds; second += 1) {
    for (const pod of cluster.pods()) {
      const { name = '', deletionTimestamp } = pod.metadata;
      if (deletionTimestamp !== undefined)
        cluster.client.delete(`/api/v1/namespaces/default/pods/${name}`, { gracePeriodSeconds: 0 });
      else if (nodeOf(pod) !== '' && asObject(pod['status'])['phase'] === 'Pending') cluster.runPod(name);
    }
    step();
    await cluster.pass(1);
  }
}

function start(...nodes: readonly string[]): SmallCluster {
  const cluster = new SmallCluster([startScheduler, startDaemonSetController]);
  for (const node of nodes) cluster.addNode(node);
  return cluster;
}

describe('The DaemonSet controller', () => {
  it('runs a pod on each node, and reports them.', async () => {
    const cluster = start('a', 'b', 'c');
    createDaemonSet(cluster);
    await live(cluster, 3);

    expect(cluster.pods().map(nodeOf).sort()).toEqual(['a', 'b', 'c']);
    expect(status(cluster)).toEqual({
      observedGeneration: 1,
      currentNumberScheduled: 3,
      desiredNumberScheduled: 3,
      numberAvailable: 3,
      numberMisscheduled: 0,
      numberReady: 3,
      updatedNumberScheduled: 3,
    });
    const [pod] = cluster.pods();
    const [revision] = cluster.client.list('/apis/apps/v1/namespaces/default/controllerrevisions');
    expect(pod?.metadata.labels).toEqual({
      app: 'd',
      'controller-revision-hash': revision?.metadata.labels?.['controller-revision-hash'],
      'pod-template-generation': '1',
    });
    expect(
      asObjects(asObject(pod?.['spec'])['tolerations']).map(({ key, effect }) => `${asText(key)} ${asText(effect)}`),
    ).toEqual([
      'node.kubernetes.io/not-ready NoExecute',
      'node.kubernetes.io/unreachable NoExecute',
      'node.kubernetes.io/disk-pressure NoSchedule',
      'node.kubernetes.io/memory-pressure NoSchedule',
      'node.kubernetes.io/pid-pressure NoSchedule',
      'node.kubernetes.io/unschedulable NoSchedule',
    ]);
  });

  it('follows labels and taints of nodes, and stays on cordoned ones.', async () => {
    const cluster = start('a', 'b', 'c', 'e');
    createDaemonSet(cluster, { podSpec: { nodeSelector: { role: 'x' } } });
    for (const name of ['a', 'b', 'c'])
      cluster.client.mergePatch(`/api/v1/nodes/${name}`, { metadata: { labels: { role: 'x' } } });
    await live(cluster, 3);
    expect(cluster.pods().map(nodeOf).sort()).toEqual(['a', 'b', 'c']);

    cluster.client.mergePatch('/api/v1/nodes/a', { metadata: { labels: { role: null } } });
    cluster.client.mergePatch('/api/v1/nodes/b', { spec: { taints: [{ key: 'baton', effect: 'NoSchedule' }] } });
    cluster.client.mergePatch('/api/v1/nodes/c', {
      spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] },
    });
    cluster.client.mergePatch('/api/v1/nodes/e', { metadata: { labels: { role: 'x' } } });
    await live(cluster, 3);

    // The pod on b stays, but b would get no new one.
    expect(cluster.pods().map(nodeOf).sort()).toEqual(['b', 'c', 'e']);
    expect(status(cluster)).toMatchObject({ desiredNumberScheduled: 2, currentNumberScheduled: 2, numberMisscheduled: 1 });
  });

  it('replaces a pod only once it is gone.', async () => {
    const cluster = start('a');
    createDaemonSet(cluster);
    await live(cluster, 3);
    const [before] = cluster.pods();
    cluster.client.delete(`/api/v1/namespaces/default/pods/${before?.metadata.name ?? ''}`);
    await cluster.pass(10);
    expect(cluster.pods()).toHaveLength(1);

    await live(cluster, 3);

    expect(cluster.pods().map(({ metadata }) => metadata.uid)).not.toContain(before?.metadata.uid);
    expect(cluster.pods().map(nodeOf)).toEqual(['a']);
  });

  it('rolls a new template out within maxUnavailable.', async () => {
    const cluster = start('a', 'b', 'c', 'e', 'f');
    createDaemonSet(cluster, { updateStrategy: { rollingUpdate: { maxUnavailable: 2 } } });
    await live(cluster, 3);
    setImage(cluster, 'busybox:2');
    const down: number[] = [];
    await live(cluster, 30, () => {
      const ready = cluster
        .pods()
        .filter((pod) => pod.metadata.deletionTimestamp === undefined && asObject(pod['status'])['phase'] === 'Running');
      down.push(5 - ready.length);
    });

    expect(Math.max(...down)).toBe(2);
    expect(cluster.pods().map(imageOf)).toEqual(Array.from({ length: 5 }, () => 'busybox:2'));
    expect(status(cluster)).toMatchObject({ observedGeneration: 2, updatedNumberScheduled: 5, numberAvailable: 5 });
    const revisions = cluster.client.list('/apis/apps/v1/namespaces/default/controllerrevisions');
    expect(revisions.map((revision) => revision['revision']).sort()).toEqual([1, 2]);
  });

  it('replaces only deleted pods with OnDelete, and a rollback gets a new number and the old hash.', async () => {
    const cluster = start('a', 'b');
    createDaemonSet(cluster, { updateStrategy: { type: 'OnDelete' } });
    await live(cluster, 3);
    setImage(cluster, 'busybox:2');
    await live(cluster, 3);
    expect(cluster.pods().map(imageOf)).toEqual(['busybox:1', 'busybox:1']);
    expect(status(cluster)).toMatchObject({ observedGeneration: 2, numberReady: 2 });
    expect(status(cluster)).not.toHaveProperty('updatedNumberScheduled');

    const [pod] = cluster.pods();
    cluster.client.delete(`/api/v1/namespaces/default/pods/${pod?.metadata.name ?? ''}`);
    await live(cluster, 3);
    expect(cluster.pods().map(imageOf).sort()).toEqual(['busybox:1', 'busybox:2']);
    setImage(cluster, 'busybox:1');
    await live(cluster, 3);

    expect(status(cluster)).toMatchObject({ observedGeneration: 3, updatedNumberScheduled: 1 });
    const revisions = cluster.client.list('/apis/apps/v1/namespaces/default/controllerrevisions');
    expect(revisions.map((revision) => revision['revision']).sort()).toEqual([2, 3]);
  });

  it('replaces failed pods, after longer and longer times.', async () => {
    const cluster = start('a');
    createDaemonSet(cluster);
    const seen = new Set<string>();
    await live(cluster, 30, () => {
      for (const pod of cluster.pods()) {
        if (asObject(pod['status'])['phase'] !== 'Running') continue;
        seen.add(pod.metadata.uid ?? '');
        cluster.endPod(pod.metadata.name ?? '', 1);
      }
    });

    expect(seen.size).toBeGreaterThan(3);
    expect(seen.size).toBeLessThan(8);
    expect(cluster.events('d').find((text) => text.startsWith('FailedDaemonPod'))).toMatch(
      /^FailedDaemonPod: Found failed daemon pod default\/d-\w+ on node a, will try to kill it$/,
    );
  });
});
