import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord, UpgradeBatch } from '../../src/api/generated/upgradebatch.ts';
import { API_VERSION } from '../../src/api/names.ts';
import { followAuditLog, type AuditTail } from '../support/audit-log.ts';
import { planManifest, upgradeRepository, upgradeVersion, type FleetPlan } from '../support/fleet.ts';
import { findCondition, type Node } from '../support/kubernetes-objects.ts';
import { removeOperatorPod, restoreOperatorPod, startOperator, type OperatorProcess } from '../support/operator-process.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';
import { nodesStillHeld } from '../support/verdict.ts';

/** What every node has before. */
const earlier = '12.8';
const image = `${upgradeRepository}:${upgradeVersion}`;
const stableSeconds = 12;
/** How many seconds the operator is away from the middle of that. */
const awaySeconds = 8;

let system: System;
let namespace: string;
let operator: OperatorProcess;
let requests: AuditTail;
/** The node whose upgrade fails: the first of its batch. */
let failing: string;
/** Another one that is upgraded in the same batch. */
let upgraded: string;
/** That batch. */
let failed: UpgradeBatch;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
  requests = followAuditLog(system.cluster.auditLogPath);
  await removeOperatorPod(system.kubectl);
  operator = await startOperator(system.cluster, system.kubectl);
}, openTimeoutMs);
afterAll(async () => {
  requests.close();
  await operator.stop();
  await restoreOperatorPod(system.kubectl);
  await system.close();
}, 240_000);

async function applyPlan(plan: Omit<FleetPlan, 'namespace'>): Promise<void> {
  await system.kubectl.apply(planManifest({ namespace, sinkUrl: system.sinkUrl(namespace), signed: true, ...plan }));
}

async function killOperator(awayMs = 0): Promise<void> {
  await operator.kill();
  await new Promise((resolve) => setTimeout(resolve, awayMs));
  operator = await startOperator(system.cluster, system.kubectl);
}

function until(what: string, holds: (rollout: Rollout) => boolean): Promise<Rollout> {
  return waitForRollout(system.kubectl, { namespace, what, until: holds });
}

const isTold = (batch: UpgradeBatch | undefined): boolean => findCondition(batch, 'Notified')?.status === 'True';
const rollbackOf = ({ batches }: Rollout): UpgradeBatch | undefined => batches.find(({ spec }) => spec.rollback !== undefined);
const recordsOf = (rollout: Rollout): readonly NodeRecord[] => rollbackOf(rollout)?.status?.nodes ?? [];

