import { describe, expect, it } from '@jest/globals';
import { asObject } from '../../../../src/core/json.ts';
import { container, SmallCluster } from '../support/small-cluster.ts';

async function start(heartbeats: 'All' | 'Changes', ...names: readonly string[]): Promise<SmallCluster> {
  const cluster = new SmallCluster(1, heartbeats);
  cluster.startControllers();
  for (const name of names) cluster.hosts.add({ name });
  await cluster.after(60);
  return cluster;
}

describe.each(['All', 'Changes'] as const)('Hosts, kubelets and controllers, with heartbeats written: %s', (heartbeats) => {
  it('a host that is down is noticed within a minute or so, and its return within seconds', async () => {
    const cluster = await start(heartbeats, 'node-1', 'node-2', 'node-3');
    await cluster.after(600);
    expect(cluster.nodeCondition('Ready')).toBe('True');

    cluster.hosts.powerOff('node-1', 300_000);
    await cluster.after(35);
    expect(cluster.nodeCondition('Ready')).toBe('True');
    await cluster.after(45);
    expect(cluster.nodeCondition('Ready')).toBe('Unknown');
    expect(cluster.nodeCondition('Ready', 'node-2')).toBe('True');

    await cluster.after(240);
    expect(cluster.nodeCondition('Ready')).toBe('True');
    expect(asObject(cluster.node()?.['spec'])['taints']).toBeUndefined();
  });

  it('a Job runs to its end', async () => {
    const cluster = await start(heartbeats, 'node-1');
    cluster.program = (started) => void cluster.time.setTimer(30_000, () => started.exit(0));
    const template = { spec: { restartPolicy: 'Never', containers: [container()] } };
    const jobs = '/apis/batch/v1/namespaces/default/jobs';
    cluster.client.create(jobs, { metadata: { name: 'job' }, spec: { template, backoffLimit: 0 } });

    await cluster.after(60);

    expect(cluster.client.get(`${jobs}/job`)).toMatchObject({ status: { succeeded: 1 } });
  });

  it('a host that is cut off is lost as well, and its Pods go once it is reached again', async () => {
    const cluster = await start(heartbeats, 'node-1', 'node-2', 'node-3');
    cluster.createPod({ restartPolicy: 'Always' });
    await cluster.after(20);

    cluster.hosts.partition('node-1', true);
    await cluster.after(500);
    expect(cluster.nodeCondition('Ready')).toBe('Unknown');
    expect(cluster.pod()?.metadata.deletionTimestamp).toBeDefined();
    expect(cluster.hosts.get('node-1')?.runtime.running()).toHaveLength(1);

    cluster.hosts.partition('node-1', false);
    await cluster.after(60);
    expect(cluster.pod()).toBeUndefined();
    expect(cluster.hosts.get('node-1')?.runtime.running()).toHaveLength(0);
  });
});
