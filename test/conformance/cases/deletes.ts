import { configMap, configMaps, casesOf } from '../case.ts';

export const deletes = casesOf([
  {
    name: 'A delete is answered with a Status, and a second one with NotFound.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return [await api.delete(`${configMaps(namespace)}/a`), await api.delete(`${configMaps(namespace)}/a`)];
    },
  },
  {
    name: 'Preconditions name the UID or the version.',
    run: async (api, namespace) => {
      const path = `${configMaps(namespace)}/a`;
      const { body } = await api.post(configMaps(namespace), configMap('a'));
      const { uid, resourceVersion } = body.metadata;
      return [
        await api.delete(path, { preconditions: { uid: 'another' } }),
        await api.delete(path, { preconditions: { resourceVersion: '1' } }),
        await api.delete(path, { preconditions: { uid, resourceVersion } }),
      ];
    },
  },
  {
    name: 'A dry run deletes nothing.',
    run: async (api, namespace) => {
      const path = `${configMaps(namespace)}/a`;
      await api.post(configMaps(namespace), configMap('a'));
      return [
        await api.delete(path, { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] }),
        await api.delete(`${path}?dryRun=All`),
        await api.delete(`${path}?dryRun=Some`),
        await api.get(path),
      ];
    },
  },
  {
    name: 'A finalizer keeps the object until it is removed.',
    run: async (api, namespace) => {
      const path = `${configMaps(namespace)}/a`;
      await api.post(configMaps(namespace), configMap('a', { metadata: { finalizers: ['a.b/c'] } }));
      return [
        await api.delete(path),
        await api.delete(path),
        await api.merge(path, { metadata: { finalizers: ['a.b/c', 'a.b/d'] } }),
        await api.merge(path, { metadata: { labels: { still: 'here' } } }),
        await api.merge(path, { metadata: { deletionTimestamp: null } }),
        await api.merge(path, { metadata: { finalizers: null } }),
        await api.get(path),
      ];
    },
  },
  {
    name: 'A foreground delete waits for the garbage collector.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.delete(`${configMaps(namespace)}/a`, { propagationPolicy: 'Foreground' });
    },
  },
  {
    name: 'A delete that orphans waits for the garbage collector.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.delete(`${configMaps(namespace)}/a?propagationPolicy=Orphan`);
    },
  },
  {
    name: 'A background delete does not wait.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.delete(`${configMaps(namespace)}/a`, { propagationPolicy: 'Background' });
    },
  },
  {
    name: 'There are three propagation policies.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.delete(`${configMaps(namespace)}/a`, { propagationPolicy: 'Sideways' });
    },
  },
  {
    name: 'A collection is deleted by selectors.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      await api.post(collection, configMap('a', { metadata: { labels: { x: '1' } } }));
      await api.post(collection, configMap('b', { metadata: { labels: { x: '1' }, finalizers: ['a.b/c'] } }));
      await api.post(collection, configMap('c'));
      return [
        await api.delete(`${collection}?labelSelector=x%3D1`),
        await api.get(collection),
        await api.delete('/api/v1/configmaps'),
      ];
    },
  },
  {
    name: 'A custom resource with a generation counts its deletion.',
    run: async (api, namespace) => {
      const gadgets = `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`;
      await api.post(gadgets, {
        apiVersion: 'test.baton.dev/v1',
        kind: 'Gadget',
        metadata: { name: 'a', finalizers: ['a.b/c'] },
      });
      return [await api.delete(`${gadgets}/a`), await api.merge(`${gadgets}/a`, { metadata: { finalizers: [] } })];
    },
  },
]);
