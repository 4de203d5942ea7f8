import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { UpgradeAction } from '../../src/api/generated/upgradeaction.ts';
import type { BatchStep, UpgradePlan } from '../../src/api/generated/upgradeplan.ts';
import { API_VERSION, LABELS } from '../../src/api/names.ts';
import { startServer, vector, type AnsweringServer } from '../adapter/operator/gates/prometheus-server.ts';
import type { Cluster } from '../cluster/cluster.ts';
import { waitFor } from '../cluster/wait-for.ts';
import { namespaceManifest, planManifest } from '../support/fleet.ts';
import type { Kubectl } from '../support/kubectl.ts';
import { findCondition } from '../support/kubernetes-objects.ts';
import { openKwokSystem, type KwokSystem } from '../support/kwok-system.ts';
import { waitForRollout, type Rollout } from '../support/rollout.ts';
import { openTimeoutMs } from '../support/system-cluster.ts';

const clusterName = 'system-gates';
const onKwok = { tolerations: [{ key: 'kwok.x-k8s.io/node', operator: 'Exists' }] };
const duration = { 'test.baton.dev/duration': '1s' };

let system: KwokSystem;
let cluster: Cluster;
let kubectl: Kubectl;
let server: AnsweringServer;

beforeAll(async () => {
  server = await startServer();
  system = await openKwokSystem(clusterName, ['gates.allow={127.0.0.1}']);
  ({ cluster, kubectl } = system);
}, openTimeoutMs);
afterAll(async () => {
  await system.close();
  await server.close();
}, 120_000);

/** A plan for two kwok nodes of its own, one batch each, in a namespace of its own. */
async function startPlan(name: string, step: Omit<BatchStep, 'size'>, gates: readonly object[] = []): Promise<string> {
  const namespace = `gates-${name}`;
  await kubectl.apply(namespaceManifest(namespace));
  await cluster.addKwokNodes([`${name}-1`, `${name}-2`], { fleet: name });
  const processes = [{ name: 'os', script: 'true', annotations: duration, pod: onKwok, disruption: 'None' as const }];
  const nodeSelector = { matchLabels: { fleet: name } };
  const manifest = planManifest({ namespace, nodeSelector, batches: [{ size: 1 }], processes }) as UpgradePlan;
  const spec = { ...manifest.spec, batches: [{ size: 1, ...step }], ...(gates.length === 0 ? {} : { gates }) };
  await kubectl.apply({ ...manifest, spec });
  return namespace;
}

function until(namespace: string, what: string, holds: (rollout: Rollout) => boolean): Promise<Rollout> {
  return waitForRollout(kubectl, { namespace, what, timeoutMs: 90_000, until: holds });
}

const reads = (reason: string) => (rollout: Rollout) => rollout.plan?.status?.reason === reason;
const succeeded = (rollout: Rollout): boolean => rollout.plan?.status?.summary === 'Succeeded';
const readyMessage = ({ plan }: Rollout): string => findCondition(plan, 'Ready')?.message ?? '';

async function killOperator(): Promise<void> {
  await system.operator.kill();
  await system.restartOperator();
}

function seconds(from: string | undefined, to: string | undefined): number {
  return (Date.parse(to ?? '') - Date.parse(from ?? '')) / 1000;
}

describe('batches[].soakSeconds', () => {
  it('holds the next batch, and an operator that is killed meanwhile goes on: its clock does not start from zero', async () => {
    const namespace = await startPlan('soak', { soakSeconds: 20 });
    const soaking = await until(namespace, 'the soak', reads('Soaking'));
    expect(readyMessage(soaking)).toMatch(/^os-.{4}-1 soaks for 20 s, until 2/);
    await new Promise((resolve) => setTimeout(resolve, 8000));
    await killOperator();
    const { batches } = await until(namespace, 'both nodes', succeeded);
    const soaked = seconds(batches[0]?.status?.settledTime, batches[1]?.metadata.creationTimestamp);
    expect(soaked).toBeGreaterThanOrEqual(20);
    expect(soaked).toBeLessThan(27);
  }, 180_000);
});

/** Creates an Approve and waits for its answer. */
async function approve(namespace: string, name: string, batch: string): Promise<string> {
  const spec = { plan: 'os', action: 'Approve', batch, requestedBy: 'kubernetes-admin' };
  await kubectl.apply({ apiVersion: API_VERSION, kind: 'UpgradeAction', metadata: { name, namespace }, spec });
  return waitFor(
    async () => {
      const applied = findCondition(await kubectl.get<UpgradeAction>('upgradeaction', name, namespace), 'Applied');
      return applied === undefined ? undefined : `${applied.status} ${applied.reason}`;
    },
    { what: `the answer to ${name}`, timeoutMs: 30_000, intervalMs: 300 },
  );
}

