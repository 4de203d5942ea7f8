import type { Answer, Api } from '../api.ts';
import { casesOf, configMap, configMaps } from '../case.ts';

const CONTAINERS = [
  {
    name: 'a',
    image: 'busybox',
    env: [
      { name: 'X', value: '1' },
      { name: 'Y', value: '2' },
    ],
    ports: [{ containerPort: 80 }, { containerPort: 81 }],
  },
  { name: 'b', image: 'busybox' },
  { name: 'c', image: 'busybox' },
];

const TEMPLATE = {
  metadata: { labels: { a: 'b' } },
  spec: {
    containers: CONTAINERS,
    volumes: [{ name: 'v', emptyDir: {} }],
    tolerations: [{ key: 'k', operator: 'Exists' }],
    nodeSelector: { x: '1' },
  },
};

/** Patches a Deployment, and shows what the patch is about. */
async function patched(api: Api, namespace: string, template: object): Promise<unknown> {
  const path = `/apis/apps/v1/namespaces/${namespace}/deployments`;
  await api.post(path, {
    metadata: { name: 'd' },
    spec: { selector: { matchLabels: { a: 'b' } }, template: TEMPLATE, strategy: { type: 'RollingUpdate' } },
  });
  return specOf(await api.strategic(`${path}/d`, { spec: { template } }));
}

function specOf({ status, body }: Answer): unknown {
  // Its message shows maps in the notation of Go.
  if (status === 500) return { status };
  return status === 200 ? (body as unknown as { readonly spec: unknown }).spec : { status, ...body };
}

/** What a patch does to the Pod template of a Deployment. */
const TEMPLATES: Readonly<Record<string, object>> = {
  'merges containers by their names': { spec: { containers: [{ name: 'b', image: 'nginx' }] } },
  'adds a container': { spec: { containers: [{ name: 'd', image: 'nginx', env: null }] } },
  'puts the elements of the patch in its order': {
    spec: {
      containers: [
        { name: 'c', image: 'nginx' },
        { name: 'a', image: 'nginx' },
      ],
    },
  },
  'puts new elements before old ones': {
    spec: {
      containers: [
        { name: 'new', image: 'nginx' },
        { name: 'b', image: 'nginx' },
      ],
    },
  },
  'orders elements as $setElementOrder says': {
    spec: {
      '$setElementOrder/containers': [{ name: 'c' }, { name: 'd' }, { name: 'a' }],
      containers: [{ name: 'd', image: 'nginx' }],
    },
  },
  'orders elements that it does not change': { spec: { '$setElementOrder/containers': [{ name: 'c' }, { name: 'a' }] } },
  'does not take elements in another order than its own': {
    spec: {
      '$setElementOrder/containers': [{ name: 'a' }, { name: 'b' }],
      containers: [
        { name: 'b', image: 'nginx' },
        { name: 'a', image: 'nginx' },
      ],
    },
  },
  'deletes a container': { spec: { containers: [{ name: 'b', $patch: 'delete' }] } },
  'deletes a container that is not there': { spec: { containers: [{ name: 'z', $patch: 'delete' }] } },
  'replaces the list of containers': { spec: { containers: [{ $patch: 'replace' }, { name: 'z', image: 'nginx' }] } },
  'merges variables within a container': {
    spec: { containers: [{ name: 'a', env: [{ name: 'Y', value: '3' }, { name: 'Z' }] }] },
  },
  'deletes a variable within a container': { spec: { containers: [{ name: 'a', env: [{ name: 'X', $patch: 'delete' }] }] } },
  'merges ports by their numbers': { spec: { containers: [{ name: 'a', ports: [{ containerPort: 81, name: 'http' }] }] } },
  'removes a field of a container': { spec: { containers: [{ name: 'a', env: null }] } },
  'replaces tolerations': { spec: { tolerations: [{ key: 'l', operator: 'Exists' }] } },
  'merges a map': { spec: { nodeSelector: { y: '2', x: null } } },
  'replaces a map': { spec: { nodeSelector: { $patch: 'replace', y: '2' } } },
  'empties a map': { spec: { nodeSelector: { $patch: 'delete' } } },
  'keeps one kind of volume with $retainKeys': {
    spec: { volumes: [{ name: 'v', hostPath: { path: '/' }, $retainKeys: ['name', 'hostPath'] }] },
  },
  'does not take $retainKeys that leave out its own fields': {
    spec: { volumes: [{ name: 'v', hostPath: { path: '/' }, $retainKeys: ['name'] }] },
  },
  'does not take an unknown directive': { spec: { nodeSelector: { $patch: 'flip' } } },
};