describe('failure.then Rollback, with failure.rollback.scope Batch and failure.rollback.approval Required', () => {
  it('waits for the approval once a node has failed, and says so', async () => {
    await applyPlan({
      ...{ version: earlier, batches: [{ size: '100%' }], maxUnavailable: 6 },
      processes: [{ name: 'os', image, disruption: 'None', script: 'true' }],
    });
    const before = await until(`every node to be at ${earlier}`, hasSucceeded);
    // The order of a plan's nodes is the same in each revision.
    failing = before.batches[0]?.spec.nodes[0]?.name ?? '';
    await applyPlan({
      ...{ batches: [{ size: 3 }, { size: 3 }], maxUnavailable: 2 },
      failure: { then: 'Rollback', rollback: { scope: 'Batch', approval: 'Required' } },
      processes: [
        {
          ...{
            name: 'os',
            image,
            script: `[ "$BATON_NODE" != ${failing} ] || exit 1; ${work(1)}`,
            // Where the upgrade's own script ran again, the node would fail again.
            rollback: `[ "$BATON_FROM_VERSION $BATON_VERSION" = "${earlier} ${upgradeVersion}" ] || exit 1; ${work(4)}`,
          },
          more: { verify: { stableSeconds, timeoutSeconds: 60 } },
        },
      ],
    });

    const { plan, batches } = await until('the plan to wait for the approval, and its batch to be told', (rollout) => {
      return rollout.plan?.status?.reason === 'RollbackApprovalRequired' && isTold(rollout.batches.at(-1));
    });

    failed = batches.at(-1)!;
    const told = (await system.deliveries(namespace)).at(-1)?.notification;
    print(`${findCondition(plan, 'Ready')?.message ?? ''}\n${told?.text ?? ''}`);
    const records = failed.status?.nodes ?? [];
    upgraded = records.find(({ state }) => state === 'Succeeded')?.name ?? '';
    expect(records).toContainEqual(expect.objectContaining({ name: failing, state: 'Failed', quarantined: true }));
    expect(records).toContainEqual(expect.objectContaining({ state: 'Succeeded', fromVersion: earlier }));
    expect(records).toContainEqual(expect.objectContaining({ state: 'NotAttempted' }));
    expect(plan?.status).toMatchObject({ summary: 'Paused' });
    expect(plan?.status).not.toHaveProperty('rollback');
    expect(findCondition(plan, 'Ready')?.message).toContain(`rollback of 2 nodes of ${failed.metadata.name} awaits approval`);
    expect(told).toMatchObject({ batch: { name: failed.metadata.name }, action: 'Act', next: { kind: 'Paused' } });
    expect(told?.commands[0]?.purpose).toBe('Rollback');
    expect(nodesStillHeld(await system.kubectl.list<Node>('nodes'))).toEqual([`${failing} is cordoned and quarantined`]);
  }, 180_000);

  it('begins with an Approve, and goes on where it was when the operator is killed in its middle', async () => {
    requests.read();
    await system.kubectl.apply({
      apiVersion: API_VERSION,
      kind: 'UpgradeAction',
      metadata: { name: 'go-back', namespace },
      spec: { plan: 'os', action: 'Approve', batch: failed.metadata.name },
    });
    const running = await until('the rollback to run on a node', (rollout) => {
      return recordsOf(rollout).some(({ state }) => state === 'Upgrading');
    });
    await killOperator();
    const holding = await until('a node to be back for a moment', (rollout) => {
      return recordsOf(rollout).some(({ processes }) => processes?.[0]?.verifyStableSinceTime !== undefined);
    });
    await killOperator(awaySeconds * 1000);
    const end = await until('the plan to be rolled back, and that to be told', (rollout) => {
      return rollout.plan?.status?.summary === 'RolledBack' && isTold(rollbackOf(rollout));
    });

    const batch = rollbackOf(end)!;
    const jobs = requests.read().filter(({ verb, objectRef, responseStatus }) => {
      const created = verb === 'create' && responseStatus?.code === 201;
      return created && objectRef?.resource === 'jobs' && objectRef.namespace === namespace;
    });
    expect(batch.spec).toMatchObject({ rollback: { batch: failed.metadata.name }, version: upgradeVersion });
    expect(jobs).toHaveLength(2);
    expect(end.batches.filter(({ spec }) => spec.rollback !== undefined)).toHaveLength(1);

    const ended = new Map(recordsOf(end).map((record) => [record.name, record]));
    expect([...ended.keys()]).toEqual([failing, upgraded]);
    for (const record of ended.values()) expect(record).toMatchObject({ state: 'RolledBack', fromVersion: earlier });
    for (const { name, startTime } of recordsOf(running)) {
      if (startTime !== undefined) expect(ended.get(name)?.startTime).toBe(startTime);
    }
    for (const { name, processes } of recordsOf(holding)) {
      const since = processes?.[0]?.verifyStableSinceTime;
      if (since === undefined) continue;
      const held = (Date.parse(ended.get(name)?.processes?.[0]?.verifiedTime ?? '') - Date.parse(since)) / 1000;
      print(`${name}: held for ${held} s`);
      expect(held).toBeGreaterThanOrEqual(stableSeconds);
      // From zero it would have begun only after the operator was back.
      expect(held).toBeLessThan(stableSeconds + awaySeconds - 1);
    }
    expect(batch.spec.rollback?.decidedTime).toBe(running.plan?.status?.rollback?.time);
  }, 240_000);

  it('tells that it was a rollback, once', async () => {
    const deliveries = await system.deliveries(namespace);

    const told = deliveries.at(-1)?.notification;
    print(told?.text);
    expect(deliveries).toHaveLength(3);
    expect(told).toMatchObject({
      ...{ batch: { rollbackOf: failed.metadata.name }, outcome: 'Succeeded', action: 'None', next: { kind: 'RolledBack' } },
      ...{ counts: { nodes: 2, rolledBack: 2, failed: 0, quarantined: 0 } },
      versions: [{ from: upgradeVersion, to: earlier, nodes: 2 }],
      story: { rollback: { of: failed.metadata.name, rolledBack: 2, notBack: 0, versions: [{ to: earlier, nodes: 2 }] } },
    });
    expect(told?.text).toContain(`ROLLED BACK ${failed.metadata.name}`);
    expect(told?.text).toContain(`Back: ${upgradeVersion}→${earlier}: 2`);
  });

  it('leaves every node in service, and ends the plan', async () => {
    await waitForFreeNodes(system.kubectl);

    const { plan, batches } = await until('the plan', () => true);
    print(await system.kubectl.run(['get', 'uplan,ubatch,uact', '--namespace', namespace, '--output=wide']));
    expect(findCondition(plan, 'Succeeded')).toMatchObject({ status: 'False', reason: 'RolledBack' });
    expect(plan?.status).not.toHaveProperty('rollback');
    expect(plan?.status).toMatchObject({
      ...{ summary: 'RolledBack', reason: 'RolledBack', ended: { reason: 'RolledBack', action: 'go-back' } },
      counts: { rolledBack: 2, quarantined: 0 },
    });
    // What had no turn gets none any more.
    expect(batches).toHaveLength(3);
  }, 90_000);
});
