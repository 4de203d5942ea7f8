import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { API_VERSION } from '../../src/api/names.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { nodesNamed, upgradeRepository, upgradeVersion } from '../support/fleet.ts';
import { readRollout, waitForRollout } from '../support/rollout.ts';
import { openSystem, openTimeoutMs, type System } from '../support/system-cluster.ts';

let system: System;
let namespace: string;

beforeAll(async () => {
  system = await openSystem();
  namespace = await system.createNamespace();
}, openTimeoutMs);
afterAll(() => system.close(), 180_000);

const image = `${upgradeRepository}:${upgradeVersion}`;

/** A paused plan for two nodes: whatever the pre-flight says, nothing is touched. */
const plan = (podSpec: object = {}): object => ({
  apiVersion: API_VERSION,
  kind: 'UpgradePlan',
  metadata: { name: 'os', namespace },
  spec: {
    version: upgradeVersion,
    paused: true,
    nodeSelector: nodesNamed('node-1', 'node-2'),
    batches: [{ size: 1 }],
    processes: [{ name: 'os', job: { template: { spec: { containers: [{ name: 'upgrade', image }], ...podSpec } } } }],
  },
});

/** A Pod on node-1 that its budget never lets go. */
async function guardedApplication(): Promise<void> {
  const labels = { app: 'web' };
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': 'node-1' },
    terminationGracePeriodSeconds: 0,
    containers: [{ name: 'web', image, command: ['sleep', '3600'] }],
  };
  await system.kubectl.apply(
    {
      ...{ apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace } },
      spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      ...{ apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name: 'web', namespace } },
      spec: { minAvailable: 1, selector: { matchLabels: labels } },
    },
  );
  await system.kubectl.run(['rollout', 'status', 'deployment/web', '-n', namespace, '--timeout=60s']);
  const status = ['get', 'pdb', 'web', '-n', namespace, '-o', 'jsonpath={.status.expectedPods} {.status.disruptionsAllowed}'];
  await waitFor(async () => (await system.kubectl.run(status)) === '1 0', {
    what: 'the budget to have counted its Pod',
    timeoutMs: 30_000,
  });
}

describe('The pre-flight of a plan', () => {
  it('names a Pod and the budget that would hold up its drain, in the status and in one Event, and touches nothing', async () => {
    await guardedApplication();
    await system.kubectl.apply(plan());

    const { plan: seen } = await waitForRollout(system.kubectl, {
      ...{ namespace, what: 'the pre-flight', timeoutMs: 30_000 },
      until: ({ plan: current }) => current?.status?.preflight !== undefined,
    });

    const message = expect.stringMatching(/PodDisruptionBudget fleet-\w+\/web allows no disruption now.* web-[\w-]+ on node-1$/);
    expect(seen?.status?.preflight?.warnings).toEqual([{ reason: 'DisruptionNotAllowed', message }]);
    const events = await system.kubectl.run(['events', '--for', 'uplan/os', '-n', namespace]);
    expect(events.match(/PreflightWarnings/g)).toHaveLength(1);
    expect((await readRollout(system.kubectl, namespace)).batches).toEqual([]);
  }, 150_000);

  it('is made again when the spec has changed, and refuses what fits on no node', async () => {
    await system.kubectl.apply(plan({ nodeSelector: { 'kubernetes.io/arch': 's390x' } }));

    const { plan: seen } = await waitForRollout(system.kubectl, {
      ...{ namespace, what: 'the plan to be refused', timeoutMs: 30_000 },
      until: ({ plan: current }) =>
        current?.status?.reason === 'NoNodeFits' && current.status.preflight?.observedGeneration === 2,
    });

    expect(seen?.status?.conditions?.find(({ type }) => type === 'Accepted')).toMatchObject({
      status: 'False',
      reason: 'NoNodeFits',
    });
    expect(seen?.status?.preflight?.warnings.map(({ reason }) => reason)).toEqual(['NodeDoesNotFit', 'DisruptionNotAllowed']);
  }, 60_000);

  it('refuses a ServiceAccount that does not exist', async () => {
    await system.kubectl.apply(plan({ serviceAccountName: 'nobody' }));

    const { plan: seen } = await waitForRollout(system.kubectl, {
      ...{ namespace, what: 'the plan to be refused', timeoutMs: 30_000 },
      until: ({ plan: current }) => current?.status?.reason === 'TemplateRefused',
    });

    expect(seen?.status?.conditions?.find(({ type }) => type === 'Accepted')?.message).toContain(
      'serviceaccount "nobody" not found',
    );
    await system.kubectl.run(['delete', 'uplan', 'os', '-n', namespace, '--timeout=60s']);
  }, 120_000);
});