export const strategic = casesOf([
  ...Object.entries(TEMPLATES).map(([what, template]) => ({
    name: `A strategic merge patch ${what}.`,
    run: (api: Api, namespace: string) => patched(api, namespace, template),
  })),
  {
    name: 'A strategic merge patch needs the merge key of an element.',
    run: async (api, namespace) => {
      const { status } = (await patched(api, namespace, { spec: { containers: [{ image: 'nginx' }] } })) as Answer;
      return status;
    },
  },
  {
    name: 'A strategic merge patch of a ConfigMap is a merge patch.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a', { metadata: { labels: { x: '1' } }, data: { k: 'v', l: 'w' } }));
      const path = `${configMaps(namespace)}/a`;
      return [
        await api.strategic(path, { data: { k: null, m: 'x' }, metadata: { labels: { y: '2' }, annotations: { z: '3' } } }),
        await api.strategic(path, {}),
        await api.strategic(path, { metadata: { resourceVersion: '1' } }),
        await api.strategic(path, { metadata: { name: 'b' } }),
        await api.strategic(`${configMaps(namespace)}/none`, {}),
        await api.strategic(`${path}?dryRun=All`, { data: null }),
        await api.get(path),
      ];
    },
  },
  {
    name: 'A strategic merge patch adds finalizers, orders them, and removes them.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a', { metadata: { finalizers: ['a.b/1', 'a.b/2'] } }));
      const path = `${configMaps(namespace)}/a`;
      return [
        await api.strategic(path, { metadata: { finalizers: ['a.b/3', 'a.b/1'] } }),
        await api.strategic(path, {
          metadata: {
            '$deleteFromPrimitiveList/finalizers': ['a.b/1'],
            '$setElementOrder/finalizers': ['a.b/2', 'a.b/3'],
          },
        }),
        await api.strategic(path, { metadata: { '$deleteFromPrimitiveList/finalizers': ['a.b/2', 'a.b/none'] } }),
        await api.strategic(path, { metadata: { finalizers: null } }),
      ];
    },
  },
  {
    name: 'A strategic merge patch merges owners by their UIDs.',
    run: async (api, namespace) => {
      const owner = { apiVersion: 'v1', kind: 'Node', name: 'n' };
      await api.post(configMaps(namespace), configMap('a', { metadata: { ownerReferences: [{ ...owner, uid: 'u' }] } }));
      return api.strategic(`${configMaps(namespace)}/a`, {
        metadata: {
          ownerReferences: [
            { uid: 'v', ...owner },
            { uid: 'u', controller: true },
          ],
        },
      });
    },
  },
  {
    name: 'A strategic merge patch of a Node replaces its taints, and merges its conditions.',
    run: async (api, namespace) => {
      const path = `/api/v1/nodes/${namespace}`;
      await api.post('/api/v1/nodes', { metadata: { name: namespace } });
      return [
        await api.strategic(path, { spec: { unschedulable: true, taints: [{ key: 'k', effect: 'NoSchedule' }] } }),
        await api.strategic(`${path}/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
        await api.strategic(`${path}/status`, {
          status: {
            conditions: [
              { type: 'Other', status: 'True' },
              { type: 'Ready', status: 'False' },
            ],
          },
        }),
        await api.strategic(path, { spec: { unschedulable: null } }),
      ];
    },
  },
  {
    name: 'A strategic merge patch replaces the selector of a PodDisruptionBudget.',
    run: async (api, namespace) => {
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
      await api.post(path, { metadata: { name: 'p' }, spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } } });
      return api.strategic(`${path}/p`, { spec: { selector: { matchLabels: { c: 'd' } } } });
    },
  },
  {
    name: 'A strategic merge patch of a Job and of a Pod.',
    run: async (api, namespace) => {
      const [jobs, pods] = [`/apis/batch/v1/namespaces/${namespace}/jobs`, `/api/v1/namespaces/${namespace}/pods`];
      const spec = { restartPolicy: 'Never', containers: CONTAINERS };
      await api.post(jobs, { metadata: { name: 'j' }, spec: { template: { spec } } });
      await api.post(pods, { metadata: { name: 'p' }, spec });
      return [
        await api.strategic(`${jobs}/j`, { spec: { suspend: true } }),
        specOf(await api.strategic(`${pods}/p`, { spec: { containers: [{ name: 'b', image: 'nginx' }] } })),
        await api.strategic(`${pods}/p/status`, { status: { conditions: [{ type: 'Ready', status: 'True' }] } }),
      ];
    },
  },
  {
    name: 'A strategic merge patch has to be an object.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      const bodies = [[], 'no json', 'null', '7'];
      const answers = await Promise.all(bodies.map((body) => api.strategic(`${configMaps(namespace)}/a`, body)));
      return answers.map(({ status, body }) => [status, body.reason]);
    },
  },
]);
