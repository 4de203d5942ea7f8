import { configMap, configMaps, casesOf } from '../case.ts';

export const creates = casesOf([
  {
    name: 'A new object gets identity, version and the namespace of its path.',
    run: (api, namespace) =>
      api.post(configMaps(namespace), configMap('a', { metadata: { labels: { x: '1' } }, data: { k: 'v' } })),
  },
  {
    name: 'A name that is taken is answered with AlreadyExists.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.post(configMaps(namespace), configMap('a'));
    },
  },
  {
    name: 'generateName adds five letters to the prefix.',
    run: async (api, namespace) => {
      const { status, body } = await api.post(configMaps(namespace), { metadata: { generateName: 'prefix-' } });
      const { name, generateName } = body.metadata;
      return { status, generateName, matches: /^prefix-[bcdfghjklmnpqrstvwxz2456789]{5}$/.test(name) };
    },
  },
  {
    name: 'An object needs a name.',
    run: (api, namespace) => api.post(configMaps(namespace), { metadata: {} }),
  },
  {
    name: 'A name has to be a subdomain.',
    run: (api, namespace) => api.post(configMaps(namespace), configMap('A_b')),
  },
  {
    name: 'An object of another namespace is rejected.',
    run: (api, namespace) => api.post(configMaps(namespace), configMap('a', { metadata: { namespace: 'other' } })),
  },
  {
    name: 'A new object must not have a version.',
    run: (api, namespace) => api.post(configMaps(namespace), configMap('a', { metadata: { resourceVersion: '12' } })),
  },
  {
    name: 'A client cannot set what belongs to the server.',
    run: (api, namespace) =>
      api.post(
        configMaps(namespace),
        configMap('a', {
          metadata: {
            uid: 'mine',
            creationTimestamp: '2001-01-01T00:00:00Z',
            deletionTimestamp: '2001-01-01T00:00:00Z',
            deletionGracePeriodSeconds: 7,
            generation: 7,
            finalizers: ['a.b/c'],
            ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'n', uid: 'u' }],
            annotations: {},
          },
          data: {},
        }),
      ),
  },
  {
    name: 'A dry run answers as if, and stores nothing.',
    run: async (api, namespace) => [
      await api.post(`${configMaps(namespace)}?dryRun=All`, configMap('a')),
      await api.get(`${configMaps(namespace)}/a`),
    ],
  },
  {
    name: 'A dry run meets the same obstacles.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.post(`${configMaps(namespace)}?dryRun=All`, configMap('a'));
    },
  },
  {
    name: 'dryRun knows one value only.',
    run: (api, namespace) => api.post(`${configMaps(namespace)}?dryRun=Some`, configMap('a')),
  },
  {
    name: 'fieldValidation knows three values.',
    run: (api, namespace) => api.post(`${configMaps(namespace)}?fieldValidation=Bad`, configMap('a')),
  },
  {
    name: 'A namespace has to exist before its content.',
    run: (api) => api.post(configMaps('missing'), configMap('a')),
  },
  {
    name: 'An object cannot be posted to its own path, nor a namespaced one without a namespace.',
    run: async (api, namespace) => [
      await api.post(`${configMaps(namespace)}/a`, configMap('a')),
      await api.post('/api/v1/configmaps', configMap('a')),
    ],
  },
  {
    name: 'A missing object is answered with NotFound, and so is the kind of a group that nobody serves.',
    run: async (api, namespace) => [
      await api.get(`${configMaps(namespace)}/none`),
      await api.get('/apis/nobody.example.com/v1/things'),
      await api.get('/apis/test.baton.dev/v1/things'),
      await api.get('/apis/test.baton.dev/v9/gadgets'),
    ],
  },
]);
