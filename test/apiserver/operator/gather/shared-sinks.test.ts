import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Sink, UpgradePlan } from '../../../../src/api/generated/upgradeplan.ts';
import type { PlanSnapshot } from '../../../../src/core/rollout/model/snapshot.ts';
import { createKubeClient, type KubeClient } from '../../../../src/kube/client/client.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { loadKubeConfig, type PooledKubeConfig } from '../../../../src/kube/client/pooled-kube-config.ts';
import { SharedSinks } from '../../../../src/operator/gather/shared-sinks.ts';
import { systemClock } from '../../../../src/runtime/clock.ts';
import { RecordingLog } from '../../../adapter/kube/support/recording-log.ts';
import { waitFor } from '../../../cluster/wait-for.ts';
import { startConnectedCluster, type ConnectedCluster } from '../connected-cluster.ts';

const CHART = fileURLToPath(new URL('../../../../charts/baton', import.meta.url));
const PLANS = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans';
const CONFIG_MAPS = '/api/v1/namespaces/fleet/configmaps';
const CHAT: Sink = { name: 'chat', webhook: { url: 'https://chat.example/' } };

let connected: ConnectedCluster;
/** The operator's ServiceAccount, with the rights that the chart gives it and no others. */
let operator: KubeClient;
let operatorConfig: PooledKubeConfig;
let plan: UpgradePlan;

beforeAll(async () => {
  connected = await startConnectedCluster('shared-sinks', { controllers: true });
  const { client, cluster } = connected;
  const installed = await cluster.helm(['install', 'baton', CHART, '--namespace', 'baton-system', '--create-namespace']);
  if (installed.code !== 0) throw new Error(`helm install failed: ${installed.stderr}`);
  await client.create('/api/v1/namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'fleet' } });
  const container = { name: 'c', image: 'registry.example/os:1' };
  const template = { spec: { restartPolicy: 'Never', containers: [container] } };
  plan = await client.create<UpgradePlan>(PLANS, {
    ...{ apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradePlan', metadata: { name: 'os' } },
    spec: {
      ...{ version: '1', allNodes: true, batches: [{ size: 1 }], processes: [{ name: 'os', job: { template } }] },
      notify: { sinksFrom: [{ configMapRef: { name: 'shared' } }] },
    },
  });
  const token = await cluster.kubectl(['create', 'token', 'baton-operator', '-n', 'baton-system']);
  if (token.code !== 0) throw new Error(`no token: ${token.stderr}`);
  const admin = await cluster.kubectl(['config', 'view', '--raw', '--flatten', '-o', 'json']);
  const config = JSON.parse(admin.stdout) as { users: { name: string; user: object }[] };
  const users = config.users.map(({ name }) => ({ name, user: { token: token.stdout.trim() } }));
  const path = join(cluster.directory, 'operator.kubeconfig');
  writeFileSync(path, JSON.stringify({ ...config, users }), { mode: 0o600 });
  operatorConfig = loadKubeConfig({ kubeconfigPath: path });
  const sleep = async (ms: number): Promise<void> => {
    await wait(ms);
  };
  const ports = { log: new RecordingLog(), now: Date.now, random: Math.random, sleep, setTimer: systemClock.setTimer };
  operator = createKubeClient({ kubeConfig: operatorConfig, userAgent: 'baton-operator/1', ...ports });
  await policyInForce();
}, 120_000);

afterAll(async () => {
  await operatorConfig.close();
  await connected.close();
}, 60_000);

/** Waits until the API server enforces the policy for plans. */
async function policyInForce(): Promise<void> {
  const { client } = connected;
  const template = { spec: { serviceAccountName: 'baton-agent', containers: [{ name: 'c', image: 'registry.example/os:1' }] } };
  const refused = { spec: { processes: [{ name: 'os', job: { template } }] } };
  await waitFor(
    () =>
      client.mergePatch(`${PLANS}/os`, refused, { dryRun: true }).then(
        () => false,
        (error: unknown) => error instanceof KubeError && error.message.includes('ValidatingAdmissionPolicy'),
      ),
    { what: 'the policy baton-plans to be in force', timeoutMs: 20_000 },
  );
}

/** The API server's message when it rejects a patch of the plan by the operator; undefined when it accepts the patch. */
async function writeOf(patch: object, options: { readonly dryRun: boolean }): Promise<string | undefined> {
  try {
    await operator.mergePatch(`${PLANS}/os`, patch, options);
    return undefined;
  } catch (error) {
    if (error instanceof KubeError) return error.message;
    throw error;
  }
}

async function share(sinks: string): Promise<Pick<PlanSnapshot, 'plan' | 'sharedSinks'>> {
  await connected.client.delete(`${CONFIG_MAPS}/shared`);
  const configMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'shared' }, data: { 'sinks.yaml': sinks } };
  await connected.client.create(CONFIG_MAPS, configMap);
  return new SharedSinks(operator, () => 0).share(plan);
}

describe('sinksFrom, with the rights of the operator', () => {
  it('accepts what the schema allows, without changing the plan', async () => {
    const found = await share(JSON.stringify([CHAT]));
    expect(found.sharedSinks).toEqual({ kind: 'Known' });
    expect(found.plan.spec.notify?.sinks).toEqual([CHAT]);
    const stored = await connected.client.get<UpgradePlan>(`${PLANS}/os`);
    expect(stored.spec).toEqual(plan.spec);
    expect(stored.metadata.generation).toBe(1);
  });

  it.each<readonly [string, object, RegExp]>([
    ['a sink without a kind', { name: 'chat' }, /\[0\]: .*exactly one of `webhook`/],
    ['a wrong URL', { name: 'chat', webhook: { url: 'nowhere' } }, /\[0\]\.webhook\.url: .*absolute URL/],
    ['an invalid name', { ...CHAT, name: '../chat' }, /\[0\]\.name: .*should match/],
    [
      'a field that does not exist',
      { name: 'chat', webhook: { uri: 'https://chat.example/' } },
      /: unknown field "\[0\]\.webhook\.uri"$/,
    ],
  ])('reports %s', async (_what, sink, message) => {
    const { sharedSinks } = await share(JSON.stringify([sink]));
    expect(sharedSinks.kind === 'Unreadable' ? sharedSinks.message : '').toMatch(message);
    expect(sharedSinks.kind === 'Unreadable' ? sharedSinks.message : '').toMatch(/^the ConfigMap shared, key sinks\.yaml: /);
  });

  it('reports a missing ConfigMap', async () => {
    await connected.client.delete(`${CONFIG_MAPS}/shared`);
    const { sharedSinks } = await new SharedSinks(operator, () => 0).share(plan);
    expect(sharedSinks).toMatchObject({ kind: 'Unreadable', message: expect.stringContaining('configmaps "shared" not found') });
  });

  it('does not let the operator write the spec of a plan', async () => {
    await expect(writeOf({ spec: { version: '2' } }, { dryRun: false })).resolves.toContain("needs the verb 'upgrade' on nodes");
  });

  it('does not let the operator list ConfigMaps', async () => {
    await expect(operator.list(CONFIG_MAPS)).rejects.toMatchObject({ reason: 'Forbidden' });
  });
});
