import { describe, expect, it } from '@jest/globals';
import { asObject, asText } from '../../../../src/core/json.ts';
import { startScheduler } from '../../../../src/simulator/cluster/scheduler/scheduler.ts';
import { conditions, SmallCluster } from './support/small-cluster.ts';

function nodeOf(cluster: SmallCluster, name: string): string {
  return asText(asObject(cluster.pod(name)?.['spec'])['nodeName']);
}

function requires(...terms: readonly object[]): object {
  return { affinity: { nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } } } };
}

function pinned(...values: readonly string[]): object {
  return requires({ matchFields: [{ key: 'metadata.name', operator: 'In', values }] });
}

const CORDON = { spec: { unschedulable: true, taints: [{ key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' }] } };
const APART = {
  affinity: {
    podAntiAffinity: {
      requiredDuringSchedulingIgnoredDuringExecution: [
        { topologyKey: 'kubernetes.io/hostname', labelSelector: { matchLabels: { app: 'a' } } },
      ],
    },
  },
};

describe('The scheduler', () => {
  it.each([
    { name: 'a nodeSelector', spec: { nodeSelector: { disk: 'ssd' } } },
    { name: 'a name', spec: pinned('b') },
    { name: 'an expression', spec: requires({ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd', 'nvme'] }] }) },
    {
      name: 'one of two terms',
      spec: requires(
        { matchExpressions: [{ key: 'none', operator: 'Exists' }] },
        { matchExpressions: [{ key: 'disk', operator: 'NotIn', values: ['hdd'] }] },
      ),
    },
  ])('binds a pod with $name to the node that it fits.', async ({ spec }) => {
    const cluster = new SmallCluster([startScheduler]);
    cluster.addNode('a', { labels: { disk: 'hdd' } });
    cluster.addNode('b', { labels: { disk: 'ssd' } });
    cluster.addPod('p', spec);

    await cluster.pass(1);

    expect(nodeOf(cluster, 'p')).toBe('b');
    expect(cluster.events('p')).toEqual(['Scheduled: Successfully assigned default/p to b']);
  });

  it('says why no node takes a pod, counts nodes and keeps the order of the real one.', async () => {
    const cluster = new SmallCluster([startScheduler]);
    cluster.addNode('a', { spec: { taints: [{ key: 'x', effect: 'NoSchedule' }] } });
    cluster.addNode('b', CORDON);
    cluster.addNode('c', { cpu: '1' });
    cluster.addPod('p', { containers: [{ name: 'c', image: 'busybox', resources: { requests: { cpu: '2' } } }] });

    await cluster.pass(1);

    const why =
      '0/3 nodes are available: 1 Insufficient cpu, 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable. ' +
      'preemption: 0/3 nodes are available: 3 Preemption is not helpful for scheduling.';
    expect(conditions(cluster.pod('p'))).toEqual([`PodScheduled False Unschedulable ${why}`]);
    expect(cluster.events('p')).toEqual([`FailedScheduling: ${why}`]);
  });

  it('leaves the other nodes out for a pod that is pinned by name.', async () => {
    const cluster = new SmallCluster([startScheduler]);
    cluster.addNode('a', CORDON);
    cluster.addNode('b');
    cluster.addPod('p', pinned('a'));
    cluster.addPod('q', { ...pinned('a'), tolerations: [{ key: 'node.kubernetes.io/unschedulable', operator: 'Exists' }] });

    await cluster.pass(1);

    expect(conditions(cluster.pod('p'))[0]).toContain(
      "0/2 nodes are available: 1 node(s) didn't satisfy plugin(s) [NodeAffinity], 1 node(s) were unschedulable.",
    );
    expect(nodeOf(cluster, 'q')).toBe('a');
  });

  it('tries again when the node changes, and only counts the failures in between.', async () => {
    const cluster = new SmallCluster([startScheduler]);
    cluster.addNode('a', CORDON);
    cluster.addPod('p', pinned('a'));
    await cluster.pass(60);
    cluster.client.mergePatch('/api/v1/nodes/a', { metadata: { labels: { x: 'y' } } });
    await cluster.pass(60);
    expect(nodeOf(cluster, 'p')).toBe('');

    cluster.client.mergePatch('/api/v1/nodes/a', { spec: { unschedulable: null, taints: null } });
    await cluster.pass(1);

    expect(nodeOf(cluster, 'p')).toBe('a');
    expect(cluster.events('p').map((text) => text.split(':')[0])).toEqual(['FailedScheduling', 'Scheduled']);
  });

  it('fills nodes by requests, and uses the room of pods that have ended.', async () => {
    const cluster = new SmallCluster([startScheduler]);
    cluster.addNode('a', { cpu: '1' });
    const large = { containers: [{ name: 'c', image: 'busybox', resources: { requests: { cpu: '600m' } } }] };
    cluster.addPod('p', large);
    await cluster.pass(1);
    cluster.addPod('q', large);
    await cluster.pass(1);
    expect([nodeOf(cluster, 'p'), nodeOf(cluster, 'q')]).toEqual(['a', '']);
    expect(conditions(cluster.pod('q'))[0]).toContain('1 No preemption victims found for incoming pod.');

    cluster.endPod('p', 0);
    await cluster.pass(5);

    expect(nodeOf(cluster, 'q')).toBe('a');
  });

  it('keeps pods apart that ask for it, in both directions.', async () => {
    const cluster = new SmallCluster([startScheduler]);
    cluster.addNode('a');
    cluster.addNode('b');
    for (const name of ['p', 'q', 'r']) {
      cluster.addPod(name, name === 'r' ? {} : APART, { labels: { app: 'a' } });
      await cluster.pass(1);
    }

    expect([nodeOf(cluster, 'p'), nodeOf(cluster, 'q')].sort()).toEqual(['a', 'b']);
    expect(conditions(cluster.pod('r'))[0]).toContain("2 node(s) didn't satisfy existing pods anti-affinity rules");
  });

  it('spreads the pods of one controller.', async () => {
    const cluster = new SmallCluster([startScheduler]);
    for (const name of ['a', 'b', 'c']) cluster.addNode(name);
    const owner = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'r', uid: 'u', controller: true };
    for (let index = 0; index < 6; index += 1) cluster.addPod(`p${index}`, {}, { ownerReferences: [owner] });

    await cluster.pass(1);

    const nodes = [0, 1, 2, 3, 4, 5].map((index) => nodeOf(cluster, `p${index}`)).sort();
    expect(nodes).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });
});
