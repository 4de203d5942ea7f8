import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobFact } from '../../../src/core/facts.ts';
import type { KubeClient, KubeObject } from '../../../src/kube/client/client.ts';
import type { ApplyDeps } from '../../../src/operator/apply/apply-ports.ts';
import { applyCommand } from '../../../src/operator/apply/apply.ts';
import { projectJob } from '../../../src/operator/watch/project.ts';
import { waitFor } from '../../cluster/wait-for.ts';
import { aPlan } from '../../unit/core/rollout/support/objects.ts';
import { startConnectedCluster, type ConnectedCluster } from './connected-cluster.ts';

const JOBS = '/apis/batch/v1/namespaces/fleet/jobs';

let connected: ConnectedCluster;
let client: KubeClient;

beforeAll(async () => {
  // The Job controller is what ends a Job.
  connected = await startConnectedCluster('stop-job', { controllers: true });
  ({ client } = connected);
  await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet' } });
}, 120_000);
afterAll(() => connected.close(), 60_000);

async function podsOf(job: string): Promise<readonly KubeObject[]> {
  const { items } = await client.get<{ readonly items: readonly KubeObject[] }>(
    `/api/v1/namespaces/fleet/pods?labelSelector=batch.kubernetes.io/job-name=${job}`,
  );
  return items;
}

/** A Job as the operator makes it, with its Pod. */
async function run(name: string): Promise<JobFact> {
  const containers = [{ name: 'up', image: 'registry.example/os:12.9' }];
  await client.create(JOBS, {
    apiVersion: 'batch/v1',
    kind: 'Job',
    metadata: { name },
    spec: {
      ...{ completions: 1, parallelism: 1, backoffLimit: 0, podReplacementPolicy: 'Failed', activeDeadlineSeconds: 3600 },
      template: { spec: { restartPolicy: 'Never', containers } },
    },
  });
  await waitFor(async () => (await podsOf(name)).length === 1, { what: 'the Pod', timeoutMs: 30_000, intervalMs: 200 });
  return read(name);
}

async function read(name: string): Promise<JobFact> {
  return projectJob(await client.get<KubeObject>(`${JOBS}/${name}`));
}

async function stop(job: JobFact): Promise<JobFact | undefined> {
  let seen: KubeObject | undefined;
  const observer = { job: (object: KubeObject) => void (seen = object) };
  const deps = { client, observer } as unknown as ApplyDeps;
  await applyCommand(deps, aPlan(), { kind: 'StopJob', job, message: 'more than 5 s, expected 3 s + 2 s', why: 'overdue' });
  return seen === undefined ? undefined : projectJob(seen);
}

describe('Stopping a Job', () => {
  it('makes the Job fail, removes its Pod, and records on the Job why', async () => {
    const job = await run('late');

    expect(await stop(job)).toMatchObject({ stopped: 'more than 5 s, expected 3 s + 2 s' });

    const isOver = { what: 'the Job to have failed', timeoutMs: 30_000, intervalMs: 200 };
    await waitFor(async () => (await read('late')).outcome === 'Failed', isOver);
    expect(await read('late')).toMatchObject({ reason: 'DeadlineExceeded', stopped: 'more than 5 s, expected 3 s + 2 s' });
    expect(await podsOf('late')).toEqual([]);
  }, 60_000);

  it('is rejected for a Job that was recreated under the same name', async () => {
    const job = await run('another');

    await expect(stop({ ...job, uid: '7c2d7f0e-0000-4000-8000-000000000000' })).rejects.toMatchObject({ code: 422 });

    expect(await read('another')).toMatchObject({ outcome: 'Active', stopped: undefined });
  }, 60_000);
});
