import type { Api } from '../api.ts';
import { casesOf, configMap, configMaps } from '../case.ts';

const OPERATOR = 'system:serviceaccount:baton-system:baton-operator';
const REPORTER = 'system:serviceaccount:baton-reporter:baton-reporter';
const BATON = '/apis/baton.dev/v1alpha1';
const RBAC = '/apis/rbac.authorization.k8s.io/v1';

/** What is tried: a method, and a path below the namespace (`~`) or from the root (`/`). */
const OF_THE_OPERATOR: readonly (readonly [method: string, path: string])[] = [
  ['GET', `${BATON}/upgradeplans`],
  ['POST', '~baton.dev/v1alpha1/upgradeplans'],
  ['PATCH', '~baton.dev/v1alpha1/upgradeplans/x'],
  ['DELETE', '~baton.dev/v1alpha1/upgradeplans/x'],
  ['PATCH', '~baton.dev/v1alpha1/upgradeplans/x/status'],
  ['POST', '~baton.dev/v1alpha1/upgradebatches'],
  ['DELETE', '~baton.dev/v1alpha1/upgradebatches/x'],
  ['DELETE', '~baton.dev/v1alpha1/upgradebatches'],
  ['POST', '~baton.dev/v1alpha1/upgradeactions'],
  ['PUT', '~baton.dev/v1alpha1/upgradeactions/x'],
  ['PUT', '~baton.dev/v1alpha1/upgradeactions/x/status'],
  ['GET', '/api/v1/nodes'],
  ['PATCH', '/api/v1/nodes/x'],
  ['PATCH', '/api/v1/nodes/x/status'],
  ['DELETE', '/api/v1/nodes/x'],
  ['POST', '/api/v1/nodes'],
  ['GET', '/api/v1/pods'],
  ['POST', '~v1/pods'],
  ['DELETE', '~v1/pods'],
  ['PATCH', '~v1/pods/x'],
  ['POST', '~v1/pods/x/eviction'],
  ['POST', '~v1/pods/x/binding'],
  ['PATCH', '~v1/pods/x/status'],
  ['POST', '~batch/v1/jobs'],
  ['PATCH', '~batch/v1/jobs/x'],
  ['PUT', '~batch/v1/jobs/x'],
  ['DELETE', '~batch/v1/jobs'],
  ['POST', '~coordination.k8s.io/v1/leases'],
  ['PATCH', '~coordination.k8s.io/v1/leases/x'],
  ['PUT', '~coordination.k8s.io/v1/leases/x'],
  ['GET', '/apis/events.k8s.io/v1/events'],
  ['POST', '~events.k8s.io/v1/events'],
  ['PATCH', '~events.k8s.io/v1/events/x'],
  ['POST', '~v1/events'],
  ['GET', '/apis/policy/v1/poddisruptionbudgets'],
  ['GET', '~policy/v1/poddisruptionbudgets/x'],
  ['GET', '~v1/configmaps/x'],
  ['GET', '~v1/configmaps'],
  ['GET', '~v1/configmaps?fieldSelector=metadata.name%3Dx'],
  ['GET', '/api/v1/namespaces/baton-system/configmaps?fieldSelector=metadata.name%3Dbaton-freezes'],
  ['GET', '/api/v1/namespaces/baton-system/configmaps?fieldSelector=metadata.name%3Dother'],
  ['GET', '/api/v1/namespaces/baton-system/configmaps'],
  ['GET', '/api/v1/namespaces/x'],
  ['GET', '/api/v1/namespaces'],
  ['GET', '~v1/secrets/x'],
  ['GET', '/api/v1/secrets'],
  ['POST', '~v1/serviceaccounts'],
  ['DELETE', '~v1/serviceaccounts/x'],
  ['GET', '~apps/v1/daemonsets'],
  ['PATCH', '~apps/v1/daemonsets/x'],
  ['GET', '~apps/v1/controllerrevisions'],
  ['GET', '~apps/v1/controllerrevisions/x'],
  ['GET', `${RBAC}/clusterroles/baton-agent`],
  ['GET', '~rbac.authorization.k8s.io/v1/rolebindings/x'],
];
const OF_AGENTS: typeof OF_THE_OPERATOR = [
  ['GET', '~coordination.k8s.io/v1/leases/x'],
  ['GET', '~coordination.k8s.io/v1/leases'],
  ['PUT', '~coordination.k8s.io/v1/leases/x'],
  ['PATCH', '~coordination.k8s.io/v1/leases/x'],
  ['GET', '~baton.dev/v1alpha1/upgradeplans'],
  ['GET', `${BATON}/upgradeplans`],
  ['PATCH', '~baton.dev/v1alpha1/upgradebatches/x'],
  ['GET', '~events.k8s.io/v1/events'],
  ['GET', '~events.k8s.io/v1/events/x'],
  ['POST', '~events.k8s.io/v1/events'],
  ['GET', '~v1/pods'],
  ['GET', '~v1/secrets/x'],
];
const OF_REPORTERS: typeof OF_THE_OPERATOR = [
  ['GET', '/api/v1/nodes/x'],
  ['PATCH', '/api/v1/nodes/x'],
  ['POST', '~events.k8s.io/v1/events'],
  ['PATCH', '~events.k8s.io/v1/events/x'],
  ['GET', '~events.k8s.io/v1/events'],
  ['GET', '/api/v1/pods'],
];

