import { request as send, Agent } from 'undici';
import type { RefusalName } from '../../src/simulator/api-server/refusals.ts';
import { waitFor } from '../cluster/wait-for.ts';
import type { Exchange } from './api.ts';
import { configMap, configMaps } from './case.ts';
import type { RealServer } from './servers.ts';
import { startWebhook, type Verdict } from './webhook.ts';

/** A request that a server refused. */
export interface Refused {
  readonly path: string;
  readonly body?: unknown;
  readonly answer: Exchange;
}

type Provoke = (server: RealServer, namespace: string) => Promise<Refused>;

/** Refusals that one kube-apiserver with one etcd does not give, or only after 34 s. */
export const NOT_PROVOKED: readonly RefusalName[] = ['StorageTimedOut', 'EtcdTimedOut', 'EtcdLeaderChanged', 'BadGateway'];

const ADMISSION = '/apis/admissionregistration.k8s.io/v1';
const FLOW = '/apis/flowcontrol.apiserver.k8s.io/v1';
const CONTAINER = { name: 'upgrade', image: 'registry.example/os' };
const FRIDAYS = 'no upgrades on Fridays';

async function post({ api }: RealServer, path: string, body: unknown): Promise<Refused> {
  return { path, body, answer: await api.exchange('POST', path, body) };
}

/** Sends a request with a dry run until something refuses it: the server takes a moment to know policies and webhooks. */
async function untilRefused(attempt: () => Promise<Refused>): Promise<Refused> {
  let last: Refused | undefined;
  await waitFor(
    async () => {
      last = await attempt();
      return last.answer.status >= 400;
    },
    { what: 'the request to be refused', timeoutMs: 20_000 },
  );
  if (last === undefined) throw new Error('nothing was attempted');
  return last;
}

function pod(name: string, spec: object = {}): unknown {
  return { metadata: { name }, spec: { restartPolicy: 'Never', containers: [CONTAINER], ...spec } };
}

async function withHook(server: RealServer, namespace: string, url: string, act: () => Promise<Refused>): Promise<Refused> {
  const path = `${ADMISSION}/validatingwebhookconfigurations`;
  const labels = { 'kubernetes.io/metadata.name': namespace };
  await server.api.post(path, {
    metadata: { name: namespace },
    webhooks: [
      {
        name: 'hook.example.com',
        clientConfig: { url, caBundle: server.ca.toString('base64') },
        namespaceSelector: { matchLabels: labels },
        rules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['configmaps'] }],
        ...{ sideEffects: 'None', admissionReviewVersions: ['v1'], timeoutSeconds: 2 },
      },
    ],
  });
  try {
    return await act();
  } finally {
    await server.api.delete(`${path}/${namespace}`);
  }
}

/** A ConfigMap that a webhook refuses. */
function hooked(verdict: Verdict): Provoke {
  return async (server, namespace) => {
    const hook = await startWebhook(server.cluster.name, verdict);
    try {
      return await withHook(server, namespace, hook.url, () => untilRefused(() => dryRun(server, namespace)));
    } finally {
      hook.close();
    }
  };
}

function dryRun(server: RealServer, namespace: string): Promise<Refused> {
  return post(server, `${configMaps(namespace)}?dryRun=All`, configMap('a'));
}

async function quota({ api }: RealServer, namespace: string, hard: object, used: object): Promise<void> {
  const path = `/api/v1/namespaces/${namespace}/resourcequotas`;
  await api.post(path, { metadata: { name: 'quota' }, spec: { hard } });
  await api.merge(`${path}/quota/status`, { status: { hard, used } });
}

