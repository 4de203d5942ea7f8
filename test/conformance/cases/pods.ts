import type { Answer, Api } from '../api.ts';
import { casesOf } from '../case.ts';

const CONTAINER = { name: 'c', image: 'busybox' };

function pods(namespace: string): string {
  return `/api/v1/namespaces/${namespace}/pods`;
}

function pod(name: string, spec: object = {}, labels?: Readonly<Record<string, string>>): unknown {
  return { metadata: { name, ...(labels === undefined ? {} : { labels }) }, spec: { containers: [CONTAINER], ...spec } };
}

async function running(api: Api, namespace: string, name = 'p', ready = 'True'): Promise<string> {
  await api.post(pods(namespace), pod(name, { nodeName: 'n1' }, { a: 'b' }));
  const path = `${pods(namespace)}/${name}`;
  await api.merge(`${path}/status`, { status: { phase: 'Running', conditions: [{ type: 'Ready', status: ready }] } });
  return path;
}

async function budget(api: Api, namespace: string, name: string, status: object): Promise<string> {
  const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
  await api.post(budgets, { metadata: { name }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } });
  await api.merge(`${budgets}/${name}/status`, { status });
  return `${budgets}/${name}`;
}

function evict(api: Api, path: string, deleteOptions?: object): Promise<Answer> {
  const name = path.split('/').at(-1);
  return api.post(`${path}/eviction`, {
    apiVersion: 'policy/v1',
    kind: 'Eviction',
    metadata: { name },
    ...(deleteOptions === undefined ? {} : { deleteOptions }),
  });
}

const FULL = {
  priorityClassName: 'system-node-critical',
  serviceAccountName: 'default',
  hostPID: true,
  hostNetwork: false,
  restartPolicy: 'Never',
  tolerations: [{ operator: 'Exists' }],
  nodeSelector: { 'kubernetes.io/hostname': 'n1' },
  initContainers: [
    {
      name: 'i',
      image: 'registry.example.com:5000/tool@sha256:0123456789012345678901234567890123456789012345678901234567890123',
    },
  ],
  containers: [
    {
      name: 'c',
      image: 'registry.example.com:5000/tool:1.2',
      env: [
        { name: 'NODE', valueFrom: { fieldRef: { fieldPath: 'spec.nodeName' } } },
        { name: 'EMPTY', value: '' },
        { name: 'SOME', value: 'x' },
      ],
      ports: [{ containerPort: 80 }],
      readinessProbe: { httpGet: { port: 80 } },
      livenessProbe: { exec: { command: ['true'] }, periodSeconds: 3 },
      resources: { requests: { cpu: '1' } },
      securityContext: { privileged: true },
      volumeMounts: [{ name: 'host', mountPath: '/host' }],
    },
  ],
  volumes: [
    { name: 'host', hostPath: { path: '/' } },
    { name: 'secret', secret: { secretName: 's' } },
    { name: 'map', configMap: { name: 'm', optional: true } },
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 't' } }] } },
    { name: 'empty', emptyDir: {} },
    { name: 'none' },
  ],
};

const READY_TO_GIVE = { observedGeneration: 1, disruptionsAllowed: 1, expectedPods: 2, currentHealthy: 2, desiredHealthy: 1 };
const EXHAUSTED = { ...READY_TO_GIVE, disruptionsAllowed: 0, expectedPods: 1, currentHealthy: 1 };

