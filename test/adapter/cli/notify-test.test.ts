import { beforeEach, describe, expect, it } from '@jest/globals';
import { testPlan, type TestOutcome, type TestPlanInput } from '../../../src/cli/notify/test-plan.ts';
import { KubeError } from '../../../src/kube/client/kube-error.ts';
import { aPlan } from '../../unit/core/rollout/support/objects.ts';

const SETTINGS = {
  ...{ BATON_IMAGE: 'registry.example/baton:0.1.0', BATON_IMAGE_PULL_POLICY: 'IfNotPresent', BATON_SINK_ALLOW: 'hooks.example' },
  ...{ BATON_AGENT_RESOURCES: '{"limits":{"memory":"256Mi"}}', BATON_CLUSTER_NAME: 'prod' },
};
const sink = {
  name: 'ops',
  webhook: { url: 'https://hooks.example/', signingSecretRef: { name: 'ops-webhook', key: 'secret' } },
};

let objects: Record<string, object>;
let created: { path: string; body: Record<string, unknown> }[];
let deleted: string[];
/** What the Pod's status is, poll by poll. */
let statuses: object[];
let clock: number;

beforeEach(() => {
  const plan = aPlan();
  const env = Object.entries(SETTINGS).map(([name, value]) => ({ name, value }));
  objects = {
    '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans/kernel': {
      ...plan,
      metadata: { ...plan.metadata, name: 'kernel', namespace: 'fleet' },
      spec: { ...plan.spec, notify: { agent: { nodeSelector: { matchLabels: { egress: 'yes' } } }, sinks: [sink] } },
    },
    '/apis/apps/v1/namespaces/baton-system/deployments/baton-operator': {
      spec: { template: { spec: { containers: [{ env }] } } },
    },
  };
  [created, deleted, statuses, clock] = [[], [], [ended([{ sink: 'ops', outcome: 'Delivered' }])], 0];
});

/** The status of a Pod whose container has ended with these results. */
function ended(results: unknown, phase = 'Succeeded'): object {
  const message = typeof results === 'string' ? results : JSON.stringify(results);
  return { phase, containerStatuses: [{ state: { terminated: { message } } }] };
}

function run(changes: Partial<TestPlanInput> = {}): Promise<TestOutcome> {
  const client = {
    get: <T>(path: string): Promise<T> => {
      const pod = path.endsWith('/pods/test-1') ? { spec: { nodeName: 'node-7' }, status: statuses.shift() } : undefined;
      const object = pod ?? objects[path];
      const gone = new KubeError('not found', { code: 404, reason: 'NotFound' });
      return object === undefined ? Promise.reject(gone) : Promise.resolve(object as T);
    },
    create: <T>(path: string, body: unknown): Promise<T> => {
      created.push({ path, body: body as Record<string, unknown> });
      return Promise.resolve({ metadata: { name: 'test-1' } } as T);
    },
    delete: (path: string): Promise<void> => {
      deleted.push(path);
      return Promise.resolve();
    },
  };
  const sleep = (ms: number): Promise<void> => {
    clock += ms;
    return Promise.resolve();
  };
  const input = { namespace: 'fleet', plan: 'kernel', sink: undefined, node: undefined, operatorNamespace: 'baton-system' };
  return testPlan({ client, monotonic: () => clock, sleep }, { ...input, timeoutMs: 3000, ...changes });
}

describe('baton notify test', () => {
  it("sends from one of the plan's nodes, with the operator's settings and the sinks' Secrets, and no credentials", async () => {
    await expect(run()).resolves.toEqual({ kind: 'Delivered', lines: ['ops: delivered from the node node-7'] });
    expect(created.map(({ path }) => path)).toEqual(['/api/v1/namespaces/fleet/pods']);
    expect(created[0]?.body['spec']).toMatchObject({
      automountServiceAccountToken: false,
      affinity: {
        nodeAffinity: {
          requiredDuringSchedulingIgnoredDuringExecution: {
            nodeSelectorTerms: [
              { matchExpressions: expect.arrayContaining([{ key: 'egress', operator: 'In', values: ['yes'] }]) },
            ],
          },
        },
      },
      containers: [
        {
          image: 'registry.example/baton:0.1.0',
          args: ['agent', '--test'],
          env: expect.arrayContaining([{ name: 'BATON_SINK_ALLOW', value: 'hooks.example' }]),
          volumeMounts: [{ name: 'sink-ops', mountPath: '/var/run/baton/sinks/ops', readOnly: true }],
        },
      ],
    });
    expect(deleted).toEqual(['/api/v1/namespaces/fleet/pods/test-1']);
  });

  it("tests the plan's shared sinks, which it reads with the user's permissions", async () => {
    const path = '/apis/baton.dev/v1alpha1/namespaces/fleet/upgradeplans/kernel';
    const plan = aPlan({ notify: { sinksFrom: [{ configMapRef: { name: 'shared' } }] } }, { name: 'kernel', namespace: 'fleet' });
    objects = { ...objects, [path]: plan };
    await expect(run()).resolves.toEqual({
      kind: 'Misused',
      lines: ['ConfigMap shared not found in the namespace fleet: spec.notify.sinksFrom of the plan names it.'],
    });
    objects['/api/v1/namespaces/fleet/configmaps/shared'] = { data: { 'sinks.yaml': JSON.stringify([sink]) } };
    await expect(run()).resolves.toMatchObject({ kind: 'Delivered' });
    const volumes = [{ name: 'sink-ops' }, { name: 'shared-sinks' }];
    expect(created[0]?.body['spec']).toMatchObject({ volumes });
  });

  it('waits for the Pod and says which sink did not accept the sample and why', async () => {
    const failed = { sink: 'ops', outcome: 'Failed', reason: 'SecretMissing', message: 'the signing secret is missing' };
    statuses = [{ phase: 'Pending' }, ended([failed], 'Failed')];
    const line = 'ops: FAILED from the node node-7, SecretMissing: the signing secret is missing';
    await expect(run()).resolves.toEqual({ kind: 'Failed', lines: [line] });
  });

  it('says why the Pod does not start and deletes it', async () => {
    const waiting = { reason: 'ImagePullBackOff', message: 'no such image' };
    statuses = Array.from({ length: 9 }, () => ({ phase: 'Pending', containerStatuses: [{ state: { waiting } }] }));
    const outcome = await run();
    expect(outcome).toEqual({ kind: 'Failed', lines: ['The Pod test-1 did not finish within 3 s: ImagePullBackOff.'] });
    expect(deleted).toHaveLength(1);
  });

  it('shows the last log lines of a Pod that crashed', async () => {
    statuses = [ended('BATON_SINK_ALLOW is invalid', 'Failed')];
    await expect(run()).resolves.toMatchObject({ lines: [expect.stringContaining('BATON_SINK_ALLOW is invalid')] });
  });

  it.each<readonly [string, Partial<TestPlanInput>, RegExp]>([
    ['a plan that does not exist', { plan: 'kernels' }, /UpgradePlan kernels not found in the namespace fleet/],
    ['a sink that the plan does not have', { sink: 'chat' }, /no sink chat: its sinks are ops/],
    ['an operator that does not exist', { operatorNamespace: 'elsewhere' }, /--operator-namespace/],
  ])('creates no Pod for %s and says what is wrong', async (_title, changes, line) => {
    await expect(run(changes)).resolves.toEqual({ kind: 'Misused', lines: [expect.stringMatching(line)] });
    expect(created).toEqual([]);
  });
});
