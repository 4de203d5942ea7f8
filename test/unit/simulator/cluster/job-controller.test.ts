import { describe, expect, it } from '@jest/globals';
import { asObject } from '../../../../src/core/json.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { startJobController } from '../../../../src/simulator/cluster/jobs/job-controller.ts';
import { conditions, SmallCluster, succeeded } from './support/small-cluster.ts';

const JOBS = '/apis/batch/v1/namespaces/default/jobs';

function createJob(cluster: SmallCluster, spec: object = {}, podSpec: object = {}): void {
  const template = { spec: { restartPolicy: 'Never', containers: [{ name: 'c', image: 'busybox' }], ...podSpec } };
  succeeded(cluster.client.create(JOBS, { metadata: { name: 'j' }, spec: { template, ...spec } }));
}

function job(cluster: SmallCluster): KubeObject | undefined {
  return cluster.client.get(`${JOBS}/j`);
}

function status(cluster: SmallCluster): Readonly<Record<string, unknown>> {
  return asObject(job(cluster)?.['status']);
}

function podName(cluster: SmallCluster, index = -1): string {
  return cluster.pods().at(index)?.metadata.name ?? '';
}

/** Plays scheduler and kubelet for all pods that wait. */
function runPods(cluster: SmallCluster): void {
  for (const { metadata, ...pod } of cluster.pods()) {
    if (asObject(pod['status'])['phase'] !== 'Pending' || asObject(pod['spec'])['nodeName'] !== undefined) continue;
    const { name = '' } = metadata;
    cluster.client.create(`/api/v1/namespaces/default/pods/${name}/binding`, {
      kind: 'Binding',
      metadata: { name },
      target: { kind: 'Node', name: 'n' },
    });
    cluster.runPod(name);
  }
}

async function runningJob(spec: object = {}, podSpec: object = {}): Promise<SmallCluster> {
  const cluster = new SmallCluster([startJobController]);
  createJob(cluster, spec, podSpec);
  await cluster.pass(2);
  runPods(cluster);
  await cluster.pass(2);
  return cluster;
}

