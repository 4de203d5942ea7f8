import { describe, expect, it } from '@jest/globals';
import { asObject, asObjects, asText } from '../../../../src/core/json.ts';
import { startPodCollector } from '../../../../src/simulator/cluster/garbage/pod-collector.ts';
import { startNodeLifecycle } from '../../../../src/simulator/cluster/nodes/node-lifecycle.ts';
import { startTaintEviction } from '../../../../src/simulator/cluster/nodes/taint-eviction.ts';
import { conditions, SmallCluster, succeeded } from './support/small-cluster.ts';

const LEASES = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';

function taints(cluster: SmallCluster, name: string): readonly string[] {
  const node = cluster.client.get(`/api/v1/nodes/${name}`);
  return asObjects(asObject(node?.['spec'])['taints']).map(({ key, effect }) => `${asText(key)}:${asText(effect)}`);
}

function setReady(cluster: SmallCluster, name: string, status: string): void {
  const lastHeartbeatTime = new Date(cluster.time.now()).toISOString();
  const condition = {
    type: 'Ready',
    status,
    reason: 'Kubelet',
    message: '',
    lastHeartbeatTime,
    lastTransitionTime: lastHeartbeatTime,
  };
  succeeded(cluster.client.mergePatch(`/api/v1/nodes/${name}/status`, { status: { conditions: [condition] } }));
}

function renew(cluster: SmallCluster, name: string): void {
  const spec = { renewTime: new Date(cluster.time.now()).toISOString() };
  if (!cluster.client.mergePatch(`${LEASES}/${name}`, { spec }).ok) cluster.client.create(LEASES, { metadata: { name }, spec });
}

/** Plays kubelets for some seconds: the Leases of nodes are renewed every 10 s. */
async function live(cluster: SmallCluster, seconds: number, nodes: readonly string[]): Promise<void> {
  for (let passed = 0; passed < seconds; passed += 10) {
    for (const name of nodes) renew(cluster, name);
    await cluster.pass(10);
  }
}

async function start(...nodes: readonly string[]): Promise<SmallCluster> {
  const cluster = new SmallCluster([startNodeLifecycle, startTaintEviction, startPodCollector]);
  for (const name of nodes) {
    cluster.addNode(name);
    setReady(cluster, name, 'True');
  }
  await live(cluster, 20, nodes);
  return cluster;
}

const UNREACHABLE = 'node.kubernetes.io/unreachable';
const NOT_READY = 'node.kubernetes.io/not-ready';

describe('The node controller', () => {
  it('takes a silent node for lost after 50 s, with its pods, and takes the taints off when it is back.', async () => {
    const cluster = await start('a', 'b', 'c');
    cluster.addPod('p', { nodeName: 'a' });
    cluster.runPod('p');
    await live(cluster, 30, ['b', 'c']);
    expect(conditions(cluster.client.get('/api/v1/nodes/a'))[0]).toBe('Ready True Kubelet ');

    await live(cluster, 30, ['b', 'c']);

    expect(conditions(cluster.client.get('/api/v1/nodes/a'))[0]).toBe(
      'Ready Unknown NodeStatusUnknown Kubelet stopped posting node status.',
    );
    expect(conditions(cluster.pod('p'))).toEqual(['Ready False']);
    expect(taints(cluster, 'a')).toEqual([`${UNREACHABLE}:NoSchedule`, `${UNREACHABLE}:NoExecute`]);
    expect(taints(cluster, 'b')).toEqual([]);
    expect(cluster.events('a')).toEqual([
      'RegisteredNode: Node a event: Registered Node a in Controller',
      'NodeNotReady: Node a status is now: NodeNotReady',
    ]);

    setReady(cluster, 'a', 'True');
    await live(cluster, 10, ['a', 'b', 'c']);

    expect(taints(cluster, 'a')).toEqual([]);
    expect(cluster.pod('p')?.metadata.deletionTimestamp).toBeUndefined();
  });

  it('taints what conditions and cordons say, and leaves the taints of others alone.', async () => {
    const cluster = await start('a', 'b', 'c');
    cluster.client.mergePatch('/api/v1/nodes/a', {
      spec: { unschedulable: true, taints: [{ key: 'mine', effect: 'NoSchedule' }] },
    });
    setReady(cluster, 'b', 'False');
    await live(cluster, 20, ['a', 'b', 'c']);
    expect(taints(cluster, 'a')).toEqual(['mine:NoSchedule', 'node.kubernetes.io/unschedulable:NoSchedule']);
    expect(taints(cluster, 'b')).toEqual([`${NOT_READY}:NoSchedule`, `${NOT_READY}:NoExecute`]);

    cluster.client.mergePatch('/api/v1/nodes/a', { spec: { unschedulable: false } });
    await cluster.pass(1);

    expect(taints(cluster, 'a')).toEqual(['mine:NoSchedule']);
  });

  it('untaints a new node once it is Ready.', async () => {
    const cluster = await start('a');
    const status = { conditions: [{ type: 'Ready', status: 'False' }] };
    cluster.client.create('/api/v1/nodes', { metadata: { name: 'n' }, status });
    await cluster.pass(1);
    expect(taints(cluster, 'n')).toEqual([`${NOT_READY}:NoSchedule`]);
    setReady(cluster, 'n', 'True');
    await live(cluster, 10, ['a', 'n']);
    expect(taints(cluster, 'n')).toEqual([]);
  });

  it('evicts pods of one node every ten seconds, and none when no node is Ready.', async () => {
    const names = ['a', 'b', 'c', 'e', 'f', 'g', 'h', 'i'];
    const cluster = await start(...names);
    await live(cluster, 50, names.slice(3));
    const evicting = (): number =>
      names.filter((name) => taints(cluster, name).some((taint) => taint.endsWith('NoExecute'))).length;
    expect(evicting()).toBe(1);
    await live(cluster, 10, names.slice(3));
    expect(evicting()).toBe(2);
    await live(cluster, 90, names.slice(3));
    expect(evicting()).toBe(3);

    await live(cluster, 120, []);

    expect(evicting()).toBe(0);
  });
});

