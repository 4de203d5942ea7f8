import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import { LABELS } from '../../src/api/names.ts';
import { followAuditLog } from '../support/audit-log.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { print } from '../support/print.ts';
import { hasSucceeded, readReports, waitForRollout, type Rollout } from '../support/rollout.ts';
import { announceReboot } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;

beforeAll(async () => {
  system = await openSystem();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

describe('an upgrade that reboots its node', () => {
  it('is verified by the new boot, is not failed and is not run twice', async () => {
    const namespace = await system.createNamespace();
    const { kubectl } = system;
    const requests = followAuditLog(system.cluster.auditLogPath);
    const bootsBefore = new Map(system.cluster.nodes.map((node) => [node.name, node.bootId()]));
    await kubectl.apply(
      planManifest({
        namespace,
        nodeSelector: nodesNamed('node-1', 'node-2', 'node-3'),
        batches: [{ size: 1 }, { size: 2 }],
        processes: [{ name: 'kernel', disruption: 'Reboot', report: 'Socket', script: announceReboot(), deadlineSeconds: 240 }],
        sinkUrl: system.sinkUrl(namespace),
        signed: true,
      }),
    );

    const rebooted: string[] = [];
    const over = new AbortController();
    const rebootTheAnnounced = async (): Promise<void> => {
      while (!over.signal.aborted) {
        const announced = (await readReports(kubectl, namespace)).filter((report) => report.reason === 'UpgradeRebooting');
        const fresh = announced.map((report) => report.related?.name ?? '').find((name) => !rebooted.includes(name));
        if (fresh === undefined) {
          await sleep(300);
        } else {
          rebooted.push(fresh);
          await system.node(fresh).reboot({ downMs: 1000 });
        }
      }
    };
    const rebooting = rebootTheAnnounced();
    const rollout = await waitForRollout(kubectl, {
      namespace,
      what: 'the rollout to succeed',
      timeoutMs: 300_000,
      until: hasSucceeded,
    }).finally(() => {
      over.abort();
    });
    await rebooting;

    const records = rollout.batches.flatMap((batch) => batch.status?.nodes ?? []);
    const created = requests.read().filter(({ verb, objectRef, responseStatus }) => {
      return (
        verb === 'create' && objectRef?.resource === 'jobs' && objectRef.namespace === namespace && responseStatus?.code === 201
      );
    });
    requests.close();
    print(
      `rebooted ${rebooted.join(', ')}; ${created.length} Jobs were created; ${records.map((node) => `${node.name} ${node.state}`).join(', ')}`,
    );
    expect(rebooted.sort()).toEqual(['node-1', 'node-2', 'node-3']);
    expect(records.map((record) => record.state)).toEqual(['Succeeded', 'Succeeded', 'Succeeded']);
    expect(created).toHaveLength(3);
    for (const name of rebooted) expect(system.node(name).bootId()).not.toBe(bootsBefore.get(name));
    expect(await system.deliveries(namespace)).toHaveLength(rollout.batches.length);
    await waitForFreeNodes(kubectl);
  }, 420_000);

  it('disruption: Reboot with verify: one that announces nothing is done when the boot is another and verify holds', async () => {
    const namespace = await system.createNamespace({ secret: false });
    const { kubectl } = system;
    const before = system.node('node-4').bootId();
    await kubectl.apply(
      planManifest({
        namespace,
        nodeSelector: nodesNamed('node-4'),
        batches: [{ size: 1 }],
        processes: [
          {
            name: 'kernel',
            disruption: 'Reboot',
            script: 'sleep 600',
            deadlineSeconds: 240,
            more: { verify: { nodeLabels: { kernel: '$(BATON_VERSION)' }, timeoutSeconds: 120 } },
          },
        ],
      }),
    );
    const until = async (what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> => {
      const recordOf = ({ batches }: Rollout): NodeRecord | undefined => batches[0]?.status?.nodes?.[0];
      const reached = (rollout: Rollout): boolean => {
        const record = recordOf(rollout);
        return record !== undefined && holds(record);
      };
      return recordOf(await waitForRollout(kubectl, { namespace, what, until: reached, timeoutMs: 150_000 }))!;
    };
    await kubectl.run(['wait', 'node', 'node-4', '--for=jsonpath={.spec.unschedulable}=true', '--timeout=60s']);
    const isRunning = '--for=jsonpath={.status.phase}=Running';
    await until('the process to run', ({ state }) => state === 'Upgrading');
    await kubectl.run([
      'wait',
      'pods',
      '--namespace',
      namespace,
      `--selector=${LABELS.process}=kernel`,
      isRunning,
      '--timeout=60s',
    ]);
    await system.node('node-4').reboot({ downMs: 1000 });

    const verifying = await until('verify to be looked at', ({ processes }) => processes?.[0]?.verifyDeadlineTime !== undefined);
    print(`${verifying.state}: ${verifying.message ?? ''}`);
    expect(verifying).toMatchObject({ state: 'Verifying', message: "label kernel is missing, wanted '12.9'" });
    expect(system.node('node-4').bootId()).not.toBe(before);
    await kubectl.run(['label', 'node', 'node-4', 'kernel=12.9']);
    try {
      const done = await until('the node to be done', ({ state }) => state === 'Succeeded');
      expect(done.processes).toMatchObject([{ attempt: 1, bootId: before }]);
      await waitForFreeNodes(kubectl);
    } finally {
      await kubectl.run(['label', 'node', 'node-4', 'kernel-']);
    }
  }, 300_000);
});
