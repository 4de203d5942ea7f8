import { beforeEach, describe, expect, it } from '@jest/globals';
import { asObject, type Json } from '../../../../src/core/json.ts';
import { container, SmallCluster, START } from '../support/small-cluster.ts';

const LEASE = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/node-1';

let cluster: SmallCluster;

function nodeInfo(name = 'node-1'): Json {
  return asObject(asObject(cluster.node(name)?.['status'])['nodeInfo']);
}

function renewed(): number {
  return Date.parse(String(asObject(cluster.client.get(LEASE)?.['spec'])['renewTime']));
}

beforeEach(async () => {
  cluster = new SmallCluster();
  cluster.hosts.add({ name: 'node-1', labels: { role: 'worker' }, zone: 'a', providerID: 'metal://1', taints: [] });
  await cluster.after(30);
});

describe('A host', () => {
  it('registers its Node, which becomes Ready, and renews its Lease', async () => {
    expect(cluster.node()).toMatchObject({
      metadata: { labels: { role: 'worker', 'topology.kubernetes.io/zone': 'a', 'kubernetes.io/hostname': 'node-1' } },
      spec: { providerID: 'metal://1' },
      status: { capacity: { pods: '110' }, addresses: [{ type: 'InternalIP' }, { type: 'Hostname', address: 'node-1' }] },
    });
    expect(cluster.nodeCondition('Ready')).toBe('True');
    expect(nodeInfo()).toMatchObject({ kernelVersion: '6.12.30-amd64', bootID: cluster.hosts.get('node-1')?.bootId });

    await cluster.after(3600);
    expect(cluster.time.now() - renewed()).toBeLessThanOrEqual(10_000);
  });

  it('writes its own, wrong time', async () => {
    cluster.hosts.add({ name: 'node-2', clockOffsetMs: -3_600_000 });
    await cluster.after(20);

    const conditions = asObject(cluster.node('node-2')?.['status'])['conditions'] as readonly Json[];
    const [{ lastHeartbeatTime } = {}] = conditions;
    expect(Date.parse(String(lastHeartbeatTime))).toBeLessThan(START - 3_000_000);
  });

  it('shows a new kernel some seconds later, and a new kubelet after its restart', async () => {
    cluster.hosts.install('node-1', { kernelVersion: '6.12.31-amd64', kubeletVersion: 'v1.38.0' });
    expect(nodeInfo()).toMatchObject({ kernelVersion: '6.12.30-amd64' });
    await cluster.after(11);
    expect(nodeInfo()).toMatchObject({ kernelVersion: '6.12.31-amd64', kubeletVersion: 'v1.37.2' });

    cluster.hosts.restartKubelet('node-1');
    await cluster.after(20);
    expect(nodeInfo()).toMatchObject({ kubeletVersion: 'v1.38.0' });
  });

  it('does not register again before its kubelet restarts when its Node was deleted', async () => {
    const uid = cluster.node()?.metadata.uid;
    cluster.client.delete('/api/v1/nodes/node-1');
    await cluster.after(600);
    expect(cluster.node()).toBeUndefined();

    cluster.hosts.restartKubelet('node-1');
    await cluster.after(20);
    expect(cluster.node()?.metadata.uid).toEqual(expect.not.stringMatching(String(uid)));
    expect(cluster.nodeCondition('Ready')).toBe('True');
  });

  it('fills in a Node that somebody has created again', async () => {
    cluster.client.delete('/api/v1/nodes/node-1');
    cluster.client.create('/api/v1/nodes', { metadata: { name: 'node-1' } });
    await cluster.after(11);

    expect(cluster.nodeCondition('Ready')).toBe('True');
    expect(nodeInfo()).toMatchObject({ bootID: cluster.hosts.get('node-1')?.bootId });
  });

  it('that gets another name is a new Node with the same system UUID', async () => {
    const { systemUUID } = nodeInfo();
    cluster.hosts.rename('node-1', 'node-9');
    await cluster.after(20);

    expect(nodeInfo('node-9')['systemUUID']).toBe(systemUUID);
    expect(cluster.node()).toBeDefined();
  });
});

describe('A power cut', () => {
  it('ends a Pod that never restarts with an unknown exit, known once the host is back', async () => {
    let killed = 0;
    cluster.program = (start) =>
      start.onKill(() => {
        killed += 1;
      });
    cluster.createPod();
    await cluster.after(10);
    const before = nodeInfo()['bootID'];

    cluster.hosts.reboot('node-1', { downMs: 60_000, orderly: false });
    expect(killed).toBe(1);
    await cluster.after(50);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    await cluster.after(30);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: { exitCode: 255, reason: 'Unknown' } } });
    const { finishedAt } = asObject(asObject(cluster.containerStatus()['state'])['terminated']);
    expect(Date.parse(String(finishedAt))).toBeGreaterThanOrEqual(START + 99_000);
    expect(nodeInfo()['bootID']).not.toBe(before);
    expect(cluster.started).toHaveLength(1);
  });

  it('does not start what had not started in a Pod that never restarts', async () => {
    cluster.pullImage = ({ image }) => ({ kind: 'Pulled', ms: image === 'late' ? 60_000 : 1000 });
    cluster.createPod({ containers: [container(), container({ name: 'other', image: 'late' })] });
    await cluster.after(20);

    cluster.hosts.reboot('node-1', { downMs: 10_000, orderly: false });
    await cluster.after(200);

    expect(cluster.started.map(({ name }) => name)).toEqual(['main']);
  });

  it('lets a Pod that always restarts start again', async () => {
    cluster.createPod({ restartPolicy: 'Always' });
    await cluster.after(10);

    cluster.hosts.reboot('node-1', { downMs: 60_000, orderly: false });
    await cluster.after(90);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    expect(cluster.containerStatus()).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 255, reason: 'Unknown' } },
    });
  });

  it('empties /run and closes sockets, and leaves the disk', () => {
    const host = cluster.hosts.get('node-1');
    host?.files.set('/run/baton/state', '1');
    host?.files.set('/var/lib/x', '2');
    host?.sockets.set('/run/baton/report.sock', () => Promise.resolve({ status: 200, body: '' }));

    cluster.hosts.powerOff('node-1', undefined);

    expect([...(host?.files ?? [])]).toEqual([['/var/lib/x', '2']]);
    expect(host?.sockets.size).toBe(0);
  });

  it('starts an image pull again that it interrupted', async () => {
    cluster.pullImage = () => ({ kind: 'Pulled', ms: 60_000 });
    cluster.createPod();
    await cluster.after(20);

    cluster.hosts.reboot('node-1', { downMs: 10_000, orderly: false });
    await cluster.after(100);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
  });
});

