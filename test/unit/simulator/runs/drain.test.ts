import { beforeAll, describe, expect, it, jest } from '@jest/globals';
import { stringify } from 'yaml';
import type { NodeRecord } from '../../../../src/api/generated/upgradebatch.ts';
import type { DrainPolicy } from '../../../../src/api/generated/upgradeplan.ts';
import { budgetManifest, jobManifest, replicaSetManifest, barePodManifest, type Application } from './support/applications.ts';
import { MINUTE, planYaml, Stage } from './support/stage.ts';

jest.setTimeout(120_000);

let stage: Stage;

// Each test has a node of its own.
beforeAll(async () => {
  const services = { nightly: { kind: 'Finishes', ms: 2 * MINUTE } } as const;
  stage = await Stage.open({
    hosts: 9,
    services: ({ pod }) => (pod.metadata.labels?.['app'] === 'nightly' ? services.nightly : undefined),
  });
});

/** Makes objects and waits until the one Pod of the application is Ready; returns its name. */
async function run(application: Application, ...objects: readonly object[]): Promise<string> {
  for (const object of objects) stage.apply(stringify(object));
  await stage.until(`the Pod of ${application.name} runs`, () => podsOf(application.name).length === 1, MINUTE);
  return podsOf(application.name)[0] ?? '';
}

/** Names of the Pods of an application that run on the node it is for. */
function podsOf(name: string): readonly string[] {
  return stage
    .list('/api/v1/namespaces/fleet/pods')
    .filter(({ metadata, status }) => metadata.labels?.['app'] === name && (status as { phase?: string }).phase === 'Running')
    .map(({ metadata }) => metadata.name ?? '');
}

/** A plan for one node, named after what it is about. */
function upgrade(name: string, node: string, drain: Partial<DrainPolicy>): void {
  const nodeSelector = { matchLabels: { 'kubernetes.io/hostname': node } };
  stage.apply(planYaml(stringify({ nodeSelector, drain }), '', name));
}

/** Waits for the record of a plan's node to be as it is wanted. */
async function recordWhere(name: string, node: string, holds: (record: NodeRecord) => boolean): Promise<NodeRecord> {
  const found = (): NodeRecord | undefined => {
    const record = stage.record(node, name);
    return record !== undefined && holds(record) ? record : undefined;
  };
  await stage.until(`${node} of ${name}`, () => found() !== undefined, 30 * MINUTE);
  return found() ?? { name: node, state: 'Pending' };
}

const ended = ({ state }: NodeRecord): boolean => state === 'Succeeded' || state === 'Failed';

function isCordoned(node: string): boolean {
  return (stage.node(node)?.['spec'] as { readonly unschedulable?: boolean }).unschedulable === true;
}

/** Waits until a node is back in service. */
async function free(node: string): Promise<void> {
  await stage.until(`${node} is free`, () => !stage.claimed().includes(node) && !isCordoned(node), 5 * MINUTE);
}

