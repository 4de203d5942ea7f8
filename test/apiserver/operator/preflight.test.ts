import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decide } from '../../../src/core/rollout/decide.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client/client.ts';
import type { ApplyDeps } from '../../../src/operator/apply/apply-ports.ts';
import { applyCommand } from '../../../src/operator/apply/apply.ts';
import { readPreflight } from '../../../src/operator/gather/read-preflight.ts';
import { aNode, aSnapshot, byName, SETTINGS } from '../../unit/core/rollout/support/facts.ts';
import { aPlan, at, hash } from '../../unit/core/rollout/support/objects.ts';
import { startConnectedCluster, type ConnectedCluster } from './connected-cluster.ts';

let connected: ConnectedCluster;
let client: KubeClient;

beforeAll(async () => {
  connected = await startConnectedCluster('preflight');
  ({ client } = connected);
  for (const name of ['fleet', 'shop']) {
    await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  }
}, 120_000);

afterAll(() => connected.close(), 60_000);

interface Budget {
  readonly name: string;
  readonly selector?: object;
  readonly disruptionsAllowed: number;
  readonly expectedPods: number;
}

/** A budget with the status that its controller would write. */
async function budget({ name, selector, disruptionsAllowed, expectedPods }: Budget): Promise<void> {
  const path = '/apis/policy/v1/namespaces/shop/poddisruptionbudgets';
  const object = {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name },
    spec: { minAvailable: 1, selector },
  };
  await client.create(path, object);
  const status = { disruptionsAllowed, expectedPods, currentHealthy: 1, desiredHealthy: 1, observedGeneration: 1 };
  await client.mergePatch(`${path}/${name}/status`, { status });
}

async function pod(name: string, nodeName: string | undefined, app: string, owner?: string): Promise<void> {
  const ownerReferences =
    owner === undefined ? [] : [{ apiVersion: 'apps/v1', kind: owner, name: 'o', uid: 'o', controller: true }];
  await client.create('/api/v1/namespaces/shop/pods', {
    ...{ apiVersion: 'v1', kind: 'Pod', metadata: { name, labels: { app }, ownerReferences } },
    spec: { nodeName, automountServiceAccountToken: false, containers: [{ name: 'c', image: 'registry.example/a:1' }] },
  });
}

describe('Reading for the pre-flight check', () => {
  it("finds the Pods on the plan's nodes that a budget protects now, and no others", async () => {
    const web = { matchLabels: { app: 'web' } };
    await budget({ name: 'web', selector: web, disruptionsAllowed: 0, expectedPods: 3 });
    await budget({ name: 'generous', selector: { matchLabels: { app: 'api' } }, disruptionsAllowed: 1, expectedPods: 2 });
    await budget({ name: 'of-nobody', selector: web, disruptionsAllowed: 0, expectedPods: 0 });
    await budget({
      name: 'expressions',
      selector: { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'kv'] }] },
      disruptionsAllowed: 0,
      expectedPods: 1,
    });
    await pod('web-1', 'node-1', 'web', 'ReplicaSet');
    await pod('web-2', 'node-elsewhere', 'web', 'ReplicaSet');
    await pod('web-3', undefined, 'web', 'ReplicaSet');
    await pod('web-agent', 'node-1', 'web', 'DaemonSet');
    await pod('api-1', 'node-1', 'api');
    await pod('db-1', 'node-2', 'db', 'StatefulSet');

    const facts = await readPreflight(client, byName(aNode('node-1'), aNode('node-2')));

    expect(facts.unread).toBeUndefined();
    expect(facts.guarded).toEqual(
      expect.arrayContaining([
        { namespace: 'shop', name: 'web-1', node: 'node-1', labels: { app: 'web' }, budget: 'web' },
        { namespace: 'shop', name: 'db-1', node: 'node-2', labels: { app: 'db' }, budget: 'expressions' },
      ]),
    );
    expect(facts.guarded).toHaveLength(2);
  });

  it('records its result in one Event, which is created only once', async () => {
    const facts = await readPreflight(client, byName(aNode('node-1')));
    const snapshot = aSnapshot({ nodes: byName(aNode('node-1')), preflight: facts });
    const recorded = decide({ snapshot, now: at(100), settings: SETTINGS, hash }).commands.find(
      ({ kind }) => kind === 'RecordWarnings',
    );
    const apply = (): Promise<void> => applyCommand({ client } as unknown as ApplyDeps, aPlan(), recorded!);
    await apply();
    await apply();
    const { items } = await client.list<KubeObject>('/apis/events.k8s.io/v1/namespaces/fleet/events');
    expect(items).toMatchObject([{ reason: 'PreflightWarnings', regarding: { kind: 'UpgradePlan', name: 'os' } }]);
    expect(items[0]?.['note']).toContain('shop/web allows no disruption now, and would hold up the drain of web-1 on node-1');
  });
});
