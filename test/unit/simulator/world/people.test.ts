import { beforeEach, describe, expect, it } from '@jest/globals';
import type { UpgradePlanStatus } from '../../../../src/api/generated/upgradeplan.ts';
import { ANNOTATIONS } from '../../../../src/api/names.ts';
import { startPerson } from '../../../../src/simulator/world/people.ts';
import { ACTIONS, createPlan, CRDS, PLANS, setPlanStatus } from '../support/baton-objects.ts';
import { SmallCluster } from '../support/small-cluster.ts';

let cluster: SmallCluster;

function actions(): readonly unknown[] {
  return cluster.client.list(ACTIONS).map(({ spec }) => spec);
}

function condition(type: string, reason: string, message: string): NonNullable<UpgradePlanStatus['conditions']>[number] {
  return { type, status: 'True', reason, message, lastTransitionTime: '2026-06-01T00:00:00Z' };
}

beforeEach(() => {
  cluster = new SmallCluster(1, 'All', CRDS);
  const { client, hosts } = cluster;
  const { now, setTimer } = cluster.time;
  startPerson({ client, hosts, now, setTimer, random: () => 0.5 });
});

describe('Somebody who watches over the plans', () => {
  it('continues a plan that was paused in its spec', async () => {
    createPlan(cluster.client, { paused: true });
    setPlanStatus(cluster.client, { summary: 'Paused', reason: 'Paused' });
    await cluster.after(61);

    expect(cluster.client.get(`${PLANS}/os`)).toMatchObject({ spec: { paused: false } });
  });

  it.each([
    {
      reason: 'PausedByAction',
      message: 'paused by ann; to continue, create an UpgradeAction Resume for os-aaaa-1: it goes on',
      action: { action: 'Resume', batch: 'os-aaaa-1' },
    },
    {
      reason: 'ApprovalRequired',
      message: 'create an UpgradeAction in default with spec {plan: os, action: Approve, batch: os-aaaa-2}',
      action: { action: 'Approve', batch: 'os-aaaa-2' },
    },
    {
      reason: 'RollbackApprovalRequired',
      message: 'spec {plan: os, action: Rollback, batch: os-aaaa-1}; to continue the rollout instead, a Resume for os-aaaa-1',
      action: { action: 'Rollback', batch: 'os-aaaa-1' },
    },
  ])('answers $reason with what the message names, and asks once', async ({ reason, message, action }) => {
    createPlan(cluster.client);
    setPlanStatus(cluster.client, { reason, conditions: [condition('Ready', reason, message)] });
    await cluster.after(200);

    const [only, ...others] = actions();
    expect(only).toMatchObject({ plan: 'os', ...(reason === 'RollbackApprovalRequired' ? {} : action) });
    expect(others).toEqual([]);
  });

  it('says so when a message does not name what to approve', async () => {
    createPlan(cluster.client);
    setPlanStatus(cluster.client, { reason: 'ApprovalRequired', conditions: [condition('Ready', 'x', 'somebody must approve')] });

    await expect(cluster.after(61)).rejects.toThrow('does not say what to approve');
  });

  it('repairs hosts, releases nodes and resumes when too many have failed', async () => {
    cluster.hosts.add({ name: 'node-1' });
    createPlan(cluster.client);
    await cluster.after(20);
    const planUid = cluster.client.get(`${PLANS}/os`)?.metadata.uid;
    const annotations = { [ANNOTATIONS.quarantine]: JSON.stringify({ planUid }) };
    cluster.client.mergePatch('/api/v1/nodes/node-1', { metadata: { annotations } });
    cluster.hosts.powerOff('node-1', undefined);
    const message = 'too many failed. Repair the nodes, then create an UpgradeAction Resume for os-aaaa-1';
    setPlanStatus(cluster.client, { conditions: [condition('Stalled', 'BudgetExceeded', message)] });
    await cluster.after(61);

    expect(cluster.hosts.get('node-1')?.up).toBe(true);
    expect(actions()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ action: 'Release', nodes: ['node-1'] }),
        expect.objectContaining({ action: 'Resume', batch: 'os-aaaa-1' }),
      ]),
    );
  });
});
