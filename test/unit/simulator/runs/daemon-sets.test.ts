import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import type { NodeRecord } from '../../../../src/api/generated/upgradebatch.ts';
import type { KubeObject } from '../../../../src/kube/kube-object.ts';
import { HASH, daemonSetManifest, podsByNode } from './support/daemon-sets.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

let stage: Stage;
/** Pods of the DaemonSet `cni` that operators have deleted. */
const deleted: string[] = [];

// Each test has nodes of its own.
beforeAll(async () => {
  stage = await Stage.open({
    hosts: 7,
    services: ({ image }) => (image.endsWith(':broken') ? { kind: 'Crashes', ms: 1000, times: Infinity } : undefined),
    onExchange: ({ from, request: { method, path }, response }) => {
      const name = path.split('/pods/')[1] ?? '';
      const isDeletion = from.startsWith('operator/') && method === 'DELETE' && response.status < 300;
      if (isDeletion && name.startsWith('cni-')) deleted.push(name);
    },
  });
});

/** A plan that is named after its DaemonSet. */
function upgrade(name: string, nodes: readonly string[], timing: object = {}): void {
  const nodeSelector = { matchExpressions: [{ key: 'kubernetes.io/hostname', operator: 'In', values: nodes }] };
  const process = { name: 'daemon', disruption: 'None', daemonSet: { namespace: 'fleet', name }, ...timing };
  stage.apply(planYaml(stringify({ nodeSelector, batches: [{ size: 1 }, { size: 5 }], processes: [process] }), '', name));
}

const pods = (name: string): ReadonlyMap<string, KubeObject> => podsByNode(stage.list('/api/v1/namespaces/fleet/pods'), name);

function isReady(pod: KubeObject | undefined): boolean {
  const { conditions = [] } = (pod?.['status'] ?? {}) as { conditions?: { type: string; status: string }[] };
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}

async function readyPods(name: string, nodes: readonly string[]): Promise<ReadonlyMap<string, KubeObject>> {
  await stage.until(`the Pods of ${name} are Ready`, () => nodes.every((node) => isReady(pods(name).get(node))), 10 * MINUTE);
  return pods(name);
}

const records = (name: string, nodes: readonly string[]): readonly (NodeRecord | undefined)[] =>
  nodes.map((node) => stage.record(node, name));
const hasEnded = (name: string): boolean => ['Succeeded', 'Failed'].includes(stage.plan(name).status?.summary ?? '');

describe('daemonSet', () => {
  it('replaces Pods node by node, once, though the operator is killed; nodes that need nothing are skipped', async () => {
    const nodes = ['node-1', 'node-2', 'node-3'];
    stage.apply(daemonSetManifest('cni', { nodes, version: '1' }));
    await readyPods('cni', nodes);
    stage.apply(daemonSetManifest('cni', { nodes, version: '2' }));
    // One node has the new revision before the plan comes.
    stage.simulation.client.delete(`/api/v1/namespaces/fleet/pods/${pods('cni').get('node-3')?.metadata.name ?? ''}`);
    await stage.pass(MINUTE);
    const before = await readyPods('cni', nodes);
    upgrade('cni', [...nodes, 'node-4']);
    await stage.until('the first Pod is replaced', () => deleted.length > 0);
    stage.restartOperator();
    await stage.until('the plan has ended', () => hasEnded('cni'));

    expect(stage.plan('cni').status).toMatchObject({ summary: 'Succeeded', reason: 'SomeSkipped', progress: '3/4' });
    const [one, two, three, four] = records('cni', [...nodes, 'node-4']);
    expect([one, two]).toMatchObject([{ state: 'Succeeded' }, { state: 'Succeeded' }]);
    expect(three).toMatchObject({ state: 'Skipped', reason: 'AlreadyCurrent' });
    expect(four).toMatchObject({ state: 'Skipped', reason: 'NothingToRun' });
    const [first, second] = [one, two].toSorted((a, b) => (a?.startTime ?? '').localeCompare(b?.startTime ?? ''));
    expect(Date.parse(second?.startTime ?? '')).toBeGreaterThanOrEqual(Date.parse(first?.endTime ?? ''));

    const after = pods('cni');
    const revisions = nodes.map((node) => after.get(node)?.metadata.labels?.[HASH]);
    expect(new Set(revisions)).toEqual(new Set([before.get('node-3')?.metadata.labels?.[HASH]]));
    expect(nodes.map((node) => isReady(after.get(node)))).toEqual([true, true, true]);
    expect(after.get('node-3')?.metadata.uid).toBe(before.get('node-3')?.metadata.uid);
    const old = ['node-1', 'node-2'].map((node) => before.get(node)?.metadata.name);
    expect([...new Set(deleted)].toSorted()).toEqual(old.toSorted());
  });

  it('rejects one that rolls out by itself, or does not exist, until that is corrected', async () => {
    const nodes = ['node-5', 'node-6'];
    const accepted = (): string | undefined => stage.condition('Accepted', 'csi')?.reason;
    upgrade('csi', nodes);
    await stage.until('the DaemonSet is missed', () => accepted() === 'DaemonSetMissing');
    expect(stage.plan('csi').status).toMatchObject({ summary: 'Invalid' });

    stage.apply(daemonSetManifest('csi', { nodes, version: '1', updateStrategy: 'RollingUpdate' }));
    await stage.until('it is rejected', () => accepted() === 'DaemonSetNotOnDelete');
    expect(stage.condition('Accepted', 'csi')?.message).toContain(
      'DaemonSet fleet/csi has updateStrategy RollingUpdate and rolls out by itself',
    );
    await readyPods('csi', nodes);
    expect(records('csi', nodes)).toEqual([undefined, undefined]);

    stage.apply(daemonSetManifest('csi', { nodes, version: '1' }));
    await stage.until('the plan has ended', () => hasEnded('csi'));
    expect(records('csi', nodes)).toMatchObject(nodes.map(() => ({ state: 'Skipped', reason: 'AlreadyCurrent' })));
  });

  it('fails the node, and says so, when a Pod crash loops until the deadline', async () => {
    stage.apply(daemonSetManifest('flaky', { nodes: ['node-7'], version: '1' }));
    await readyPods('flaky', ['node-7']);
    stage.apply(daemonSetManifest('flaky', { nodes: ['node-7'], version: 'broken' }));

    upgrade('flaky', ['node-7'], { timing: { deadlineSeconds: 180 } });

    await stage.until('the node fails', () => stage.record('node-7', 'flaky')?.state === 'Failed');
    const record = stage.record('node-7', 'flaky');
    expect(record).toMatchObject({ reason: 'DeadlineExceeded', quarantined: true });
    expect(record?.message).toMatch(/^not Ready within 180 s: Pod \S+ is not Ready: CrashLoopBackOff/);
  });
});
