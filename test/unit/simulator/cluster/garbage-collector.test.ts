import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { startGarbageCollector } from '../../../../src/simulator/cluster/garbage/garbage-collector.ts';
import { startNamespaceController } from '../../../../src/simulator/cluster/garbage/namespace-controller.ts';
import { startTtlAfterFinished } from '../../../../src/simulator/cluster/garbage/ttl-after-finished.ts';
import { conditions, SmallCluster, succeeded } from './support/small-cluster.ts';

const MAPS = '/api/v1/namespaces/default/configmaps';

function owned(by: KubeObject, blockOwnerDeletion = true): object {
  const { name, uid } = by.metadata;
  return { apiVersion: 'v1', kind: 'ConfigMap', name, uid, blockOwnerDeletion };
}

function createMap(cluster: SmallCluster, name: string, metadata: object = {}): KubeObject {
  return succeeded(cluster.client.create(MAPS, { metadata: { name, ...metadata } }));
}

function names(cluster: SmallCluster): readonly string[] {
  return cluster.client.list(MAPS).map(({ metadata }) => metadata.name ?? '');
}

function start(): SmallCluster {
  return new SmallCluster([startGarbageCollector, startNamespaceController, startTtlAfterFinished]);
}

describe('The garbage collector', () => {
  it('deletes what a deleted object owned, and what that owned.', async () => {
    const cluster = start();
    const a = createMap(cluster, 'a');
    const b = createMap(cluster, 'b', { ownerReferences: [owned(a)] });
    createMap(cluster, 'c', { ownerReferences: [owned(b)] });
    createMap(cluster, 'other');
    await cluster.pass(1);
    expect(names(cluster)).toEqual(['a', 'b', 'c', 'other']);

    cluster.client.delete(`${MAPS}/a`);
    await cluster.pass(1);

    expect(names(cluster)).toEqual(['other']);
  });

  it('keeps an object as long as one of its owners exists, and forgets the others.', async () => {
    const cluster = start();
    const [a, b] = [createMap(cluster, 'a'), createMap(cluster, 'b')];
    createMap(cluster, 'c', { ownerReferences: [owned(a), owned(b)] });
    cluster.client.delete(`${MAPS}/a`);
    await cluster.pass(1);

    const c = cluster.client.get(`${MAPS}/c`);
    expect(c?.metadata.ownerReferences).toEqual([owned(b)]);
  });

  it('goes by UID: an object whose owner was replaced, or never existed, is deleted.', async () => {
    const cluster = start();
    const a = createMap(cluster, 'a');
    cluster.client.delete(`${MAPS}/a`);
    createMap(cluster, 'a');
    createMap(cluster, 'b', { ownerReferences: [owned(a)] });
    createMap(cluster, 'c', { ownerReferences: [{ apiVersion: 'example.com/v1', kind: 'Unknown', name: 'x', uid: 'x' }] });
    await cluster.pass(1);

    expect(names(cluster)).toEqual(['a', 'c']);
  });

  it('deletes owners in the foreground after what blocks them.', async () => {
    const cluster = start();
    const a = createMap(cluster, 'a');
    createMap(cluster, 'b', { ownerReferences: [owned(a)], finalizers: ['example.com/x'] });
    cluster.client.delete(`${MAPS}/a`, { propagationPolicy: 'Foreground' });
    await cluster.pass(1);
    expect(cluster.client.get(`${MAPS}/a`)?.metadata.finalizers).toEqual(['foregroundDeletion']);
    expect(cluster.client.get(`${MAPS}/b`)?.metadata.deletionTimestamp).toBeDefined();

    cluster.client.mergePatch(`${MAPS}/b`, { metadata: { finalizers: null } });
    await cluster.pass(1);

    expect(names(cluster)).toEqual([]);
  });

  it('orphans when the delete says so.', async () => {
    const cluster = start();
    const a = createMap(cluster, 'a');
    createMap(cluster, 'b', { ownerReferences: [owned(a)] });
    cluster.client.delete(`${MAPS}/a`, { propagationPolicy: 'Orphan' });
    await cluster.pass(1);

    expect(names(cluster)).toEqual(['b']);
    expect(cluster.client.get(`${MAPS}/b`)?.metadata.ownerReferences).toBeUndefined();
  });

  it('deletes the Leases of nodes that are gone.', async () => {
    const cluster = start();
    cluster.addNode('n');
    const node = cluster.client.get('/api/v1/nodes/n');
    const owner = { apiVersion: 'v1', kind: 'Node', name: 'n', uid: node?.metadata.uid };
    const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
    cluster.client.create(leases, { metadata: { name: 'n', ownerReferences: [owner] }, spec: {} });
    cluster.client.delete('/api/v1/nodes/n');
    await cluster.pass(1);
    expect(cluster.client.list(leases)).toEqual([]);
  });
});

describe('The namespace controller', () => {
  it('deletes the content of a namespace, and then the namespace.', async () => {
    const cluster = start();
    cluster.client.create('/api/v1/namespaces', { metadata: { name: 'x' } });
    const maps = '/api/v1/namespaces/x/configmaps';
    cluster.client.create(maps, { metadata: { name: 'a' } });
    cluster.client.create(maps, { metadata: { name: 'b', finalizers: ['example.com/x'] } });
    cluster.client.delete('/api/v1/namespaces/x');
    await cluster.pass(10);

    expect(conditions(cluster.client.get('/api/v1/namespaces/x'))).toEqual([
      'NamespaceDeletionDiscoveryFailure False ResourcesDiscovered All resources successfully discovered',
      'NamespaceDeletionGroupVersionParsingFailure False ParsedGroupVersions All legacy kube types successfully parsed',
      'NamespaceDeletionContentFailure False ContentDeleted All content successfully deleted, may be waiting on finalization',
      'NamespaceContentRemaining True SomeResourcesRemain Some resources are remaining: configmaps. has 1 resource instances',
      'NamespaceFinalizersRemaining True SomeFinalizersRemain Some content in the namespace has finalizers remaining: example.com/x in 1 resource instances',
    ]);
    cluster.client.mergePatch(`${maps}/b`, { metadata: { finalizers: null } });
    await cluster.pass(10);

    expect(cluster.client.get('/api/v1/namespaces/x')).toBeUndefined();
  });
});

describe('The controller of finished Jobs', () => {
  it('deletes a Job when its time is over.', async () => {
    const cluster = start();
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }] } };
    cluster.client.create(jobs, { metadata: { name: 'j' }, spec: { ttlSecondsAfterFinished: 60, template } });
    const lastTransitionTime = '2026-03-02T08:00:00Z';
    cluster.client.mergePatch(`${jobs}/j/status`, {
      status: { conditions: [{ type: 'Complete', status: 'True', lastTransitionTime }] },
    });
    await cluster.pass(59);
    expect(cluster.client.get(`${jobs}/j`)).toBeDefined();
    await cluster.pass(2);
    expect(cluster.client.get(`${jobs}/j`)).toBeUndefined();
  });
});
