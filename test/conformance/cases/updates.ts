import { configMap, configMaps, casesOf } from '../case.ts';

export const updates = casesOf([
  {
    name: 'A PUT replaces the object, and keeps what belongs to the server.',
    run: async (api, namespace) => {
      const path = `${configMaps(namespace)}/a`;
      const { body: made } = await api.post(
        configMaps(namespace),
        configMap('a', { metadata: { labels: { x: '1' } }, data: { k: 'v' } }),
      );
      const replaced = await api.put(path, configMap('a', { data: { other: 'v' } }));
      const newer = Number(replaced.body.metadata.resourceVersion) > Number(made.metadata.resourceVersion);
      return { replaced, newer, sameUid: replaced.body.metadata.uid === made.metadata.uid };
    },
  },
  {
    name: 'A PUT that changes nothing gives no new version.',
    run: async (api, namespace) => {
      const { body: made } = await api.post(configMaps(namespace), configMap('a', { data: { k: 'v' } }));
      const { body: again } = await api.put(`${configMaps(namespace)}/a`, configMap('a', { data: { k: 'v' } }));
      return made.metadata.resourceVersion === again.metadata.resourceVersion;
    },
  },
  {
    name: 'A PUT from an older version is a Conflict.',
    run: async (api, namespace) => {
      const { body: made } = await api.post(configMaps(namespace), configMap('a'));
      await api.merge(`${configMaps(namespace)}/a`, { data: { k: 'v' } });
      return api.put(`${configMaps(namespace)}/a`, made);
    },
  },
  {
    name: 'A PUT for another UID is a Conflict.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.put(`${configMaps(namespace)}/a`, configMap('a', { metadata: { uid: 'another' } }));
    },
  },
  {
    name: 'A PUT has to name the object of its path.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a'));
      return api.put(`${configMaps(namespace)}/a`, configMap('b'));
    },
  },
  {
    name: 'A PUT of a missing object is NotFound.',
    run: (api, namespace) => api.put(`${configMaps(namespace)}/none`, configMap('none', { metadata: { resourceVersion: '1' } })),
  },
  {
    name: 'A PUT in a dry run stores nothing.',
    run: async (api, namespace) => {
      await api.post(configMaps(namespace), configMap('a', { data: { k: 'old' } }));
      const put = await api.put(`${configMaps(namespace)}/a?dryRun=All`, configMap('a', { data: { k: 'new' } }));
      return [put, await api.get(`${configMaps(namespace)}/a`)];
    },
  },
  {
    name: 'A collection can be neither replaced nor patched.',
    run: async (api, namespace) => [
      await api.put(configMaps(namespace), configMap('a')),
      await api.merge(configMaps(namespace), { data: null }),
    ],
  },
  {
    name: 'A PUT of a Lease or of a custom resource needs a version.',
    run: async (api, namespace) => {
      const leases = `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases`;
      const gadgets = `/apis/test.baton.dev/v1/namespaces/${namespace}/gadgets`;
      const kind = { apiVersion: 'test.baton.dev/v1', kind: 'Gadget' };
      await api.post(leases, { metadata: { name: 'a' }, spec: { holderIdentity: 'x' } });
      await api.post(gadgets, { ...kind, metadata: { name: 'a' } });
      return [
        await api.put(`${leases}/a`, { metadata: { name: 'a' }, spec: { holderIdentity: 'y' } }),
        await api.put(`${gadgets}/a`, { ...kind, metadata: { name: 'a' } }),
      ];
    },
  },
]);