describe('batches[].approval', () => {
  it('BeforeNext: waits for an Approve of the settled batch, also when the operator is killed meanwhile', async () => {
    const namespace = await startPlan('next', { approval: 'BeforeNext' });
    const waiting = await until(namespace, 'the wait for approval', reads('ApprovalRequired'));
    const name = waiting.batches[0]?.metadata.name ?? '';
    expect(readyMessage(waiting)).toContain(`{plan: os, action: Approve, batch: ${name}}`);
    await killOperator();
    expect(await approve(namespace, 'wrong', 'os-none-9')).toBe('False WrongBatch');
    expect((await until(namespace, 'the wait for approval', reads('ApprovalRequired'))).batches).toHaveLength(1);
    expect(await approve(namespace, 'right', name)).toBe('True Done');
    const { batches } = await until(namespace, 'both nodes', succeeded);
    expect(batches[0]?.status?.approved).toMatchObject({ action: 'right', approval: 'BeforeNext' });
  }, 180_000);

  it('BeforeStart: makes the batch, and opens no turn of it before an Approve', async () => {
    const namespace = await startPlan('start', { approval: 'BeforeStart' });
    const waiting = await until(namespace, 'the wait for approval', reads('ApprovalRequired'));
    const [batch] = waiting.batches;
    expect(batch?.status?.nodes).toMatchObject([{ state: 'Pending' }]);
    expect(await approve(namespace, 'yes', batch?.metadata.name ?? '')).toBe('True Done');
    await until(
      namespace,
      'the second batch, which asks again',
      ({ plan, batches }) => batches.length === 2 && reads('ApprovalRequired')({ plan, batches, lease: undefined }),
    );
  }, 180_000);
});

describe('gates[]', () => {
  it('prometheus: holds the batch with value and threshold, and lets it be made after forSeconds', async () => {
    server.answer(vector('3'));
    const prometheus = { address: server.url, query: 'sum(ALERTS) or vector(0)', max: '0' };
    const namespace = await startPlan('prometheus', {}, [{ name: 'pages', forSeconds: 5, prometheus }]);
    const closed = await until(namespace, 'the closed gate', (rollout) => readyMessage(rollout).includes('3, max 0'));
    expect(closed.plan?.status).toMatchObject({ reason: 'GateClosed', gates: [{ name: 'pages', state: 'Closed', value: '3' }] });
    expect(closed.batches).toHaveLength(0);
    server.answer(vector('0'));
    const opened = Date.now();
    const { batches } = await until(namespace, 'the first batch', (rollout) => rollout.batches.length > 0);
    expect(Date.parse(batches[0]?.metadata.creationTimestamp ?? '') - opened).toBeGreaterThanOrEqual(4000);
  }, 180_000);

  it('http, BeforeNode: opens no turn before the status is the expected one', async () => {
    server.answer((response) => response.writeHead(503).end());
    const namespace = await startPlan('http', {}, [
      { name: 'status', when: 'BeforeNode', http: { url: `${server.url}/ready`, expectStatus: 204 } },
    ]);
    const closed = await until(namespace, 'the closed gate', (rollout) => readyMessage(rollout).includes('status 503'));
    expect(closed.batches[0]?.status?.nodes).toMatchObject([{ state: 'Pending' }]);
    server.answer((response) => response.writeHead(204).end());
    await until(namespace, 'the first node', ({ batches }) => batches[0]?.status?.nodes?.[0]?.state === 'Succeeded');
  }, 180_000);

  it('object: is closed while the operator may not read it, and opens by its expression once a labelled role allows it', async () => {
    const namespace = 'gates-object';
    await kubectl.apply(namespaceManifest(namespace));
    const state = (ready: string): object => ({
      ...{ apiVersion: 'v1', kind: 'Service', metadata: { name: 'state', namespace, labels: { ready } } },
      spec: { ports: [{ port: 80 }] },
    });
    await kubectl.apply(state('no'));
    const object = { apiVersion: 'v1', kind: 'Service', name: 'state', expression: "object.metadata.labels.ready == 'yes'" };
    await startPlan('object', {}, [{ name: 'state', object }]);
    await until(namespace, 'the refusal', (rollout) => readyMessage(rollout).includes(LABELS.gateRole));
    await kubectl.apply({
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'gates-read-services', labels: { [LABELS.gateRole]: 'true' } },
      rules: [{ apiGroups: [''], resources: ['services'], verbs: ['get', 'list'] }],
    });
    await until(namespace, 'the expression', (rollout) => readyMessage(rollout).includes('the expression is false for state'));
    await kubectl.apply(state('yes'));
    await until(namespace, 'the first batch', ({ batches }) => batches.length > 0);
  }, 240_000);

  it('job: opens when its Job has completed, and deletes its Jobs', async () => {
    const containers = [{ name: 'smoke', image: 'registry.example/smoke:3' }];
    const template = { metadata: { annotations: duration }, spec: { ...onKwok, containers } };
    const namespace = await startPlan('job', {}, [{ name: 'smoke', timeoutSeconds: 60, job: { template } }]);
    await until(namespace, 'both nodes', succeeded);
    await waitFor(async () => (await kubectl.list('jobs', namespace, `${LABELS.gate}=smoke`)).length === 0, {
      ...{ what: 'no Job of the gate to be left', timeoutMs: 30_000, intervalMs: 500 },
    });
  }, 240_000);

  it('object: an expression that is no CEL is not accepted', async () => {
    const object = { apiVersion: 'v1', kind: 'Node', name: 'any', expression: 'object.status ==' };
    const namespace = await startPlan('invalid', {}, [{ name: 'broken', object }]);
    const { plan } = await until(namespace, 'the refusal', reads('GateInvalid'));
    expect(findCondition(plan, 'Accepted')).toMatchObject({ status: 'False', reason: 'GateInvalid' });
  }, 60_000);
});