describe('An orderly reboot', () => {
  it('gives containers time, and the kubelet reports how they ended', async () => {
    cluster.program = (start) => start.onTerminate(() => start.exit(143));
    cluster.createPod();
    await cluster.after(10);

    cluster.hosts.reboot('node-1', { downMs: 60_000, orderly: true });
    await cluster.after(6);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: { exitCode: 143, reason: 'Error' } } });
    await cluster.after(90);

    expect(cluster.nodeCondition('Ready')).toBe('True');
    expect(cluster.started).toHaveLength(1);
  });
});

describe('A kubelet that restarts', () => {
  it('finds its containers again, and the end of one that it did not see', async () => {
    cluster.createPod();
    await cluster.after(10);

    cluster.hosts.stopKubelet('node-1');
    await cluster.after(60);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    cluster.started[0]?.exit(0, 'done');
    await cluster.after(60);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });

    cluster.hosts.startKubelet('node-1');
    await cluster.after(10);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Succeeded' });
    expect(cluster.started).toHaveLength(1);
  });

  it('ends what was deleted while it was away', async () => {
    cluster.program = (start) => start.onTerminate(() => start.exit(143));
    cluster.createPod();
    await cluster.after(10);

    cluster.hosts.stopKubelet('node-1');
    cluster.client.delete('/api/v1/namespaces/default/pods/pod');
    await cluster.after(60);
    expect(cluster.pod()).toBeDefined();
    cluster.hosts.startKubelet('node-1');
    await cluster.after(20);

    expect(cluster.pod()).toBeUndefined();
    expect(cluster.hosts.get('node-1')?.runtime.pods).toEqual([]);
  });

  it('ends a running Pod whose node affinity no longer matches the labels of its Node', async () => {
    cluster.createPod({ nodeSelector: { role: 'worker' } });
    await cluster.after(10);
    cluster.client.mergePatch('/api/v1/nodes/node-1', { metadata: { labels: { role: null } } });
    await cluster.after(60);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });

    cluster.hosts.restartKubelet('node-1');
    await cluster.after(60);

    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed', reason: 'NodeAffinity' });
  });
});

describe('A host that is cut off from the API server', () => {
  it('keeps its containers, and reports what happened once it is back', async () => {
    cluster.createPod();
    await cluster.after(10);
    const before = renewed();

    cluster.hosts.partition('node-1', true);
    cluster.started[0]?.exit(1, 'alone');
    await cluster.after(120);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Running' });
    expect(renewed() - before).toBeLessThan(10_000);

    cluster.hosts.partition('node-1', false);
    await cluster.after(20);
    expect(cluster.podStatus()).toMatchObject({ phase: 'Failed' });
    expect(cluster.containerStatus()).toMatchObject({ state: { terminated: { exitCode: 1, message: 'alone' } } });
    expect(cluster.time.now() - renewed()).toBeLessThanOrEqual(10_000);
  });

  it('goes on with a Pod that was deleted, until it hears of it', async () => {
    cluster.program = (start) => start.onTerminate(() => start.exit(0));
    cluster.createPod();
    await cluster.after(10);

    cluster.hosts.partition('node-1', true);
    cluster.client.delete('/api/v1/namespaces/default/pods/pod', { gracePeriodSeconds: 0 });
    await cluster.after(120);
    expect(cluster.hosts.get('node-1')?.runtime.running()).toHaveLength(1);

    cluster.hosts.partition('node-1', false);
    await cluster.after(20);
    expect(cluster.hosts.get('node-1')?.runtime.running()).toHaveLength(0);
  });
});

describe('A replaced host', () => {
  it('that lost its disk starts a Pod again which ran on the host before', async () => {
    cluster.createPod();
    await cluster.after(10);

    cluster.hosts.remove('node-1');
    cluster.hosts.add({ name: 'node-1' });
    await cluster.after(20);

    // So do real kubelets, whatever the restart policy: they know only what their runtime knows.
    expect(cluster.started).toHaveLength(2);
    expect(cluster.containerStatus()).toMatchObject({
      restartCount: 1,
      lastState: { terminated: { exitCode: 137, reason: 'ContainerStatusUnknown' } },
    });
  });
});
