import type { Api } from '../api.ts';
import { configMap, configMaps, casesOf } from '../case.ts';

async function versionOf(api: Api, collection: string): Promise<string> {
  const { body } = await api.get(collection);
  return body.metadata.resourceVersion;
}

export const watches = casesOf([
  {
    name: 'A watch goes on from a version.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      await api.post(collection, configMap('before'));
      const version = await versionOf(api, collection);
      await api.post(collection, configMap('a'));
      return api.watch(`${collection}?watch=true&resourceVersion=${version}`, {
        events: 3,
        meanwhile: async () => {
          await api.merge(`${collection}/a`, { data: { k: 'v' } });
          await api.delete(`${collection}/a`);
        },
      });
    },
  },
  {
    name: 'A deletion has a version of its own.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      const version = await versionOf(api, collection);
      await api.post(collection, configMap('a'));
      await api.delete(`${collection}/a`);
      const [added, deleted] = await api.watch(`${collection}?watch=true&resourceVersion=${version}`, { events: 2 });
      return Number(deleted?.object.metadata.resourceVersion) > Number(added?.object.metadata.resourceVersion);
    },
  },
  {
    name: 'A watch of selected objects adds and deletes what comes into the selection and leaves it.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      const version = await versionOf(api, collection);
      const path = `${collection}/a`;
      await api.post(collection, configMap('a'));
      await api.merge(path, { metadata: { labels: { x: '1' } } });
      await api.merge(path, { data: { k: 'v' } });
      await api.merge(path, { metadata: { labels: { x: '2' } } });
      await api.merge(path, { metadata: { labels: { x: '1' } } });
      await api.delete(path);
      return api.watch(`${collection}?watch=true&resourceVersion=${version}&labelSelector=x%3D1`, { events: 5 });
    },
  },
  {
    name: 'A watch without a version begins with what is there.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('b'));
      await api.post(configMaps(namespace), configMap('a'));
      return [
        await api.watch(`${configMaps(namespace)}?watch=true`, { events: 2 }),
        await api.watch(`${configMaps(namespace)}?watch=true&resourceVersion=0`, { events: 2 }),
      ];
    },
  },
  {
    name: 'A watch ends after timeoutSeconds.',
    run: async (api, namespace) => {
      const version = await versionOf(api, configMaps(namespace));
      return api.watch(`${configMaps(namespace)}?watch=true&resourceVersion=${version}&timeoutSeconds=1`);
    },
  },
  {
    name: 'A bookmark ends the initial events.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      const initial = 'sendInitialEvents=true&resourceVersionMatch=NotOlderThan';
      return [
        await api.watch(`${configMaps(namespace)}?watch=true&allowWatchBookmarks=true&${initial}`, { events: 2 }),
        await api.watch(`${configMaps(namespace)}?watch=true&allowWatchBookmarks=true&resourceVersion=0`, { events: 2 }),
      ];
    },
  },
  {
    name: 'Initial events need resourceVersionMatch.',
    run: (api, namespace) => api.get(`${configMaps(namespace)}?watch=true&sendInitialEvents=true`),
  },
  {
    name: 'resourceVersionMatch of a watch needs sendInitialEvents.',
    run: (api, namespace) => api.get(`${configMaps(namespace)}?watch=true&resourceVersion=1&resourceVersionMatch=NotOlderThan`),
  },
  {
    name: 'A watch from something that is no version fails.',
    run: (api, namespace) => api.get(`${configMaps(namespace)}?watch=true&resourceVersion=abc`),
  },
  {
    name: 'A watch from before the resource existed ends with 410 in an ERROR event.',
    run: (api, namespace) =>
      api.watch(`/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets?watch=true&resourceVersion=1&timeoutSeconds=5`),
  },
  {
    name: 'A watch of one name sees nothing else.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      const version = await versionOf(api, collection);
      await api.post(collection, configMap('a'));
      await api.post(collection, configMap('b'));
      return api.watch(`${collection}?watch=true&resourceVersion=${version}&fieldSelector=metadata.name%3Db`, { events: 1 });
    },
  },
  {
    name: 'The last finalizer ends an object with a DELETED event without it.',
    run: async (api, namespace) => {
      const collection = configMaps(namespace);
      const version = await versionOf(api, collection);
      await api.post(collection, configMap('a', { metadata: { finalizers: ['a.b/c'] } }));
      await api.delete(`${collection}/a`);
      await api.merge(`${collection}/a`, { metadata: { finalizers: null } });
      return api.watch(`${collection}?watch=true&resourceVersion=${version}`, { events: 3 });
    },
  },
]);