describe('The Job controller', () => {
  it('creates a pod, and completes the Job when the pod succeeds.', async () => {
    const cluster = await runningJob();
    expect(status(cluster)).toEqual({
      startTime: '2026-03-02T08:00:00Z',
      active: 1,
      ready: 1,
      terminating: 0,
      uncountedTerminatedPods: {},
    });
    const [pod] = cluster.pods();
    expect(pod?.metadata.name).toMatch(/^j-[a-z0-9]{5}$/);
    expect(pod?.metadata).toMatchObject({
      finalizers: ['batch.kubernetes.io/job-tracking'],
      labels: { 'job-name': 'j', 'batch.kubernetes.io/job-name': 'j' },
      ownerReferences: [{ kind: 'Job', name: 'j', controller: true, blockOwnerDeletion: true }],
    });

    cluster.endPod(podName(cluster), 0);
    await cluster.pass(2);

    expect(conditions(job(cluster))).toEqual([
      'SuccessCriteriaMet True CompletionsReached Reached expected number of succeeded pods',
      'Complete True CompletionsReached Reached expected number of succeeded pods',
    ]);
    const { conditions: _conditions, ...rest } = status(cluster);
    expect(rest).toEqual({
      startTime: '2026-03-02T08:00:00Z',
      completionTime: '2026-03-02T08:00:04Z',
      succeeded: 1,
      ready: 0,
      terminating: 0,
      uncountedTerminatedPods: {},
    });
    expect(cluster.pods()[0]?.metadata.finalizers).toBeUndefined();
    expect(cluster.events('j')).toEqual([`SuccessfulCreate: Created pod: ${podName(cluster)}`, 'Completed: Job completed']);
  });

  it('tries again after 10 s and 20 s, until the backoff limit.', async () => {
    const cluster = await runningJob({ backoffLimit: 2 });
    const created: number[] = [];
    for (let index = 0; index < 60; index += 1) {
      const waiting = cluster.pods().filter((pod) => asObject(pod['status'])['phase'] === 'Pending');
      if (waiting.length > 0) created.push(cluster.seconds);
      runPods(cluster);
      for (const pod of cluster.pods()) {
        if (asObject(pod['status'])['phase'] === 'Running') cluster.endPod(pod.metadata.name ?? '', 1);
      }
      await cluster.pass(1);
    }

    // The first failed at 4 s, the second at 15 s.
    expect(created).toEqual([15, 36]);
    expect(conditions(job(cluster))).toEqual([
      'FailureTarget True BackoffLimitExceeded Job has reached the specified backoff limit',
      'Failed True BackoffLimitExceeded Job has reached the specified backoff limit',
    ]);
    expect(status(cluster)).toMatchObject({ failed: 3 });
    expect(status(cluster)).not.toHaveProperty('completionTime');
  });

  it('deletes the pod at the deadline, and fails when the pod is gone.', async () => {
    const cluster = await runningJob({ activeDeadlineSeconds: 30, podReplacementPolicy: 'Failed' });
    await cluster.pass(27);
    expect(conditions(job(cluster))).toEqual([
      'FailureTarget True DeadlineExceeded Job was active longer than specified deadline',
    ]);
    expect(status(cluster)).toMatchObject({ terminating: 1, failed: 1 });
    const { metadata } = cluster.pods()[0] as KubeObject;
    expect(metadata.deletionTimestamp).toBeDefined();
    expect(metadata.finalizers).toBeUndefined();

    cluster.client.delete(`/api/v1/namespaces/default/pods/${podName(cluster)}`, { gracePeriodSeconds: 0 });
    await cluster.pass(2);

    expect(conditions(job(cluster))).toHaveLength(2);
    expect(conditions(job(cluster))[1]).toBe('Failed True DeadlineExceeded Job was active longer than specified deadline');
    expect(status(cluster)).toMatchObject({ terminating: 0, failed: 1 });
    expect(cluster.events('j').map((text) => text.split(':')[0])).toEqual([
      'SuccessfulCreate',
      'SuccessfulDelete',
      'DeadlineExceeded',
    ]);
  });

  it('replaces a pod that is being deleted at once, unless it waits for pods to fail.', async () => {
    for (const { podReplacementPolicy, pods } of [
      { podReplacementPolicy: 'TerminatingOrFailed', pods: 2 },
      { podReplacementPolicy: 'Failed', pods: 1 },
    ]) {
      const cluster = await runningJob({ podReplacementPolicy, backoffLimit: 3 });
      cluster.client.delete(`/api/v1/namespaces/default/pods/${podName(cluster)}`, { gracePeriodSeconds: 600 });
      await cluster.pass(15);
      expect(cluster.pods()).toHaveLength(pods);
    }
  });

  it('follows podFailurePolicy.', async () => {
    const rules = [
      { action: 'Ignore', onPodConditions: [{ type: 'DisruptionTarget', status: 'True' }] },
      { action: 'FailJob', onExitCodes: { operator: 'In', values: [42] } },
    ];
    const cluster = await runningJob({ backoffLimit: 0, podFailurePolicy: { rules } });
    const first = podName(cluster);
    cluster.setPod(first, { phase: 'Failed', conditions: [{ type: 'DisruptionTarget', status: 'True' }] });
    await cluster.pass(15);
    runPods(cluster);
    const second = cluster.pods().find(({ metadata }) => metadata.name !== first)?.metadata.name ?? '';
    expect(second).not.toBe('');
    cluster.endPod(second, 42);
    await cluster.pass(2);

    const why = `Container c for pod default/${second} failed with exit code 42 matching FailJob rule at index 1`;
    expect(conditions(job(cluster))).toEqual([
      `FailureTarget True PodFailurePolicy ${why}`,
      `Failed True PodFailurePolicy ${why}`,
    ]);
    expect(status(cluster)).toMatchObject({ failed: 1 });
  });

  it('deletes the pods of a suspended Job, and begins again when it is resumed.', async () => {
    const cluster = await runningJob();
    cluster.client.mergePatch(`${JOBS}/j`, { spec: { suspend: true } });
    await cluster.pass(2);
    expect(conditions(job(cluster))).toEqual(['Suspended True JobSuspended Job suspended']);
    expect(status(cluster)).toMatchObject({ terminating: 1 });
    expect(status(cluster)).not.toHaveProperty('startTime');
    cluster.client.delete(`/api/v1/namespaces/default/pods/${podName(cluster)}`, { gracePeriodSeconds: 0 });
    await cluster.pass(60);
    expect(cluster.pods()).toEqual([]);

    cluster.client.mergePatch(`${JOBS}/j`, { spec: { suspend: false } });
    await cluster.pass(2);

    expect(conditions(job(cluster))).toEqual(['Suspended False JobResumed Job resumed']);
    expect(cluster.pods()).toHaveLength(1);
    expect(status(cluster)).toMatchObject({ startTime: '2026-03-02T08:01:06Z', active: 1 });
  });

  it('says why a pod cannot be created, and tries again after longer and longer times.', async () => {
    const cluster = new SmallCluster([startJobController]);
    createJob(cluster, {}, {});
    const create = cluster.client.create.bind(cluster.client);
    let refused = 0;
    cluster.client.create = (path, body, query) => {
      if (!path.endsWith('/pods')) return create(path, body, query);
      refused += 1;
      return { ok: false, code: 403, reason: 'Forbidden', message: 'pods "j-" is forbidden: exceeded quota: q', status: {} };
    };
    await cluster.pass(10);

    expect(refused).toBe(4);
    expect(cluster.events('j')).toEqual(['FailedCreate: Error creating: pods "j-" is forbidden: exceeded quota: q']);
    expect(status(cluster)).not.toHaveProperty('active');
  });

  it('takes its finalizer off the pods of a Job that was deleted.', async () => {
    const cluster = await runningJob();
    cluster.client.delete(`${JOBS}/j`, { propagationPolicy: 'Background' });
    await cluster.pass(1);
    expect(cluster.pods()[0]?.metadata.finalizers).toBeUndefined();
  });

  it('runs several pods for several completions.', async () => {
    const cluster = await runningJob({ completions: 3, parallelism: 2 });
    expect(cluster.pods()).toHaveLength(2);
    for (const { metadata } of cluster.pods()) cluster.endPod(metadata.name ?? '', 0);
    await cluster.pass(2);
    expect(cluster.pods()).toHaveLength(3);
    cluster.endPod(cluster.pods().find((pod) => asObject(pod['status'])['phase'] === 'Pending')?.metadata.name ?? '', 0);
    await cluster.pass(2);
    expect(status(cluster)).toMatchObject({ succeeded: 3 });
    expect(conditions(job(cluster))).toHaveLength(2);
  });
});
