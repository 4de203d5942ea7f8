import type { Api } from '../api.ts';
import { casesOf } from '../case.ts';

const SPEC = {
  replicas: 2,
  selector: { matchLabels: { a: 'b' }, matchExpressions: [{ key: 'c', operator: 'In', values: ['d'] }] },
  template: { metadata: { labels: { a: 'b', c: 'd' } }, spec: { containers: [{ name: 'c', image: 'busybox' }] } },
};

/** Creates an object with two replicas, and returns the path of its scale. */
async function scaled(api: Api, namespace: string, plural: string): Promise<string> {
  const path = `/apis/apps/v1/namespaces/${namespace}/${plural}`;
  await api.post(path, { metadata: { name: 'x' }, spec: SPEC });
  return `${path}/x/scale`;
}

export const scales = casesOf([
  ...['deployments', 'replicasets'].map((plural) => ({
    name: `The scale of ${plural} is read and written.`,
    run: async (api: Api, namespace: string) => {
      const path = await scaled(api, namespace, plural);
      const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', metadata: { name: 'x' }, spec: { replicas: 4 } };
      return [
        await api.get(path),
        await api.merge(path, { spec: { replicas: 3 } }),
        await api.put(path, body),
        await api.patch(path, [{ op: 'replace', path: '/spec/replicas', value: 0 }]),
        await api.strategic(path, { spec: { replicas: 1 } }),
        await api.get(path.replace('/x/scale', '/x')),
      ];
    },
  })),
  {
    name: 'A scale has to be possible.',
    run: async (api, namespace) => {
      const path = await scaled(api, namespace, 'deployments');
      const body = { apiVersion: 'autoscaling/v1', kind: 'Scale', spec: { replicas: 4 } };
      return [
        await api.merge(path, { spec: { replicas: -1 } }),
        await api.put(path, { ...body, metadata: { name: 'x', resourceVersion: '1' } }),
        await api.put(path, { ...body, metadata: { name: 'y' } }),
        await api.merge(`${path}?dryRun=All`, { spec: { replicas: 9 } }),
        await api.get(path),
        await api.get(path.replace('/x/', '/none/')),
      ];
    },
  },
]);
