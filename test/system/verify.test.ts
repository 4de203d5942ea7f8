import { release } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { ProcessVerify, UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { nodesNamed, planManifest, upgradeRepository, upgradeVersion } from '../support/fleet.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, releaseNodes, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

/** A plan for one node, named after what it is about, whose process disturbs nobody. */
async function upgrade(name: string, node: string, verify: Partial<ProcessVerify>): Promise<void> {
  const plan = planManifest({
    namespace,
    name,
    nodeSelector: nodesNamed(node),
    batches: [{ size: 1 }],
    processes: [{ name: 'os', disruption: 'None', script: work(1) }],
  }) as UpgradePlan;
  const processes = plan.spec.processes.map((process) => ({ ...process, verify }));
  await system.kubectl.apply({ ...plan, spec: { ...plan.spec, processes } });
}

function recordOf({ batches }: Rollout): NodeRecord | undefined {
  return batches[0]?.status?.nodes?.[0];
}

async function recordWhere(name: string, what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const until = (rollout: Rollout): boolean => {
    const record = recordOf(rollout);
    return record !== undefined && holds(record);
  };
  const rollout = await waitForRollout(system.kubectl, { namespace, name, what, until, timeoutMs: 90_000 });
  return recordOf(rollout)!;
}

describe('verify', () => {
  it('verify.kernelVersion: a node that has it is skipped before any claim, and the plan has succeeded', async () => {
    await upgrade('current', 'node-2', { kernelVersion: `${release().slice(0, 3)}*` });

    const rollout = await waitForRollout(system.kubectl, {
      namespace,
      name: 'current',
      what: 'the plan to succeed',
      until: ({ plan }) => plan?.status?.summary === 'Succeeded',
    });

    expect(recordOf(rollout)).toMatchObject({ state: 'Skipped', reason: 'AlreadyCurrent' });
    expect(rollout.plan?.status).toMatchObject({ reason: 'AllSucceeded', progress: '1/1' });
  }, 120_000);

  it('verify.job: the node is done when the Job that looks ends well, and has failed with its last words otherwise', async () => {
    const looks = (script: string): NonNullable<ProcessVerify['job']> => {
      const image = `${upgradeRepository}:${upgradeVersion}`;
      const container = { name: 'look', image, imagePullPolicy: 'IfNotPresent', command: ['sh', '-c', script] };
      return { template: { spec: { restartPolicy: 'Never', containers: [container] } } };
    };
    const script = (code: number): string => `echo "$BATON_NODE is at $BATON_VERSION?" > /dev/termination-log; exit ${code}`;
    await upgrade('looks', 'node-5', { job: looks(script(0)), timeoutSeconds: 60 });
    await upgrade('fails', 'node-6', { job: looks(script(7)), timeoutSeconds: 60 });

    const done = await recordWhere('looks', 'the node to be done', ({ state }) => state === 'Succeeded');
    expect(done.processes).toMatchObject([{ state: 'Succeeded', verifiedTime: expect.any(String) }]);
    const failed = await recordWhere('fails', 'the node to fail', ({ state }) => state === 'Failed');
    expect(failed).toMatchObject({ reason: 'VerifyFailed', message: 'its verify Job failed: node-6 is at 12.9?' });
    await releaseNodes(system.kubectl, { namespace, plan: 'fails', nodes: ['node-6'] });
  }, 180_000);
});
