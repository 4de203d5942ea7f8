import type { Api } from '../api.ts';
import { configMap, configMaps, casesOf } from '../case.ts';

async function fill(api: Api, namespace: string): Promise<string> {
  for (const n of ['1', '2', '3']) {
    await api.post(configMaps(namespace), configMap(`c${n}`, { metadata: { labels: { n, odd: n === '2' ? 'no' : 'yes' } } }));
  }
  await api.post(configMaps(namespace), configMap('plain'));
  return configMaps(namespace);
}

async function names(api: Api, path: string): Promise<unknown> {
  const { status, body } = await api.get(path);
  return status === 200 ? body.items.map((item) => item.metadata.name) : { status, body };
}

const LABELS = [
  'n=1',
  'n==1',
  'n!=1',
  'n in (1,2)',
  'n in (1, 2),odd=yes',
  'n notin (1,2)',
  'n',
  '!n',
  'n=',
  'odd=yes,n!=3',
  'n in ()',
  'n on 1',
  'n,',
  'n in 1',
  '',
];
const FIELDS = [
  'metadata.name=c1',
  'metadata.name!=c1',
  'metadata.name=c1,metadata.namespace=other',
  'metadata.name',
  'data.k=x',
  '',
];
/** Collections, for the words with which they reject an unknown field. */
const COLLECTIONS = [
  '/api/v1/pods',
  '/api/v1/nodes',
  '/api/v1/namespaces',
  '/api/v1/secrets',
  '/api/v1/serviceaccounts',
  '/api/v1/events',
  '/apis/events.k8s.io/v1/events',
  '/apis/batch/v1/jobs',
  '/apis/apps/v1/daemonsets',
  '/apis/apps/v1/deployments',
  '/apis/apps/v1/controllerrevisions',
  '/apis/policy/v1/poddisruptionbudgets',
  '/apis/coordination.k8s.io/v1/leases',
  '/apis/rbac.authorization.k8s.io/v1/roles',
  '/apis/rbac.authorization.k8s.io/v1/rolebindings',
  '/apis/test.baton.dev/v1/gadgets',
];

export const lists = casesOf([
  {
    name: 'A list has items without kind, in the order of their names.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('b'));
      await api.post(configMaps(namespace), configMap('a'));
      return [await api.get(configMaps(namespace)), await api.get(configMaps('missing'))];
    },
  },
  {
    name: 'Items of custom resources have a kind.',
    run: async (api, namespace) => {
      const gadgets = `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`;
      await api.post(gadgets, { apiVersion: 'test.baton.dev/v1', kind: 'Gadget', metadata: { name: 'a' }, spec: { size: 1 } });
      return api.get(gadgets);
    },
  },
  {
    name: 'A list in pages says how many items are left.',
    run: async (api, namespace) => {
      const collection = await fill(api, namespace);
      const first = await api.get(`${collection}?limit=2`);
      const next = `${collection}?limit=2&continue=${first.body.metadata.continue}`;
      return [first, await api.get(next)];
    },
  },
  {
    name: 'Later pages show the state of the first one.',
    run: async (api, namespace) => {
      const collection = await fill(api, namespace);
      const { body: first } = await api.get(`${collection}?limit=1`);
      await api.delete(`${collection}/c2`);
      await api.merge(`${collection}/c3`, { metadata: { labels: { n: 'changed' } } });
      await api.post(collection, configMap('new'));
      const { body: rest } = await api.get(`${collection}?limit=10&continue=${first.metadata.continue}`);
      return {
        labels: rest.items.map(({ metadata }) => [metadata.name, metadata.labels?.n]),
        sameVersion: rest.metadata.resourceVersion === first.metadata.resourceVersion,
      };
    },
  },
  {
    name: 'With a selector the server does not say how many items are left.',
    run: async (api, namespace) => {
      const collection = await fill(api, namespace);
      const { body } = await api.get(`${collection}?limit=1&labelSelector=odd`);
      return { items: body.items.length, metadata: body.metadata };
    },
  },
  {
    name: 'A limit has to be a number.',
    run: (api, namespace) => api.get(`${configMaps(namespace)}?limit=x`),
  },
  {
    name: 'A token that nobody gave is rejected.',
    run: async (api, namespace) => {
      const { status, body } = await api.get(`${configMaps(namespace)}?limit=1&continue=zzz`);
      return { status, reason: body.reason, begin: body.message.slice(0, 49) };
    },
  },
  {
    name: 'A list at a version is at least, or exactly, of that version.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      const { body: first } = await api.post(collection, configMap('a'));
      await api.post(collection, configMap('b'));
      const version: string = first.metadata.resourceVersion;
      return [
        await names(api, `${collection}?resourceVersion=${version}`),
        await names(api, `${collection}?resourceVersion=0`),
        await names(api, `${collection}?resourceVersion=${version}&resourceVersionMatch=NotOlderThan`),
        await names(api, `${collection}?resourceVersion=${version}&resourceVersionMatch=Exact`),
        await names(api, `${collection}?resourceVersion=${version}&limit=5`),
        await names(api, `${collection}?resourceVersion=0&limit=1`),
      ];
    },
  },
  {
    name: 'A version has to be a number that the server has reached.',
    run: async (api, namespace) => [
      await api.get(`${configMaps(namespace)}?resourceVersion=abc`),
      await api.get(`${configMaps(namespace)}?resourceVersion=999999999`),
      await api.get(`${configMaps(namespace)}?resourceVersionMatch=Exact`),
    ],
  },
  ...LABELS.map((selector) => ({
    name: `A list selects by the labels '${selector}'.`,
    run: async (api: Api, namespace: string) =>
      names(api, `${await fill(api, namespace)}?labelSelector=${encodeURIComponent(selector)}`),
  })),
  ...FIELDS.map((selector) => ({
    name: `A list selects by the fields '${selector}'.`,
    run: async (api: Api, namespace: string) =>
      names(api, `${await fill(api, namespace)}?fieldSelector=${encodeURIComponent(selector)}`),
  })),
  ...COLLECTIONS.map((collection) => ({
    name: `${collection} rejects a selector of an unknown field.`,
    run: (api: Api) => api.get(`${collection}?fieldSelector=bogus%3Dx`),
  })),
]);
