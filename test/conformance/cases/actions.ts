import type { Api } from '../api.ts';
import { casesOf } from '../case.ts';

const ACTION = { apiVersion: 'baton.dev/v1alpha1', kind: 'UpgradeAction', metadata: { name: 'a' } };
const SPEC = { plan: 'p', action: 'Release', nodes: ['n'] };

function actions(namespace: string): string {
  return `/apis/baton.dev/v1alpha1/namespaces/${namespace}/upgradeactions`;
}

async function editor(api: Api, namespace: string): Promise<Api> {
  await api.post(`/apis/rbac.authorization.k8s.io/v1/namespaces/${namespace}/rolebindings`, {
    metadata: { name: 'editor' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'baton-edit' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'editors' }],
  });
  const user = api.as({ user: 'jane@example.com', groups: ['editors'] });
  // An API server notices a new binding a moment later.
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const { status } = await user.post(`${actions(namespace)}?dryRun=All`, { ...ACTION, spec: SPEC });
    if (status !== 403) break;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return user;
}

export const actionCases = casesOf([
  {
    name: 'An action that does not say who asks gets the name of its sender.',
    run: async (api, namespace) => {
      const user = await editor(api, namespace);
      return [
        await user.post(actions(namespace), { ...ACTION, spec: SPEC }),
        await user.post(`${actions(namespace)}?dryRun=All`, { ...ACTION, metadata: { name: 'b' }, spec: SPEC }),
      ];
    },
  },
  {
    name: 'An action may say null instead.',
    run: (api, namespace) => api.post(actions(namespace), { ...ACTION, spec: { ...SPEC, requestedBy: null } }),
  },
  {
    name: 'An action without a spec is rejected.',
    run: (api, namespace) => api.post(actions(namespace), ACTION),
  },
  {
    name: 'An update that leaves out who asked keeps it, and nobody can change it.',
    run: async (api, namespace) => {
      const user = await editor(api, namespace);
      const { body } = await user.post(actions(namespace), { ...ACTION, spec: SPEC });
      const { resourceVersion } = body.metadata;
      const path = `${actions(namespace)}/a`;
      return [
        await api.put(path, { ...ACTION, metadata: { name: 'a', resourceVersion, labels: { x: 'y' } }, spec: SPEC }),
        await api.merge(path, { spec: { requestedBy: null }, metadata: { labels: { x: 'z' } } }),
        await api.merge(path, { spec: { requestedBy: 'somebody' } }),
        await api.merge(`${path}/status`, { status: { observedGeneration: 1 } }),
      ];
    },
  },
]);
