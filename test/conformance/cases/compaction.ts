import type { Answer, Api } from '../api.ts';
import { casesOf, configMap, configMaps } from '../case.ts';

/** Creates three ConfigMaps, and gives the first page of them. */
async function firstPage(api: Api, collection: string, query = ''): Promise<Answer> {
  for (const name of ['a', 'b', 'c']) await api.post(collection, configMap(name, { metadata: { labels: { x: '1' } } }));
  return api.get(`${collection}?limit=1${query}`);
}

export const compaction = casesOf([
  {
    name: 'Once the past is forgotten, lists and watches from it are answered with 410.',
    run: async (api, namespace, forget) => {
      const collection = configMaps(namespace);
      const { body: page } = await firstPage(api, collection);
      const { body: selected } = await api.get(`${collection}?limit=1&labelSelector=x%3D1`);
      const { resourceVersion } = page.metadata;
      await api.merge(`${collection}/b`, { data: { k: 'v' } });
      await api.delete(`${collection}/c`);
      await forget();
      const expired = await api.get(`${collection}?limit=1&continue=${encodeURIComponent(page.metadata.continue)}`);
      const fresh = (expired.body as { readonly metadata: { readonly continue?: string } }).metadata.continue ?? '';
      return {
        exact: await api.get(`${collection}?resourceVersion=${resourceVersion}&resourceVersionMatch=Exact`),
        exactPage: await api.get(`${collection}?resourceVersion=${resourceVersion}&limit=1`),
        notOlder: await api.get(`${collection}?resourceVersion=${resourceVersion}&resourceVersionMatch=NotOlderThan`),
        expired,
        inconsistent: await api.get(`${collection}?limit=1&continue=${encodeURIComponent(fresh)}`),
        selected: await api.get(
          `${collection}?limit=1&labelSelector=x%3D1&continue=${encodeURIComponent(selected.metadata.continue)}`,
        ),
        watch: await api.watch(`${collection}?watch=true&resourceVersion=${resourceVersion}&timeoutSeconds=5`),
        watchNow: (await api.watch(`${collection}?watch=true&resourceVersion=0&timeoutSeconds=1`)).map(({ type }) => type),
      };
    },
  },
]);
