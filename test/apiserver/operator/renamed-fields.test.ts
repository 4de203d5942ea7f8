import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { readBatch, readPlan } from '../../../src/core/renamed-fields.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client/client.ts';
import { StatusWriter } from '../../../src/operator/status-writer.ts';
import { applyCrds } from '../../support/crds.ts';
import { aBatch, aPlan } from '../../unit/core/rollout/support/objects.ts';
import { startConnectedCluster, type ConnectedCluster } from './connected-cluster.ts';

const BATON = '/apis/baton.dev/v1alpha1/namespaces/fleet';
const TIME = '2026-11-22T08:00:00Z';

let connected: ConnectedCluster;
let client: KubeClient;
let writer: StatusWriter;

beforeAll(async () => {
  connected = await startConnectedCluster('renamed-fields');
  ({ client } = connected);
  await applyCrds(connected.cluster);
  await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet' } });
  writer = new StatusWriter({ client, monotonic: () => 0, observePlan: () => undefined, observeBatch: () => undefined });
}, 60_000);
afterAll(() => connected.close(), 60_000);

/** Creates an object and gives it a status, as 0.1 wrote it. */
async function stored(plural: string, { apiVersion, kind, metadata, spec }: KubeObject, status: object): Promise<KubeObject> {
  const path = `${BATON}/${plural}`;
  const name = metadata.name ?? '';
  await client.create(path, { apiVersion, kind, metadata: { name }, spec });
  await client.mergePatch(`${path}/${name}/status`, { status }, { fieldValidation: 'Strict' });
  return client.get<KubeObject>(`${path}/${name}`);
}

it('A plan keeps what 0.1 stored until its status is written, and then has the current names only', async () => {
  const object = await stored('upgradeplans', aPlan() as unknown as KubeObject, { agent: 'node-1', lastMovedTime: TIME });
  const plan = readPlan(object);
  expect(plan.status).toEqual({ agent: 'node-1', lastProgressTime: TIME });
  await writer.writePlan(plan, { lastProgressTime: TIME });
  expect(await client.get(`${BATON}/upgradeplans/os`)).toMatchObject({ status: { lastProgressTime: TIME } });
  expect(Object.keys((await client.get<{ status: object }>(`${BATON}/upgradeplans/os`)).status)).toEqual(['lastProgressTime']);
});

it('A batch keeps what 0.1 stored until its status is written, and then has the current names only', async () => {
  const batch = aBatch(['node-1']);
  const story = {
    ...{ startTime: TIME, batches: 1, acts: [{ action: 'Resume', why: 'registry fixed', time: TIME }] },
    rollback: { of: 'os-1', rolledBack: 1, notBack: 0 },
  };
  const object = await stored('upgradebatches', batch as unknown as KubeObject, {
    summary: { nodes: 1, maxUnavailable: 3 },
    nodes: [{ name: 'node-1', state: 'Draining', told: ['NodeOverdue'], drain: { pod: 'app/web-0', heldTime: TIME } }],
    outlook: { next: 'Done', message: 'done', lastBatch: 1, story },
    notification: { id: 'batch-uid/1', standing: ['RolloutPaused'], troubleTime: TIME },
  });
  const read = readBatch(object);
  expect(read.status).toMatchObject({
    summary: { peakUnavailable: 3 },
    nodes: [{ raisedAlerts: ['NodeOverdue'], drain: { blockedSinceTime: TIME } }],
    outlook: { lastBatchIndex: 1, story: { actions: [{ reason: 'registry fixed' }], rollbackResult: { target: 'os-1' } } },
    notification: { activeAlerts: ['RolloutPaused'], pendingAlertTime: TIME },
  });

  const { notification: _over, ...status } = read.status ?? {};
  const wanted = { ...status, agent: 'node-1', notification: { id: 'batch-uid/1' } };
  await writer.writeBatch(read, wanted);
  const written = await client.get<{ status: object }>(`${BATON}/upgradebatches/${batch.metadata.name}`);
  expect(written.status).toEqual(wanted);
});