/** For each request what the server says: the sentence when it is forbidden. */
async function tried(api: Api, namespace: string, attempts: typeof OF_THE_OPERATOR): Promise<unknown> {
  const answers: Record<string, unknown> = {};
  for (const [method, path] of attempts) {
    const { status, body } = await api.call(method, placed(path, namespace), BODIES[method], TYPES[method]);
    answers[`${method} ${path}`] = status === 403 ? body : 'allowed';
  }
  return answers;
}

const BODIES: Readonly<Record<string, unknown>> = { POST: {}, PUT: {}, PATCH: {} };
const TYPES: Readonly<Record<string, string>> = { PATCH: 'application/merge-patch+json' };

// `~batch/v1/jobs` becomes `/apis/batch/v1/namespaces/NAMESPACE/jobs`.
function placed(path: string, namespace: string): string {
  if (path.startsWith('/')) return path;
  const segments = path.slice(1).split('/');
  const api = segments[0] === 'v1' ? ['api', 'v1'] : ['apis', ...segments.slice(0, 2)];
  const rest = segments.slice(segments[0] === 'v1' ? 1 : 2);
  return `/${[...api, 'namespaces', namespace, ...rest].join('/')}`;
}

function bindingOf(name: string, role: string, namespace: string): unknown {
  return {
    metadata: { name },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'ServiceAccount', name: 'baton-agent', namespace }],
  };
}

function bindings(namespace: string): string {
  return `${RBAC}/namespaces/${namespace}/rolebindings`;
}

// A server notices a new binding a moment later.
async function untilAllowed(api: Api, path: string): Promise<void> {
  for (let attempt = 0; attempt < 100 && (await api.get(path)).status === 403; attempt += 1) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

export const access = casesOf([
  {
    name: 'The operator may do what its role says.',
    run: (api, namespace) => tried(api.as({ user: OPERATOR }), namespace, OF_THE_OPERATOR),
  },
  {
    name: 'An agent may do what its role says, in the namespace where the operator has bound it.',
    run: async (api, namespace) => {
      const agent = api.as({ user: `system:serviceaccount:${namespace}:baton-agent` });
      const before = await agent.get(`${BATON}/namespaces/${namespace}/upgradeplans`);
      const bound = await api
        .as({ user: OPERATOR })
        .post(bindings(namespace), bindingOf('baton-agent', 'baton-agent', namespace));
      await untilAllowed(agent, `${BATON}/namespaces/${namespace}/upgradeplans`);
      const elsewhere = await agent.get(`${BATON}/namespaces/default/upgradeplans`);
      return { before, bound, elsewhere, tried: await tried(agent, namespace, OF_AGENTS) };
    },
  },
  {
    name: 'The reporter may do what its role says.',
    run: (api, namespace) => tried(api.as({ user: REPORTER }), namespace, OF_REPORTERS),
  },
  {
    name: 'Somebody without a role may do nothing.',
    run: async (api, namespace) => {
      const nobody = api.as({ user: 'nobody', groups: ['friends'] });
      return [
        await nobody.get(configMaps(namespace)),
        await nobody.post(configMaps(namespace), configMap('a')),
        await nobody.delete(`${configMaps(namespace)}/a`),
        await nobody.get('/api/v1/nodes?watch=true'),
      ];
    },
  },
  {
    name: 'Members of a group, and users, get what is bound to them.',
    run: async (api, namespace) => {
      const role = { metadata: { name: 'maps' }, rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }] };
      await api.post(`${RBAC}/namespaces/${namespace}/roles`, role);
      await api.post(bindings(namespace), {
        metadata: { name: 'maps' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'maps' },
        subjects: [
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'friends' },
          { apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' },
        ],
      });
      await untilAllowed(api.as({ user: 'jane' }), configMaps(namespace));
      return [
        (await api.as({ user: 'jane' }).get(configMaps(namespace))).status,
        (await api.as({ user: 'joe', groups: ['friends'] }).get(configMaps(namespace))).status,
        (await api.as({ user: 'joe' }).get(configMaps(namespace))).status,
        (await api.as({ user: 'root', groups: ['system:masters'] }).get('/api/v1/secrets')).status,
      ];
    },
  },
]);
