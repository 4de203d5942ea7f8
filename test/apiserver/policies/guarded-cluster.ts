import { fileURLToPath } from 'node:url';
import { startCluster, type Cluster } from '../../cluster/cluster.ts';
import { waitFor } from '../../cluster/wait-for.ts';
import { callerAs, callerWithToken, type Answer, type Caller } from './caller.ts';

/** Namespace of the plan in these tests. */
export const NAMESPACE = 'fleet';
/** Path of Baton's API. */
export const BATON_API = 'apis/baton.dev/v1alpha1';
/** Path of the namespaced kinds of an API. */
export function inFleet(api: string, resource: string): string {
  return `/${api}/namespaces/${NAMESPACE}/${resource}`;
}

/** A pod whose token somebody holds. */
export interface PodIdentity {
  readonly caller: Caller;
  readonly podUid: string;
}

/** A real API server with the chart installed, in which RBAC lets every ServiceAccount do everything: what is refused, a policy refused. */
export interface GuardedCluster {
  readonly cluster: Cluster;
  readonly admin: Caller;
  /** The operator's ServiceAccount. */
  readonly operator: Caller;
  /** Makes a pod of this ServiceAccount on this node and gives a token that is bound to it. */
  readonly podOn: (node: string, serviceAccount: string, name: string) => Promise<PodIdentity>;
  /** A token of this ServiceAccount that is bound to no pod. */
  readonly unbound: (serviceAccount: string) => Promise<Caller>;
}

const BATON_OBJECT = { apiVersion: 'baton.dev/v1alpha1' };
const CHART = fileURLToPath(new URL('../../../charts/baton', import.meta.url));

/** Starts it under a name of its own; two nodes, node-a and node-b, are there as objects. */
export async function startGuardedCluster(name: string): Promise<GuardedCluster> {
  const cluster = await startCluster({ name, controlPlaneOnly: true });
  try {
    return await guard(cluster);
  } catch (error) {
    await cluster.stop();
    throw error;
  }
}

async function guard(cluster: Cluster): Promise<GuardedCluster> {
  const admin = callerAs(cluster);
  const installed = await cluster.helm(['install', 'baton', CHART, '--namespace', 'baton-system', '--create-namespace']);
  if (installed.code !== 0) throw new Error(`helm install failed: ${installed.stderr}`);
  await must(admin.create('/api/v1/namespaces', { metadata: { name: NAMESPACE } }));
  for (const node of ['node-a', 'node-b']) await must(admin.create('/api/v1/nodes', { metadata: { name: node } }));
  for (const account of ['baton-agent', 'baton-reporter', 'somebody']) {
    await must(admin.create(inFleet('api/v1', 'serviceaccounts'), { metadata: { name: account } }));
  }
  await must(
    admin.create('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'everything-for-every-pod' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'system:serviceaccounts' }],
    }),
  );
  const guarded: GuardedCluster = {
    cluster,
    admin,
    operator: callerAs(cluster, 'system:serviceaccount:baton-system:baton-operator'),
    podOn: async (node, serviceAccount, pod) => {
      const container = { name: 'c', image: 'registry.example/none' };
      const spec = { nodeName: node, serviceAccountName: serviceAccount, containers: [container] };
      const created = await must(admin.create(inFleet('api/v1', 'pods'), { metadata: { name: pod }, spec }));
      const podUid = created.object.metadata?.uid ?? '';
      const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: pod, uid: podUid };
      return { podUid, caller: await tokenOf(cluster, admin, serviceAccount, { boundObjectRef }) };
    },
    unbound: (serviceAccount) => tokenOf(cluster, admin, serviceAccount, {}),
  };
  await policiesInForce(guarded);
  return guarded;
}