describe('The eviction by taints', () => {
  it('deletes pods that do not tolerate a taint at once, and the others after their time, with a reason.', async () => {
    const cluster = await start('a', 'b');
    const some = [{ key: 'x', operator: 'Exists', tolerationSeconds: 60 }];
    cluster.addPod('none', { nodeName: 'a' });
    cluster.addPod('some', { nodeName: 'a', tolerations: some });
    cluster.addPod('all', { nodeName: 'a', tolerations: [{ operator: 'Exists' }] });
    for (const name of ['none', 'some', 'all']) cluster.runPod(name);
    cluster.client.mergePatch('/api/v1/nodes/a', { spec: { taints: [{ key: 'x', effect: 'NoExecute' }] } });
    await live(cluster, 10, ['a', 'b']);

    expect(
      cluster
        .pods()
        .filter(({ metadata }) => metadata.deletionTimestamp !== undefined)
        .map(({ metadata }) => metadata.name),
    ).toEqual(['none']);
    expect(conditions(cluster.pod('none'))[1]).toBe(
      'DisruptionTarget True DeletionByTaintManager Taint manager: deleting due to NoExecute taint',
    );
    await live(cluster, 60, ['a', 'b']);
    expect(cluster.pod('some')?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.pod('all')?.metadata.deletionTimestamp).toBeUndefined();
    expect(cluster.events('some')).toEqual(['TaintManagerEviction: Marking for deletion Pod default/some']);
  });

  it('lets a pod stay when the taint goes in time.', async () => {
    const cluster = await start('a', 'b');
    cluster.addPod('p', { nodeName: 'a' });
    cluster.client.mergePatch('/api/v1/nodes/a', { spec: { taints: [{ key: UNREACHABLE, effect: 'NoExecute' }] } });
    await cluster.pass(2);
    cluster.client.mergePatch('/api/v1/nodes/a', { spec: { taints: null } });
    await live(cluster, 400, ['a', 'b']);
    expect(cluster.pod('p')?.metadata.deletionTimestamp).toBeUndefined();
    expect(cluster.events('p')).toEqual(['TaintManagerEviction: Cancelling deletion of Pod default/p']);
  });
});

describe('The collector of pods', () => {
  it('fails and deletes the pods of a node that is gone for 40 s.', async () => {
    const cluster = await start('a', 'b');
    cluster.addPod('p', { nodeName: 'a' }, { finalizers: ['example.com/x'] });
    cluster.addPod('q', { nodeName: 'a' });
    cluster.runPod('p');
    cluster.client.delete('/api/v1/nodes/a');
    await live(cluster, 40, ['b']);
    expect(cluster.pods()).toHaveLength(2);

    await live(cluster, 50, ['b']);

    expect(cluster.pod('q')).toBeUndefined();
    expect(conditions(cluster.pod('p'))[1]).toBe('DisruptionTarget True DeletionByPodGC PodGC: node no longer exists');
    expect(asObject(cluster.pod('p')?.['status'])['phase']).toBe('Failed');
    expect(cluster.pod('p')?.metadata.deletionTimestamp).toBeDefined();
  });
});
