import type { Answer, Api } from '../api.ts';
import { configMap, configMaps, casesOf } from '../case.ts';

async function patched(api: Api, namespace: string, operations: unknown): Promise<Answer> {
  const rest = { metadata: { labels: { x: '1' } }, data: { k: 'v' } };
  await api.post(configMaps(namespace), configMap('a', rest));
  return api.patch(`${configMaps(namespace)}/a`, operations);
}

async function merged(api: Api, namespace: string, changes: unknown): Promise<Answer> {
  const rest = { metadata: { labels: { x: '1' } }, data: { k: 'v' } };
  await api.post(configMaps(namespace), configMap('a', rest));
  return api.merge(`${configMaps(namespace)}/a`, changes);
}

/** JSON Patches, by what they show. */
const OPERATIONS: Readonly<Record<string, unknown>> = {
  'adds, replaces and removes': [
    { op: 'add', path: '/data/new', value: 'v' },
    { op: 'replace', path: '/data/k', value: 'w' },
    { op: 'remove', path: '/metadata/labels/x' },
  ],
  'moves and copies': [
    { op: 'copy', from: '/data/k', path: '/data/copy' },
    { op: 'move', from: '/data/k', path: '/data/moved' },
  ],
  'adds to a list, and inserts into it': [
    { op: 'add', path: '/metadata/finalizers', value: ['a.b/c'] },
    { op: 'add', path: '/metadata/finalizers/-', value: 'a.b/e' },
    { op: 'add', path: '/metadata/finalizers/1', value: 'a.b/d' },
    { op: 'remove', path: '/metadata/finalizers/0' },
  ],
  'unescapes keys': [{ op: 'add', path: '/metadata/labels/baton.dev~1x', value: 'y' }],
  'fails when a test fails': [{ op: 'test', path: '/data/k', value: 'x' }],
  'passes when a test holds': [
    { op: 'test', path: '/data/k', value: 'v' },
    { op: 'remove', path: '/data/k' },
  ],
  'takes a missing key for null': [
    { op: 'test', path: '/data/none', value: null },
    { op: 'add', path: '/data/none', value: 'some' },
  ],
  'fails when the parent of a tested key is missing': [{ op: 'test', path: '/metadata/annotations/none', value: null }],
  'fails to remove a missing key': [{ op: 'remove', path: '/data/none' }],
  'replaces a missing key': [{ op: 'replace', path: '/data/none', value: 'some' }],
  'fails without the parent of a key': [{ op: 'add', path: '/metadata/annotations/x', value: 'y' }],
  'fails beyond the end of a list': [
    { op: 'add', path: '/metadata/finalizers', value: ['a.b/c'] },
    { op: 'add', path: '/metadata/finalizers/5', value: 'a.b/d' },
  ],
  'fails on an index that is not there': [
    { op: 'add', path: '/metadata/finalizers', value: ['a.b/c'] },
    { op: 'test', path: '/metadata/finalizers/4', value: 'a.b/d' },
  ],
  'copies a missing key as nothing': [{ op: 'copy', from: '/data/none', path: '/metadata/labels/none' }],
  'fails on an unknown operation': [{ op: 'flip', path: '/data/k' }],
  'fails on a UID that is another': [{ op: 'test', path: '/metadata/uid', value: 'another' }],
  'cannot change the UID': [{ op: 'replace', path: '/metadata/uid', value: 'another' }],
  'is a Conflict with another version': [{ op: 'replace', path: '/metadata/resourceVersion', value: '1' }],
  'has to be a list': { op: 'remove', path: '/data/k' },
};

const MERGES: Readonly<Record<string, unknown>> = {
  'adds, replaces and removes': { data: { new: 'v', k: 'w' }, metadata: { labels: { x: null } } },
  'removes whole fields': { data: null, metadata: { labels: null } },
  'changes nothing when it is empty': {},
  'is a Conflict with another version': { metadata: { resourceVersion: '1' } },
  'cannot rename': { metadata: { name: 'b' } },
  'has to be an object': [1],
  'has to be JSON': 'no json',
};

export const patches = casesOf([
  ...Object.entries(OPERATIONS).map(([what, operations]) => ({
    name: `A JSON Patch ${what}.`,
    run: (api: Api, namespace: string) => patched(api, namespace, operations),
  })),
  ...Object.entries(MERGES).map(([what, changes]) => ({
    name: `A merge patch ${what}.`,
    run: (api: Api, namespace: string) => merged(api, namespace, changes),
  })),
  {
    name: 'Only the first of two JSON Patches that demand a missing label is carried out.',
    run: async (api, namespace) => {
      const claim = [
        { op: 'test', path: '/metadata/labels/claim', value: null },
        { op: 'add', path: '/metadata/labels/claim', value: 'mine' },
      ];
      const first = await patched(api, namespace, claim);
      return [first.status, await api.patch(`${configMaps(namespace)}/a`, claim)];
    },
  },
  {
    name: 'A patch of a missing object is NotFound.',
    run: async (api, namespace) => [
      await api.merge(`${configMaps(namespace)}/none`, { data: null }),
      await api.patch(`${configMaps(namespace)}/none`, [{ op: 'test', path: '/data', value: null }]),
    ],
  },
  {
    name: 'A patch needs a known content type.',
    run: (api, namespace) => api.call('PATCH', `${configMaps(namespace)}/a`, {}, 'text/plain'),
  },
  {
    name: 'A custom resource takes no strategic merge patch.',
    run: (api, namespace) => api.strategic(`/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets/a`, {}),
  },
  {
    name: 'A patch in a dry run stores nothing.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a', { data: { k: 'old' } }));
      const patch = await api.merge(`${configMaps(namespace)}/a?dryRun=All`, { data: { k: 'new' } });
      return [patch, await api.get(`${configMaps(namespace)}/a`)];
    },
  },
]);
