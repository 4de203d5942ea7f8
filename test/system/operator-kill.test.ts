import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import { LABELS } from '../../src/api/names.ts';
import { createApiClient, type ApiClient } from '../cluster/api-client.ts';
import { followAuditLog, type AuditEntry } from '../support/audit-log.ts';
import { budgetManifest, deploymentManifest } from '../support/applications.ts';
import { nodesNamed, planManifest, type FleetPlan, type FleetProcess } from '../support/fleet.ts';
import { findCondition, type Node } from '../support/kubernetes-objects.ts';
import {
  operatorUser,
  removeOperatorPod,
  restoreOperatorPod,
  startOperator,
  type OperatorProcess,
} from '../support/operator-process.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;
let api: ApiClient;

beforeAll(async () => {
  system = await openSystem();
  api = createApiClient(system.cluster.name, system.cluster.server);
  await removeOperatorPod(system.kubectl);
}, openTimeoutMs);
afterAll(async () => {
  await restoreOperatorPod(system.kubectl);
  api.close();
  await system.close();
}, 240_000);

/** A write of the operator, and whether the object is then as the moment says. */
interface Moment {
  readonly resource: string;
  readonly verb: string;
  readonly reached: (object: unknown) => boolean;
}

const always = (): boolean => true;
const claimOf = (object: unknown): string | undefined => (object as Node).metadata.labels?.[LABELS.claim];
const moments: Readonly<Record<string, Moment>> = {
  'the claim': { resource: 'nodes', verb: 'patch', reached: (node) => claimOf(node) !== undefined },
  "the Job's creation": { resource: 'jobs', verb: 'create', reached: always },
  Settled: {
    resource: 'upgradebatches',
    verb: 'patch',
    reached: (batch) => findCondition(batch as UpgradeBatch, 'Settled')?.status === 'True',
  },
  'the receipt copied': {
    resource: 'upgradebatches',
    verb: 'patch',
    reached: (batch) => ((batch as UpgradeBatch).status?.notification?.receipts?.length ?? 0) > 0,
  },
  'the release': { resource: 'nodes', verb: 'patch', reached: (node) => claimOf(node) === undefined },
};

/** The audit log has no bodies, so the object is read once the log shows a write to it. */
async function isReached(moment: Moment, entry: AuditEntry): Promise<boolean> {
  const written = (entry.responseStatus?.code ?? 500) < 300 && entry.user.username === operatorUser;
  if (!written || entry.verb !== moment.verb || entry.objectRef?.resource !== moment.resource) return false;
  if (moment.reached === always) return true;
  const path = entry.requestURI.replace(/\?.*$/, '').replace(/\/status$/, '');
  const answer = await api.call('GET', path);
  return answer.status === 200 && moment.reached(JSON.parse(answer.body));
}

describe('an operator that is killed and started again', () => {
  it.each(Object.keys(moments))(
    'ends the run the same when it dies at %s',
    async (name) => {
      const moment = moments[name];
      if (moment === undefined) throw new Error(`${name} is no moment`);
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
        const entry = await requests.next((candidate) => isReached(moment, candidate), 90_000);
        await operator.kill();
        print(`killed after ${entry.verb} of ${entry.objectRef?.resource} ${entry.objectRef?.name ?? ''}`);
        operator = await startOperator(cluster, kubectl);
        const end = await waitForRollout(kubectl, {
          namespace,
          what: 'the rollout to succeed',
          timeoutMs: 180_000,
          until: hasSucceeded,
        });

        const jobs = jobsCreated.read().filter(({ verb, objectRef, responseStatus }) => {
          return (
            verb === 'create' &&
            objectRef?.resource === 'jobs' &&
            objectRef.namespace === namespace &&
            responseStatus?.code === 201
          );
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
    },
    360_000,
  );
});

/** How many seconds an operator is away from the middle of a wait on. */
const awaySeconds = 8;

/** Kills the operator in the middle of a wait, and starts it again after some seconds. */
async function isAwayForAWhile(operator: OperatorProcess): Promise<OperatorProcess> {
  await operator.kill();
  await new Promise((resolve) => setTimeout(resolve, awaySeconds * 1000));
  return startOperator(system.cluster, system.kubectl);
}

describe('an operator that is killed in the middle of a wait of 20 s', () => {
  it.each<readonly [string, Partial<FleetPlan>, Partial<FleetProcess>, (record: NodeRecord) => string | undefined, string]>([
    [
      'a drain',
      { drain: { timeoutSeconds: 20 } },
      {},
      ({ drain, startTime }) => (drain === undefined ? undefined : startTime),
      'DrainTimeout',
    ],
    [
      'verify',
      {},
      { disruption: 'None', more: { verify: { nodeLabels: { bmc: '12.9' }, timeoutSeconds: 20 } } },
      ({ processes }) => (processes?.[0]?.verifyDeadlineTime === undefined ? undefined : processes[0].endTime),
      'VerifyFailed',
    ],
  ])(
    'goes on with %s, and its time does not start from zero',
    async (_, plan, process, beganAt, reason) => {
      const namespace = await system.createNamespace({ secret: false });
      const { cluster, kubectl } = system;
      const guarded = { namespace, name: 'guarded', node: 'node-1' };
      await kubectl.apply(deploymentManifest(guarded), budgetManifest(guarded));
      await kubectl.run(['rollout', 'status', 'deployment/guarded', '--namespace', namespace, '--timeout=60s']);
      const until = async (what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> => {
        const recordOf = ({ batches }: Rollout): NodeRecord | undefined => batches[0]?.status?.nodes?.[0];
        const reached = (rollout: Rollout): boolean => recordOf(rollout) !== undefined && holds(recordOf(rollout)!);
        return recordOf(await waitForRollout(kubectl, { namespace, what, timeoutMs: 60_000, until: reached }))!;
      };
      let operator = await startOperator(cluster, kubectl);
      try {
        await kubectl.apply(
          planManifest({
            ...plan,
            namespace,
            nodeSelector: nodesNamed(guarded.node),
            batches: [{ size: 1 }],
            failure: { failedNodes: 'Uncordon' },
            processes: [{ name: 'os', script: 'true', ...process }],
          }),
        );
        const began = beganAt(await until('the wait to begin', (record) => beganAt(record) !== undefined));

        operator = await isAwayForAWhile(operator);

        const failed = await until('the wait to end', ({ state }) => state === 'Failed');
        const waited = (Date.parse(failed.endTime ?? '') - Date.parse(began ?? '')) / 1000;
        print(`${failed.reason ?? ''} after ${waited} s: ${failed.message ?? ''}`);
        expect(failed.reason).toBe(reason);
        expect(waited).toBeGreaterThanOrEqual(19);
        expect(waited).toBeLessThan(20 + awaySeconds);
        await waitForFreeNodes(kubectl);
      } finally {
        await operator.stop();
      }
    },
    180_000,
  );
});