async function tokenOf(cluster: Cluster, admin: Caller, serviceAccount: string, spec: object): Promise<Caller> {
  const path = `${inFleet('api/v1', 'serviceaccounts')}/${serviceAccount}/token`;
  const granted = await must(admin.create(path, { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenRequest', spec }));
  const { token } = granted.object['status'] as { readonly token: string };
  return callerWithToken(cluster, token);
}

/** The API server takes a moment to know a policy; each one is asked with a dry run that it has to refuse or change. */
async function policiesInForce({ admin, unbound }: GuardedCluster): Promise<void> {
  const somebody = await unbound('somebody');
  const metadata = { name: 'probe', labels: { 'baton.dev/plan': 'probe' } };
  const event = {
    metadata,
    regarding: { namespace: NAMESPACE },
    eventTime: '2026-01-01T00:00:00.000000Z',
    action: 'a',
    reason: 'R',
    type: 'Normal',
  };
  const plainEvent = { ...event, metadata: { name: 'probe' } };
  const telling = { reportingController: 'baton.dev/agent', reportingInstance: 'x' };
  const reporting = { reportingController: 'baton.dev/reporter', reportingInstance: 'x' };
  const action = { ...BATON_OBJECT, kind: 'UpgradeAction', metadata, spec: { plan: 'p', action: 'Release', nodes: ['n'] } };
  const forged = { ...action, spec: { ...action.spec, requestedBy: 'x' } };
  const probes: readonly (readonly [string, () => Promise<Answer>])[] = [
    ['reports', () => somebody.create(dryRun('apis/events.k8s.io/v1', 'events'), { ...event, ...reporting })],
    ['agent-events', () => somebody.create(dryRun('apis/events.k8s.io/v1', 'events'), { ...plainEvent, ...telling })],
    ['leases', () => somebody.create(dryRun('apis/coordination.k8s.io/v1', 'leases'), { metadata })],
    ['batches', () => somebody.create(dryRun(BATON_API, 'upgradebatches'), aBatch('probe'))],
    ['claims', () => somebody.merge('/api/v1/nodes/node-a?dryRun=All', { metadata: { labels: { 'baton.dev/claim': 'x' } } })],
    ['plans', () => admin.create(dryRun(BATON_API, 'upgradeplans'), aPlan('probe', 'baton-agent'))],
    ['actions', () => admin.create(dryRun(BATON_API, 'upgradeactions'), forged)],
  ];
  for (const [policy, probe] of probes) {
    await untilTrue(`baton-${policy}`, probe, (answer) => answer.message.includes('ValidatingAdmissionPolicy'));
  }
  // Without the stamp the validating policy refuses an action that does not say who asked.
  await untilTrue('baton-actions-stamp', () => admin.create(dryRun(BATON_API, 'upgradeactions'), action), isSuccess);
}

async function untilTrue(policy: string, probe: () => Promise<Answer>, enforced: (answer: Answer) => boolean): Promise<void> {
  let last = '';
  const options = { what: `the policy ${policy} to be in force`, timeoutMs: 20_000, explain: () => `last answer: ${last}` };
  await waitFor(async () => {
    const answer = await probe();
    last = `${answer.status} ${answer.message}`;
    return enforced(answer);
  }, options);
}

function dryRun(api: string, resource: string): string {
  return `${inFleet(api, resource)}?dryRun=All`;
}

function isSuccess(answer: Answer): boolean {
  return answer.status < 300;
}
/** Lets an answer pass that has to be a success. */
export async function must(call: Promise<Answer>): Promise<Answer> {
  const answer = await call;
  if (!isSuccess(answer)) throw new Error(`The API server answered ${answer.status}: ${answer.message}`);
  return answer;
}

/** A batch that the schema accepts. */
export function aBatch(name: string): object {
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradeBatch',
    metadata: { name },
    spec: {
      ...{ plan: 'os', planUid: 'u', revision: 'r', version: '1', index: 1, step: 0, planNodes: 1 },
      nodes: [{ name: 'node-a', uid: 'u', processes: ['os'] }],
      processes: [{ name: 'os', disruption: 'Drain', report: 'None', deadlineSeconds: 60, template: { spec: {} } }],
    },
  };
}

/** A plan that the schema accepts. */
export function aPlan(name: string, serviceAccountName?: string): object {
  const account = serviceAccountName === undefined ? {} : { serviceAccountName };
  const template = { spec: { ...account, restartPolicy: 'Never', containers: [{ name: 'c', image: 'registry.example/os:1' }] } };
  return {
    apiVersion: 'baton.dev/v1alpha1',
    kind: 'UpgradePlan',
    metadata: { name },
    spec: { version: '1', allNodes: true, batches: [{ size: 1 }], processes: [{ name: 'os', job: { template } }] },
  };
}
