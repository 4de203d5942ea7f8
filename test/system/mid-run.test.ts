import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import { LABELS } from '../../src/api/names.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { followAuditLog } from '../support/audit-log.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import type { Pod } from '../support/kubernetes-objects.ts';
import { operatorUser, removeOperatorPod, restoreOperatorPod, startOperator } from '../support/operator-process.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, readReports, readRollout, waitForRollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, releaseNodes, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

/** Starts a plan for three nodes, one at a time, and gives its namespace when the first of them is being upgraded. */
async function startInMidRun(): Promise<string> {
  const namespace = await system.createNamespace();
  await system.kubectl.apply(
    planManifest({
      namespace,
      batches: [{ size: 3 }],
      processes: [{ name: 'os', script: work(8) }],
      sinkUrl: system.sinkUrl(namespace),
      signed: true,
    }),
  );
  await waitForRollout(system.kubectl, {
    namespace,
    what: 'the first node to be upgrading',
    until: ({ batches }) => batches[0]?.status?.nodes?.some((node) => node.state === 'Upgrading') ?? false,
  });
  return namespace;
}

describe('a plan that is deleted in mid-run', () => {
  it('ends what runs, starts nothing and reports it, while the garbage collector deletes its batches first', async () => {
    const namespace = await startInMidRun();
    const { kubectl } = system;

    const began = performance.now();
    await kubectl.run(['delete', 'uplan', 'os', '--namespace', namespace, '--cascade=foreground', '--timeout=120s']);
    const seconds = Math.round((performance.now() - began) / 1000);

    const deliveries = await system.deliveries(namespace);
    const nodes = deliveries[0]?.notification.nodes ?? [];
    print(`gone after ${seconds} s; ${nodes.map((node) => `${node.name} ${node.state} ${node.reason ?? ''}`).join(', ')}`);
    print(deliveries[0]?.notification.text);
    expect(deliveries).toHaveLength(1);
    expect(nodes.map((node) => node.state)).toEqual(['Succeeded', 'NotAttempted', 'NotAttempted']);
    await waitForFreeNodes(kubectl);
    await waitFor(async () => (await readRollout(kubectl, namespace)).batches.length === 0, {
      what: 'the batches to be gone as well',
      timeoutMs: 30_000,
      intervalMs: 500,
    });
  }, 240_000);
});

describe('a namespace that is deleted in mid-run', () => {
  it('goes, and every node is released', async () => {
    const namespace = await startInMidRun();

    const began = performance.now();
    await system.kubectl.run(['delete', 'namespace', namespace, '--timeout=150s']);
    const seconds = Math.round((performance.now() - began) / 1000);

    print(`the namespace was gone after ${seconds} s`);
    await waitForFreeNodes(system.kubectl);
  }, 240_000);
});

describe('a process that is overdue, with onOverdue: Fail', () => {
  it('gets SIGTERM and its grace period, and the node has failed', async () => {
    const namespace = await system.createNamespace({ secret: false });
    const script = `baton report started; trap 'baton report failed --note "told to stop"; exit 3' TERM; sleep 300 & wait`;
    await system.kubectl.apply(
      planManifest({
        namespace,
        nodeSelector: nodesNamed('node-2'),
        batches: [{ size: 1 }],
        processes: [
          {
            ...{ name: 'os', disruption: 'None', script, report: 'Socket' },
            pod: { terminationGracePeriodSeconds: 20 },
            timing: { expectedSeconds: 6, toleranceSeconds: 1 },
            more: { onOverdue: 'Fail' },
          },
        ],
      }),
    );

    const { batches } = await waitForRollout(system.kubectl, {
      namespace,
      what: 'the node to fail',
      timeoutMs: 90_000,
      until: (rollout) => rollout.batches[0]?.status?.nodes?.[0]?.state === 'Failed',
    });

    const record: NodeRecord | undefined = batches[0]?.status?.nodes?.[0];
    print(`${record?.state ?? ''} ${record?.reason ?? ''} ${record?.message ?? ''}`);
    expect(record).toMatchObject({ reason: 'Overdue', quarantined: true, processes: [{ attempt: 1 }] });
    expect(record?.message).toContain('more than 7 s, expected 6 s + 1 s; stopped');
    // It had its grace period, and nothing of it runs on.
    const reports = await readReports(system.kubectl, namespace);
    expect(reports.find(({ reason }) => reason === 'UpgradeFailed')?.note).toContain('told to stop');
    const pods = await system.kubectl.list<Pod>('pods', namespace, `${LABELS.plan}=os,${LABELS.process}=os`);
    expect(pods.filter((pod) => pod.status.phase === 'Running')).toEqual([]);
    await releaseNodes(system.kubectl, { namespace, plan: 'os', nodes: ['node-2'] });
  }, 120_000);
});

describe('an operator that is killed and started again', () => {
  beforeAll(() => removeOperatorPod(system.kubectl), 120_000);
  afterAll(() => restoreOperatorPod(system.kubectl), 180_000);

  it("ends the run the same when it dies at the Job's creation", async () => {
    const namespace = await system.createNamespace();
    const { cluster, kubectl } = system;
    const requests = followAuditLog(cluster.auditLogPath);
    const jobsCreated = followAuditLog(cluster.auditLogPath);
    let operator = await startOperator(cluster, kubectl);
    try {
      await kubectl.apply(
        planManifest({
          namespace,
          nodeSelector: nodesNamed('node-1', 'node-2', 'node-3'),
          batches: [{ size: 1 }, { size: 2 }],
          maxUnavailable: 2,
          processes: [{ name: 'os', script: work(1) }],
          sinkUrl: system.sinkUrl(namespace),
          signed: true,
        }),
      );
      const entry = await requests.next(({ verb, objectRef, responseStatus, user }) => {
        const created = verb === 'create' && objectRef?.resource === 'jobs' && responseStatus?.code === 201;
        return created && objectRef.namespace === namespace && user.username === operatorUser;
      }, 90_000);
      await operator.kill();
      print(`killed after the creation of ${entry.objectRef?.name ?? 'a Job'}`);
      operator = await startOperator(cluster, kubectl);
      const end = await waitForRollout(kubectl, {
        namespace,
        what: 'the rollout to succeed',
        timeoutMs: 180_000,
        until: hasSucceeded,
      });

      const jobs = jobsCreated.read().filter(({ verb, objectRef, responseStatus }) => {
        const created = verb === 'create' && responseStatus?.code === 201;
        return created && objectRef?.resource === 'jobs' && objectRef.namespace === namespace;
      });
      const deliveries = await system.deliveries(namespace);
      expect(end.batches.map((batch) => batch.status?.nodes?.map((node) => node.state))).toEqual([
        ['Succeeded'],
        ['Succeeded', 'Succeeded'],
      ]);
      expect(jobs).toHaveLength(3);
      expect(deliveries.map((delivery) => delivery.id)).toEqual(end.batches.map((batch) => `${batch.metadata.uid}/1`));
      await waitForFreeNodes(kubectl);
    } finally {
      await operator.stop();
      requests.close();
      jobsCreated.close();
    }
  }, 360_000);
});