/** How to make a real server refuse a request in each of these ways. */
export const PROVOCATIONS: Readonly<Partial<Record<RefusalName, Provoke>>> = {
  PolicyDenied: async (server, namespace) => {
    const { api } = server;
    const resourceRules = [{ apiGroups: ['batch'], apiVersions: ['v1'], operations: ['CREATE'], resources: ['jobs'] }];
    await api.post(`${ADMISSION}/validatingadmissionpolicies`, {
      metadata: { name: 'no-upgrades' },
      spec: {
        matchConstraints: { resourceRules },
        validations: [{ expression: 'false', message: FRIDAYS }],
      },
    });
    await api.post(`${ADMISSION}/validatingadmissionpolicybindings`, {
      metadata: { name: 'no-upgrades' },
      spec: {
        policyName: 'no-upgrades',
        validationActions: ['Deny'],
        matchResources: { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': namespace } } },
      },
    });
    const job = { metadata: { name: 'job' }, spec: { template: pod('p') } };
    return untilRefused(() => post(server, `/apis/batch/v1/namespaces/${namespace}/jobs?dryRun=All`, job));
  },
  WebhookDenied: hooked({ message: FRIDAYS }),
  WebhookForbade: hooked({ message: FRIDAYS, code: 403 }),
  WebhookUnreachable: (server, namespace) =>
    withHook(server, namespace, 'https://127.0.0.1:9/validate', () => untilRefused(() => dryRun(server, namespace))),
  WebhookTimedOut: hooked('silent'),
  QuotaExceeded: async (server, namespace) => {
    await quota(server, namespace, { 'count/configmaps': '5' }, { 'count/configmaps': '5' });
    return untilRefused(() => dryRun(server, namespace));
  },
  QuotaNeedsLimits: async (server, namespace) => {
    await quota(server, namespace, { 'limits.cpu': '5' }, { 'limits.cpu': '0' });
    return untilRefused(() => post(server, `/api/v1/namespaces/${namespace}/pods?dryRun=All`, pod('p')));
  },
  PodSecurityViolated: async (server, namespace) => {
    await server.api.merge(`/api/v1/namespaces/${namespace}`, {
      metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
    });
    const securityContext = {
      ...{ allowPrivilegeEscalation: false, runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } },
      capabilities: { drop: ['ALL'] },
    };
    const host = pod('p', { hostPID: true, containers: [{ ...CONTAINER, securityContext }] });
    return untilRefused(() => post(server, `/api/v1/namespaces/${namespace}/pods?dryRun=All`, host));
  },
  NamespaceTerminating: async (server, namespace) => {
    await server.api.delete(`/api/v1/namespaces/${namespace}`);
    return dryRun(server, namespace);
  },
  Unauthorized: async (server, namespace) => {
    const dispatcher = new Agent({ connect: { ca: server.ca } });
    const path = configMaps(namespace);
    const headers = { authorization: 'Bearer expired' };
    const { statusCode, ...response } = await send(new URL(path, server.cluster.server), { dispatcher, headers });
    const answer = { status: statusCode, headers: response.headers, text: await response.body.text() };
    await dispatcher.close();
    return { path, answer };
  },
  TooManyRequests: async (server, namespace) => {
    const { api } = server;
    const limited = {
      nominalConcurrencyShares: 0,
      lendablePercent: 0,
      borrowingLimitPercent: 0,
      limitResponse: { type: 'Reject' },
    };
    await api.post(`${FLOW}/prioritylevelconfigurations`, { metadata: { name: 'narrow' }, spec: { type: 'Limited', limited } });
    const rules = {
      subjects: [{ kind: 'User', user: { name: 'crowd' } }],
      resourceRules: [{ ...ANYTHING, clusterScope: true, namespaces: ['*'] }],
    };
    const spec = { matchingPrecedence: 10, priorityLevelConfiguration: { name: 'narrow' }, rules: [rules] };
    await api.post(`${FLOW}/flowschemas`, { metadata: { name: 'narrow' }, spec });
    await api.post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
      metadata: { name: 'crowd' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'crowd' }],
    });
    const crowd = api.as({ user: 'crowd' });
    const path = configMaps(namespace);
    const hook = await startWebhook(server.cluster.name, 'silent');
    // A request always gets through when no other runs: one waits for the webhook, a second one comes meanwhile.
    return withHook(server, namespace, hook.url, () =>
      untilRefused(async () => {
        const [, answer] = await Promise.all([crowd.exchange('POST', path, configMap('b')), crowd.exchange('GET', path)]);
        return { path, answer };
      }),
    ).finally(hook.close);
  },
  BudgetExhausted: async (server, namespace) => {
    const { api } = server;
    const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
    const pods = `/api/v1/namespaces/${namespace}/pods`;
    const { spec } = pod('p') as { readonly spec: object };
    await api.post(pods, { metadata: { name: 'p', labels: { a: 'b' } }, spec });
    await api.merge(`${pods}/p/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } });
    await api.post(budgets, { metadata: { name: 'budget' }, spec: { minAvailable: 2, selector: { matchLabels: { a: 'b' } } } });
    const status = { observedGeneration: 1, disruptionsAllowed: 0, expectedPods: 2, currentHealthy: 2, desiredHealthy: 2 };
    await api.merge(`${budgets}/budget/status`, { status });
    const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'p' } };
    return untilRefused(() => post(server, `${pods}/p/eviction?dryRun=All`, eviction));
  },
  Conflict: async ({ api }, namespace) => {
    await api.post(configMaps(namespace), configMap('a'));
    const path = `${configMaps(namespace)}/a`;
    return { path, answer: await api.exchange('PUT', path, configMap('a', { metadata: { resourceVersion: '1' } })) };
  },
  PatchTestFailed: async ({ api }, namespace) => {
    await api.post(configMaps(namespace), configMap('a'));
    const path = `${configMaps(namespace)}/a`;
    const operations = [{ op: 'test', path: '/metadata/uid', value: 'another' }];
    return { path, answer: await api.exchange('PATCH', path, operations, 'application/json-patch+json') };
  },
  ServiceUnavailable: async ({ api }, namespace) => {
    const path = '/apis/gone.example.com/v1/things';
    await api.post('/apis/apiregistration.k8s.io/v1/apiservices', {
      metadata: { name: 'v1.gone.example.com' },
      spec: {
        ...{ group: 'gone.example.com', version: 'v1', groupPriorityMinimum: 10, versionPriority: 10 },
        insecureSkipTLSVerify: true,
        service: { name: 'gone', namespace },
      },
    });
    const known = async (): Promise<Refused> => ({ path, answer: await api.exchange('GET', path) });
    return waitUntil(known, ({ answer }) => answer.status !== 404);
  },
  TimedOut: ({ api }, namespace) => {
    const path = configMaps(namespace);
    // The server may also end the stream without an answer, when the handler notices the deadline first, or answer in time.
    const noAnswer = { status: 0, headers: {}, text: '' };
    const attempt = async (): Promise<Refused> => ({
      path,
      answer: await api.exchange('GET', `${path}?timeout=1ms`).catch(() => noAnswer),
    });
    return waitUntil(attempt, ({ answer }) => answer.status >= 400);
  },
  ObjectTooLarge: (server, namespace) => post(server, `/api/v1/namespaces/${namespace}/pods`, withEnvironment(2_000_000)),
  BodyTooLarge: (server, namespace) => post(server, `/api/v1/namespaces/${namespace}/pods`, withEnvironment(4_000_000)),
};

const ANYTHING = { verbs: ['*'], apiGroups: ['*'], resources: ['*'] };

function withEnvironment(bytes: number): unknown {
  return pod('p', { containers: [{ ...CONTAINER, env: [{ name: 'LARGE', value: 'x'.repeat(bytes) }] }] });
}

async function waitUntil(attempt: () => Promise<Refused>, accepted: (refused: Refused) => boolean): Promise<Refused> {
  let last = await attempt();
  const again = async (): Promise<boolean> => {
    last = await attempt();
    return accepted(last);
  };
  if (!accepted(last)) await waitFor(again, { what: 'the expected answer', timeoutMs: 20_000 });
  return last;
}