export const podCases = casesOf([
  {
    name: 'A small pod gets its defaults.',
    run: (api, namespace) => api.post(pods(namespace), pod('p')),
  },
  {
    name: 'A large pod gets its defaults.',
    run: (api, namespace) => api.post(pods(namespace), { metadata: { name: 'p' }, spec: FULL }),
  },
  {
    name: 'The spec of a pod cannot be changed, but for images and tolerations.',
    run: async (api, namespace) => {
      await api.post(pods(namespace), pod('p'));
      const path = `${pods(namespace)}/p`;
      return [
        await api.merge(path, { spec: { nodeName: 'n1' } }),
        await api.patch(path, [{ op: 'replace', path: '/spec/containers/0/image', value: 'busybox:2' }]),
        await api.merge(path, { metadata: { labels: { x: '1' } } }),
        await api.merge(`${path}/status`, { status: { phase: 'Running' }, metadata: { labels: { y: '1' } } }),
      ];
    },
  },
  {
    name: 'A pod is bound to a node once.',
    run: async (api, namespace) => {
      await api.post(pods(namespace), pod('p'));
      const path = `${pods(namespace)}/p`;
      const binding = { apiVersion: 'v1', kind: 'Binding', metadata: { name: 'p' }, target: { kind: 'Node', name: 'n1' } };
      return [await api.post(`${path}/binding`, binding), await api.post(`${path}/binding`, binding), await api.get(path)];
    },
  },
  {
    name: 'Pods are selected by node and phase.',
    run: async (api, namespace) => {
      await running(api, namespace);
      await api.post(pods(namespace), pod('other'));
      const queries = [
        'spec.nodeName%3Dn1',
        'spec.nodeName!%3D',
        'spec.nodeName%3D',
        'status.phase%3DPending',
        'spec.nodeName!%3D,status.phase!%3DRunning',
      ];
      const answers = await Promise.all(queries.map((query) => api.get(`${pods(namespace)}?fieldSelector=${query}`)));
      return answers.map(({ body }) => body.items.map(({ metadata }) => metadata.name));
    },
  },
  {
    name: 'A pod without a node is gone at once, and a watch sees it marked before.',
    run: async (api, namespace) => {
      const { body } = await api.post(pods(namespace), pod('p'));
      const deleted = await api.delete(`${pods(namespace)}/p`);
      const version = body.metadata.resourceVersion;
      return [deleted, await api.watch(`${pods(namespace)}?watch=true&resourceVersion=${version}`, { events: 2 })];
    },
  },
  {
    name: 'A pod on a node has a grace period, which later deletes can only shorten.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      return [
        await api.delete(path, { gracePeriodSeconds: 50 }),
        await api.delete(path, { gracePeriodSeconds: 20 }),
        await api.delete(path, { gracePeriodSeconds: 40 }),
        await api.delete(path),
        await api.delete(path, { gracePeriodSeconds: 0 }),
        await api.get(path),
      ];
    },
  },
  {
    name: 'A pod that has ended is gone at once.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      await api.merge(`${path}/status`, { status: { phase: 'Succeeded' } });
      return [(await api.delete(path)).status, (await api.get(path)).status];
    },
  },
  {
    name: 'An eviction without a budget deletes, and says why on the pod.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      return [await evict(api, path), await api.get(path), await evict(api, path)];
    },
  },
  {
    name: 'An eviction names its pod, which has to exist.',
    run: async (api, namespace) => [
      await evict(api, `${pods(namespace)}/none`),
      await api.post(`${await running(api, namespace)}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: 'other' },
      }),
    ],
  },
  {
    name: 'A dry run of an eviction deletes nothing.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      return [await evict(api, path, { dryRun: ['All'] }), await api.get(path)];
    },
  },
  {
    name: 'A budget that has nothing left refuses with 429.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      await budget(api, namespace, 'pdb', EXHAUSTED);
      return [await evict(api, path), await evict(api, path, { dryRun: ['All'] }), await api.get(path)];
    },
  },
  {
    name: 'A budget that its controller has not seen refuses with 429.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      await budget(api, namespace, 'pdb', {});
      return evict(api, path);
    },
  },
  {
    name: 'A budget counts what it allowed.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      const other = await running(api, namespace, 'q');
      const pdb = await budget(api, namespace, 'pdb', READY_TO_GIVE);
      return [await evict(api, path), await api.get(pdb), await evict(api, other)];
    },
  },
  {
    name: 'A pod that is not Ready may go when enough others are healthy.',
    run: async (api, namespace) => {
      const path = await running(api, namespace, 'p', 'False');
      const pdb = await budget(api, namespace, 'pdb', EXHAUSTED);
      return [await evict(api, path), await api.get(pdb)];
    },
  },
  {
    name: 'A pod that is not Ready has to stay when too few others are healthy, unless the budget always allows it.',
    run: async (api, namespace) => {
      const path = await running(api, namespace, 'p', 'False');
      const pdb = await budget(api, namespace, 'pdb', { ...EXHAUSTED, currentHealthy: 0 });
      const refused = await evict(api, path);
      await api.merge(pdb, { spec: { unhealthyPodEvictionPolicy: 'AlwaysAllow' } });
      return [refused, await evict(api, path)];
    },
  },
  {
    name: 'Two budgets for one pod are an error.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      await budget(api, namespace, 'one', READY_TO_GIVE);
      await budget(api, namespace, 'two', READY_TO_GIVE);
      return evict(api, path);
    },
  },
  {
    name: 'Pods that are pending or have ended need no budget.',
    run: async (api, namespace) => {
      const path = await running(api, namespace);
      await budget(api, namespace, 'pdb', EXHAUSTED);
      await api.merge(`${path}/status`, { status: { phase: 'Failed' } });
      await api.post(pods(namespace), pod('pending', { nodeName: 'n1' }, { a: 'b' }));
      return [await evict(api, path), await evict(api, `${pods(namespace)}/pending`)];
    },
  },
]);