describe('A drain', () => {
  it('drain.timeoutSeconds: names the budget that blocks, since when, also after the operator was killed, and gives the node back', async () => {
    const web = { name: 'web', node: 'node-1' };
    const pod = await run(web, replicaSetManifest(web), budgetManifest(web));
    upgrade('timeout', 'node-1', { timeoutSeconds: 300 });

    const { drain } = await recordWhere('timeout', 'node-1', (record) => record.drain !== undefined);
    expect(drain).toMatchObject({ pod: `fleet/${pod}`, budget: 'web-budget' });
    await stage.pass(2 * MINUTE);
    stage.restartOperator();
    await stage.until('the plan says why', () => stage.plan('timeout').status?.reason === 'DrainBlocked');
    expect(stage.condition('Ready', 'timeout')?.message).toContain(
      `since ${drain?.blockedSinceTime ?? ''}: PodDisruptionBudget web-budget holds Pod fleet/${pod}`,
    );

    const record = await recordWhere('timeout', 'node-1', ended);
    expect(record).toMatchObject({ state: 'Failed', reason: 'DrainTimeout', drain });
    // The timeout did not start from zero.
    expect(Date.parse(record.endTime ?? '') - Date.parse(record.startTime ?? '')).toBeLessThan(6 * MINUTE);
    expect(podsOf('web')).toEqual([pod]);
    await free('node-1');
  });

  it('drain.force: deletes past its budget, after the timeout, a Pod that it names', async () => {
    const cache = { name: 'cache', node: 'node-2', labels: { tier: 'cache' } };
    const pod = await run(cache, replicaSetManifest(cache), budgetManifest(cache));
    upgrade('force', 'node-2', { timeoutSeconds: 60, force: { podSelector: { matchLabels: { tier: 'cache' } } } });

    await recordWhere('force', 'node-2', (record) => record.drain?.budget === 'cache-budget');
    await stage.pass(MINUTE / 2);
    expect(podsOf('cache')).toEqual([pod]);
    expect(await recordWhere('force', 'node-2', ended)).toMatchObject({ state: 'Succeeded' });
    expect(podsOf('cache')).not.toContain(pod);
  });

  it('drain.waitFor: evicts nothing while a Pod that it names runs, and says so', async () => {
    const other = { name: 'other', node: 'node-3' };
    const pod = await run(other, replicaSetManifest(other));
    const nightly = { name: 'nightly', node: 'node-3' };
    const job = await run(nightly, jobManifest(nightly));
    upgrade('wait', 'node-3', { waitFor: { podSelector: { matchLabels: { app: 'nightly' } }, timeoutSeconds: 3600 } });

    const waiting = await recordWhere('wait', 'node-3', (record) => record.drain?.pod !== undefined);
    expect(waiting.message).toContain(`for Pod fleet/${job} to end`);
    await stage.pass(MINUTE);
    expect([podsOf('other'), podsOf('nightly')]).toEqual([[pod], [job]]);
    expect(await recordWhere('wait', 'node-3', ended)).toMatchObject({ state: 'Succeeded' });
    const done = stage.simulation.client.get('/apis/batch/v1/namespaces/fleet/jobs/nightly');
    expect(done?.['status']).toMatchObject({ succeeded: 1 });
    expect(podsOf('other')).not.toContain(pod);
  });

  it('drain.ignore: leaves a Pod that it names', async () => {
    const agent = { name: 'agent', node: 'node-4', labels: { stays: 'yes' } };
    const pod = await run(agent, replicaSetManifest(agent), budgetManifest(agent));
    upgrade('ignore', 'node-4', { ignore: { podSelector: { matchLabels: { stays: 'yes' } } } });

    expect(await recordWhere('ignore', 'node-4', ended)).toMatchObject({ state: 'Succeeded' });
    expect(podsOf('agent')).toEqual([pod]);
  });

  it('drain.unmanagedPods: keeps a Pod without a controller until the plan consents', async () => {
    const bare = { name: 'bare', node: 'node-5' };
    await run(bare, barePodManifest(bare));
    upgrade('bare-keep', 'node-5', { timeoutSeconds: 30 });

    const kept = await recordWhere('bare-keep', 'node-5', ended);
    expect(kept).toMatchObject({ reason: 'DrainTimeout', drain: { pod: 'fleet/bare' } });
    expect(kept.message).toContain('has no controller; set drain.unmanagedPods: Delete');
    expect(podsOf('bare')).toEqual(['bare']);
    await free('node-5');
    upgrade('bare-delete', 'node-5', { unmanagedPods: 'Delete' });
    expect(await recordWhere('bare-delete', 'node-5', ended)).toMatchObject({ state: 'Succeeded' });
    expect(podsOf('bare')).toEqual([]);
  });

  it('drain.emptyDirData: keeps a Pod with data of its own until the plan consents', async () => {
    const scratch = { name: 'scratch', node: 'node-6', emptyDir: true };
    const pod = await run(scratch, replicaSetManifest(scratch));
    upgrade('data-keep', 'node-6', { timeoutSeconds: 30 });

    const kept = await recordWhere('data-keep', 'node-6', ended);
    expect(kept.message).toContain('has emptyDir data; set drain.emptyDirData: Delete');
    expect(podsOf('scratch')).toEqual([pod]);
    await free('node-6');
    upgrade('data-delete', 'node-6', { emptyDirData: 'Delete' });
    expect(await recordWhere('data-delete', 'node-6', ended)).toMatchObject({ state: 'Succeeded' });
    expect(podsOf('scratch')).not.toContain(pod);
  });

  it.each([
    { mode: 'Cordon', node: 'node-7', cordoned: true },
    { mode: 'None', node: 'node-8', cordoned: false },
  ] as const)('drain.mode $mode: evicts nothing; cordoned meanwhile: $cordoned', async ({ mode, node, cordoned }) => {
    const stays = { name: `mode-${mode.toLowerCase()}`, node };
    const pod = await run(stays, replicaSetManifest(stays));
    upgrade(stays.name, node, { mode });

    await recordWhere(stays.name, node, ({ processes }) => processes?.[0]?.state === 'Running');
    expect(isCordoned(node)).toBe(cordoned);
    expect(await recordWhere(stays.name, node, ended)).toMatchObject({ state: 'Succeeded' });
    expect(podsOf(stays.name)).toEqual([pod]);
    await free(node);
  });

  it('cordons a node again that somebody uncordons in mid-drain, and leaves it schedulable after that', async () => {
    const held = { name: 'held', node: 'node-9' };
    await run(held, replicaSetManifest(held), budgetManifest(held));
    upgrade('uncordon', 'node-9', { timeoutSeconds: 120 });

    await recordWhere('uncordon', 'node-9', (record) => record.drain?.budget === 'held-budget');
    stage.simulation.client.mergePatch('/api/v1/nodes/node-9', { spec: { unschedulable: null } });
    await stage.until('node-9 is cordoned again', () => isCordoned('node-9'), MINUTE / 6);
    expect(await recordWhere('uncordon', 'node-9', ended)).toMatchObject({ reason: 'DrainTimeout' });
    await free('node-9');
  });
});
