import { describe, expect, it } from '@jest/globals';
import { asObject } from '../../../../src/core/json.ts';
import type { Outcome } from '../../../../src/simulator/cluster/cluster-client.ts';
import { startScheduler } from '../../../../src/simulator/cluster/scheduler/scheduler.ts';
import { startDisruptionController } from '../../../../src/simulator/cluster/workloads/disruption-controller.ts';
import { startReplicaSetController } from '../../../../src/simulator/cluster/workloads/replica-set-controller.ts';
import { conditions, SmallCluster, succeeded } from './support/small-cluster.ts';

const BUDGETS = '/apis/policy/v1/namespaces/default/poddisruptionbudgets';
const SELECTOR = { matchLabels: { app: 'a' } };

async function start(budget: object, { replicas = 3 } = {}): Promise<SmallCluster> {
  const cluster = new SmallCluster([startScheduler, startReplicaSetController, startDisruptionController]);
  for (const name of ['a', 'b']) cluster.addNode(name);
  const template = { metadata: { labels: { app: 'a' } }, spec: { containers: [{ name: 'c', image: 'busybox' }] } };
  const spec = { replicas, selector: SELECTOR, template };
  succeeded(cluster.client.create('/apis/apps/v1/namespaces/default/replicasets', { metadata: { name: 'r' }, spec }));
  succeeded(cluster.client.create(BUDGETS, { metadata: { name: 'b' }, spec: { selector: SELECTOR, ...budget } }));
  await live(cluster);
  return cluster;
}

/** Plays the kubelets: pods run once they are bound. */
async function live(cluster: SmallCluster): Promise<void> {
  await cluster.pass(1);
  for (const pod of cluster.pods()) {
    if (asObject(pod['status'])['phase'] === 'Pending') cluster.runPod(pod.metadata.name ?? '');
  }
  await cluster.pass(1);
}

function status(cluster: SmallCluster): Readonly<Record<string, unknown>> {
  return asObject(cluster.client.get(`${BUDGETS}/b`)?.['status']);
}

function evict(cluster: SmallCluster): Outcome {
  const name = cluster.pods().find(({ metadata }) => metadata.deletionTimestamp === undefined)?.metadata.name ?? '';
  return cluster.client.create(`/api/v1/namespaces/default/pods/${name}/eviction`, { kind: 'Eviction', metadata: { name } });
}

describe('The disruption controller', () => {
  it.each([
    { budget: { minAvailable: 2 }, desiredHealthy: 2, disruptionsAllowed: 1 },
    { budget: { minAvailable: '50%' }, desiredHealthy: 2, disruptionsAllowed: 1 },
    { budget: { maxUnavailable: 1 }, desiredHealthy: 2, disruptionsAllowed: 1 },
    { budget: { maxUnavailable: '70%' }, desiredHealthy: 0, disruptionsAllowed: 3 },
    { budget: { minAvailable: 3 }, desiredHealthy: 3, disruptionsAllowed: 0 },
  ])('counts what $budget allows.', async ({ budget, ...numbers }) => {
    const cluster = await start(budget);
    expect(status(cluster)).toMatchObject({ expectedPods: 3, currentHealthy: 3, observedGeneration: 1, ...numbers });
  });

  it('allows the next eviction when the pod has been replaced.', async () => {
    const cluster = await start({ maxUnavailable: 1 });
    expect(evict(cluster).ok).toBe(true);
    const refused = evict(cluster);
    expect(refused.ok ? 200 : refused.code).toBe(429);
    await cluster.pass(1);
    expect(status(cluster)).toMatchObject({ currentHealthy: 2, disruptionsAllowed: 0, expectedPods: 3 });
    expect(conditions(cluster.client.get(`${BUDGETS}/b`))).toEqual(['DisruptionAllowed False InsufficientPods ']);
    expect(evict(cluster).ok).toBe(false);

    await live(cluster);

    expect(status(cluster)).toMatchObject({ currentHealthy: 3, disruptionsAllowed: 1 });
    expect(status(cluster)).not.toHaveProperty('disruptedPods');
    expect(evict(cluster).ok).toBe(true);
  });

  it('allows nothing when the controller of a pod is not known.', async () => {
    const cluster = await start({ maxUnavailable: 1 });
    const owner = { apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'd', uid: 'u', controller: true };
    cluster.addPod('p', {}, { labels: { app: 'a' }, ownerReferences: [owner] });
    await cluster.pass(1);
    expect(status(cluster)).toMatchObject({ disruptionsAllowed: 0 });
    expect(conditions(cluster.client.get(`${BUDGETS}/b`))).toEqual([
      'DisruptionAllowed False SyncFailed found no controllers for pod "p"',
    ]);
  });
});
