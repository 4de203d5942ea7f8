import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NodeRecord } from '../../src/api/generated/upgradebatch.ts';
import type { DrainPolicy } from '../../src/api/generated/upgradeplan.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { barePodManifest, budgetManifest, deploymentManifest, jobManifest, type Application } from '../support/applications.ts';
import { nodesNamed, planManifest } from '../support/fleet.ts';
import { batonNamespace } from '../support/installation.ts';
import { type Node, type Pod } from '../support/kubernetes-objects.ts';
import { print } from '../support/print.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { work } from '../support/scripts.ts';
import { openSystem, openTimeoutMs, waitForFreeNodes, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace({ secret: false });
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

const app = (name: string, node: string, more: Partial<Application> = {}): Application => ({ namespace, name, node, ...more });

/** Makes objects and waits until the one Pod of the application runs. */
async function run(application: Application, ...objects: readonly unknown[]): Promise<Pod> {
  await system.kubectl.apply(...objects);
  return waitFor(
    async () => {
      const pods = await podsOf(application.name);
      return pods.find((pod) => pod.status.conditions?.some(({ type, status }) => type === 'Ready' && status === 'True'));
    },
    { what: `the Pod of ${application.name} to run`, timeoutMs: 60_000, intervalMs: 300 },
  );
}

async function podsOf(name: string): Promise<readonly Pod[]> {
  return system.kubectl.list<Pod>('pods', namespace, `app=${name}`);
}

/** A plan for one node, named after what it is about. */
async function upgrade(name: string, node: string, drain: Partial<DrainPolicy>, seconds = 1): Promise<void> {
  await system.kubectl.apply(
    planManifest({
      namespace,
      name,
      nodeSelector: nodesNamed(node),
      batches: [{ size: 1 }],
      processes: [{ name: 'os', script: work(seconds) }],
      drain,
    }),
  );
}

function recordOf({ batches }: Rollout): NodeRecord | undefined {
  return batches[0]?.status?.nodes?.[0];
}

/** Waits for the node's record to be as it is wanted. */
async function recordWhere(name: string, what: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const rollout = await waitForRollout(system.kubectl, {
    namespace,
    name,
    what,
    timeoutMs: 90_000,
    until: (seen) => {
      const record = recordOf(seen);
      return record !== undefined && holds(record);
    },
  });
  const record = recordOf(rollout);
  print(`${name}: ${record?.state ?? ''} ${record?.reason ?? ''} ${record?.message ?? ''}`);
  return record ?? { name: '', state: 'Pending' };
}

const ended = ({ state }: NodeRecord): boolean => state === 'Succeeded' || state === 'Failed';

async function isCordoned(name: string): Promise<boolean> {
  return (await system.kubectl.get<Node>('node', name))?.spec.unschedulable === true;
}

describe('A drain on a real node', () => {
  it('drain.timeoutSeconds: names the budget that blocks, since when, also after the operator was killed, and gives the node back', async () => {
    const web = app('web', 'node-1');
    const pod = await run(web, deploymentManifest(web), budgetManifest(web));
    await upgrade('timeout', 'node-1', { timeoutSeconds: 45 });

    const { drain } = await recordWhere('timeout', 'the budget to be on record', (record) => record.drain !== undefined);
    expect(drain).toMatchObject({ pod: `${namespace}/${pod.metadata.name}`, budget: 'web-budget' });
    await system.kubectl.run([
      'delete',
      'pod',
      '--namespace',
      batonNamespace,
      '--selector=app.kubernetes.io/component=operator',
      '--wait=false',
    ]);
    const { plan } = await waitForRollout(system.kubectl, {
      namespace,
      name: 'timeout',
      what: 'the plan to say what it waits for',
      until: (seen) => seen.plan?.status?.reason === 'DrainBlocked',
    });
    const message = plan?.status?.conditions?.find(({ type }) => type === 'Ready')?.message;
    print(message);
    expect(message).toContain(
      `since ${drain?.blockedSinceTime ?? ''}: PodDisruptionBudget web-budget holds Pod ${drain?.pod ?? ''}`,
    );

    const record = await recordWhere('timeout', 'the drain to be given up', ended);
    expect(record).toMatchObject({ state: 'Failed', reason: 'DrainTimeout', drain });
    expect((await podsOf('web')).map(({ metadata }) => metadata.uid)).toEqual([pod.metadata.uid]);
    await waitForFreeNodes(system.kubectl);
  }, 180_000);

  it('drain.force: deletes past its budget, after the timeout, a Pod that it names', async () => {
    const cache = app('cache', 'node-2', { labels: { tier: 'cache' } });
    const pod = await run(cache, deploymentManifest(cache), budgetManifest(cache));
    await upgrade('force', 'node-2', { timeoutSeconds: 8, force: { podSelector: { matchLabels: { tier: 'cache' } } } });

    await recordWhere('force', 'the budget to be on record', (record) => record.drain?.budget === 'cache-budget');
    expect((await podsOf('cache')).map(({ metadata }) => metadata.uid)).toEqual([pod.metadata.uid]);
    const record = await recordWhere('force', 'the node to be done', ended);
    expect(record.state).toBe('Succeeded');
    expect((await podsOf('cache')).map(({ metadata }) => metadata.uid)).not.toContain(pod.metadata.uid);
  }, 120_000);

  it('drain.waitFor: evicts nothing while a Pod that it names runs, and says so', async () => {
    const other = app('other', 'node-3');
    const pod = await run(other, deploymentManifest(other));
    const nightly = app('nightly', 'node-3', { labels: { job: 'batch' }, seconds: 12 });
    const [job] = [await run(nightly, jobManifest(nightly))];
    const podSelector = { matchLabels: { job: 'batch' } };
    await upgrade('wait', 'node-3', { waitFor: { podSelector, timeoutSeconds: 60 } });

    const waiting = await recordWhere('wait', 'the Job to be on record', (record) => record.drain?.pod !== undefined);
    expect(waiting.message).toContain(`for Pod ${namespace}/${job.metadata.name} to end`);
    expect((await podsOf('other'))[0]?.metadata).toMatchObject({ uid: pod.metadata.uid });
    const record = await recordWhere('wait', 'the node to be done', ended);
    expect(record.state).toBe('Succeeded');
    expect((await podsOf('nightly')).map(({ status }) => status.phase)).toEqual(['Succeeded']);
    expect((await podsOf('other')).map(({ metadata }) => metadata.uid)).not.toContain(pod.metadata.uid);
  }, 120_000);

  it('drain.ignore: leaves a Pod that it names', async () => {
    const agent = app('agent', 'node-4', { labels: { stays: 'yes' } });
    const pod = await run(agent, deploymentManifest(agent), budgetManifest(agent));
    await upgrade('ignore', 'node-4', { ignore: { podSelector: { matchLabels: { stays: 'yes' } } } });

    expect((await recordWhere('ignore', 'the node to be done', ended)).state).toBe('Succeeded');
    expect((await podsOf('agent')).map(({ metadata }) => metadata.uid)).toEqual([pod.metadata.uid]);
  }, 120_000);

  it('drain.unmanagedPods: keeps a Pod without a controller until the plan consents', async () => {
    const bare = app('bare', 'node-5');
    await run(bare, barePodManifest(bare));
    await upgrade('bare-keep', 'node-5', { timeoutSeconds: 3 });

    const kept = await recordWhere('bare-keep', 'the drain to be given up', ended);
    expect(kept).toMatchObject({ reason: 'DrainTimeout', drain: { pod: `${namespace}/bare` } });
    expect(kept.message).toContain('has no controller; set drain.unmanagedPods: Delete');
    await waitForFreeNodes(system.kubectl);
    await upgrade('bare-delete', 'node-5', { unmanagedPods: 'Delete' });
    expect((await recordWhere('bare-delete', 'the node to be done', ended)).state).toBe('Succeeded');
    expect(await podsOf('bare')).toEqual([]);
  }, 120_000);

  it('drain.emptyDirData: keeps a Pod with data of its own until the plan consents', async () => {
    const scratch = app('scratch', 'node-6', { emptyDir: true });
    const pod = await run(scratch, deploymentManifest(scratch));
    await upgrade('data-keep', 'node-6', { timeoutSeconds: 3 });

    const kept = await recordWhere('data-keep', 'the drain to be given up', ended);
    expect(kept.message).toContain('has emptyDir data; set drain.emptyDirData: Delete');
    await waitForFreeNodes(system.kubectl);
    await upgrade('data-delete', 'node-6', { emptyDirData: 'Delete' });
    expect((await recordWhere('data-delete', 'the node to be done', ended)).state).toBe('Succeeded');
    expect((await podsOf('scratch')).map(({ metadata }) => metadata.uid)).not.toContain(pod.metadata.uid);
  }, 120_000);

  it.each([
    ['Cordon', 'node-4', true],
    ['None', 'node-5', false],
  ] as const)(
    'drain.mode %s: evicts nothing on %s, cordoned meanwhile: %s',
    async (mode, node, cordoned) => {
      const stays = app(`mode-${mode.toLowerCase()}`, node);
      const pod = await run(stays, deploymentManifest(stays));
      await upgrade(stays.name, node, { mode }, 6);

      await recordWhere(stays.name, 'the upgrade to run', ({ processes }) => processes?.[0]?.state === 'Running');
      expect(await isCordoned(node)).toBe(cordoned);
      expect((await recordWhere(stays.name, 'the node to be done', ended)).state).toBe('Succeeded');
      expect((await podsOf(stays.name)).map(({ metadata }) => metadata.uid)).toEqual([pod.metadata.uid]);
      await waitForFreeNodes(system.kubectl);
    },
    120_000,
  );

  it('cordons a node again that somebody uncordons in mid-drain, and leaves it schedulable after that', async () => {
    const held = app('held', 'node-6');
    await run(held, deploymentManifest(held), budgetManifest(held));
    // The Pod with emptyDir data of another test may be there.
    await upgrade('uncordon', 'node-6', { timeoutSeconds: 12, emptyDirData: 'Delete' });

    await recordWhere('uncordon', 'the budget to be on record', (record) => record.drain?.budget === 'held-budget');
    await system.kubectl.run(['uncordon', 'node-6']);
    await waitFor(() => isCordoned('node-6'), { what: 'node-6 to be cordoned again', timeoutMs: 10_000, intervalMs: 100 });
    expect(await recordWhere('uncordon', 'the drain to be given up', ended)).toMatchObject({ reason: 'DrainTimeout' });
    await waitForFreeNodes(system.kubectl);
  }, 120_000);

  it('moves the operator last of all from its own node, and the rollout goes on', async () => {
    const before = await operatorPod();
    const home = before.spec.nodeName ?? '';
    const other = home === 'node-1' ? 'node-2' : 'node-1';
    const nodeSelector = nodesNamed(home, other);
    const processes = [{ name: 'os', script: work(1) }];
    // The applications of the other tests are on these nodes.
    const ignore = { podSelector: { matchExpressions: [{ key: 'app', operator: 'Exists' as const }] } };
    const batches = [{ size: 2 }];
    const plan = { namespace, name: 'operator', nodeSelector, batches, processes, drain: { ignore } };
    await system.kubectl.apply(planManifest(plan));

    const { batches: done } = await waitForRollout(system.kubectl, {
      namespace,
      name: 'operator',
      what: 'both nodes to be done',
      until: (seen) => seen.plan?.status?.summary === 'Succeeded',
    });
    expect(done[0]?.status?.nodes?.map(({ state }) => state)).toEqual(['Succeeded', 'Succeeded']);
    const after = await operatorPod();
    print(`the operator was on ${home} and is on ${after.spec.nodeName ?? 'no node'}`);
    expect(after.metadata.uid).not.toBe(before.metadata.uid);
  }, 180_000);
});

/** The operator's Pod that is there to stay. */
async function operatorPod(): Promise<Pod> {
  const pods = await system.kubectl.list<Pod>('pods', batonNamespace, 'app.kubernetes.io/component=operator');
  const pod = pods.find(({ metadata }) => metadata.deletionTimestamp === undefined);
  if (pod === undefined) throw new Error('the operator has no Pod');
  return pod;
}
