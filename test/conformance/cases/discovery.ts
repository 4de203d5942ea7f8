import type { Api } from '../api.ts';
import { casesOf } from '../case.ts';

const AGGREGATED = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';

/** Subresources that the embedded server lacks. */
const LEFT_OUT = new Set(['attach', 'ephemeralcontainers', 'exec', 'portforward', 'proxy', 'resize', 'token']);

const CORE = [
  'configmaps',
  'events',
  'namespaces',
  'limitranges',
  'nodes',
  'pods',
  'resourcequotas',
  'secrets',
  'serviceaccounts',
];
const GROUPS: Readonly<Record<string, readonly string[]>> = {
  apps: ['controllerrevisions', 'daemonsets', 'deployments', 'replicasets'],
  batch: ['jobs'],
  'baton.dev': ['upgradeactions', 'upgradebatches', 'upgradeplans'],
  'coordination.k8s.io': ['leases'],
  'events.k8s.io': ['events'],
  policy: ['poddisruptionbudgets'],
  'rbac.authorization.k8s.io': ['clusterrolebindings', 'clusterroles', 'rolebindings', 'roles'],
  'test.baton.dev': ['gadgets'],
};

interface Resource {
  readonly name?: string;
  readonly resource?: string;
  readonly singularName?: string;
  readonly subresources?: readonly { readonly subresource: string }[];
}

/** The same answer, with nothing but the resources that both servers have. Those of CRDs come in the order of their creation. */
function comparable(resources: readonly Resource[], plurals: readonly string[]): readonly unknown[] {
  return resources
    .filter((each) => {
      const [plural = '', subresource = ''] = keyOf(each).split('/');
      return plurals.includes(plural) && !LEFT_OUT.has(subresource);
    })
    .map(({ subresources = [], ...rest }) => ({
      ...rest,
      subresources: subresources.filter(({ subresource }) => !LEFT_OUT.has(subresource)),
    }))
    .toSorted((left, right) => (keyOf(left) < keyOf(right) ? -1 : 1));
}

function keyOf({ name, resource }: Resource): string {
  return name ?? resource ?? '';
}

async function resourcesAt(api: Api, path: string, plurals: readonly string[]): Promise<unknown> {
  const { status, body } = await api.get(path);
  const { resources, ...rest } = body as unknown as { readonly resources: readonly Resource[] };
  return { status, ...rest, resources: comparable(resources, plurals) };
}

interface AggregatedGroup {
  readonly metadata: { readonly name?: string };
  readonly versions: readonly { readonly version: string; readonly resources: readonly Resource[] }[];
}

async function aggregatedAt(api: Api, path: string): Promise<unknown> {
  const { status, body } = await api.get(path, AGGREGATED);
  const { items, ...rest } = body as unknown as { readonly items: readonly AggregatedGroup[] };
  const known = items.flatMap(({ metadata, versions }) => {
    const plurals = metadata.name === undefined ? CORE : GROUPS[metadata.name];
    if (plurals === undefined) return [];
    return [{ metadata, versions: versions.map((each) => ({ ...each, resources: comparable(each.resources, plurals) })) }];
  });
  // The order of the other groups depends on theirs.
  return { status, ...rest, items: known.toSorted((left, right) => (nameOf(left) < nameOf(right) ? -1 : 1)) };
}

function nameOf({ metadata: { name = '' } }: Pick<AggregatedGroup, 'metadata'>): string {
  return name;
}

export const discovery = casesOf([
  ...['/readyz', '/livez', '/healthz'].map((path) => ({
    name: `${path} is ok.`,
    run: (api: Api) => api.get(path),
  })),
  {
    name: 'The version is the one that the server pretends to be.',
    run: async (api) => {
      const { body } = await api.get('/version');
      const { major, minor, emulationMinor, minCompatibilityMinor } = body as unknown as Readonly<Record<string, string>>;
      return { major, minor, emulationMinor, minCompatibilityMinor };
    },
  },
  {
    name: 'Discovery names the versions of the core group.',
    run: async (api) => {
      const { kind, versions } = (await api.get('/api')).body as unknown as Readonly<Record<string, unknown>>;
      return { kind, versions };
    },
  },
  {
    name: 'Discovery lists the groups.',
    run: async (api) => {
      const { groups, ...rest } = (await api.get('/apis')).body as unknown as {
        readonly groups: readonly { readonly name: string }[];
      };
      const known = groups.filter(({ name }) => Object.hasOwn(GROUPS, name));
      return { ...rest, groups: known.toSorted((left, right) => (left.name < right.name ? -1 : 1)) };
    },
  },
  { name: 'Discovery describes a group.', run: (api) => api.get('/apis/baton.dev') },
  { name: 'Discovery lists the resources of the core group.', run: (api) => resourcesAt(api, '/api/v1', CORE) },
  ...Object.entries(GROUPS).map(([group, plurals]) => ({
    name: `Discovery lists the resources of ${group}.`,
    run: (api: Api) => {
      const version = group === 'baton.dev' ? 'v1alpha1' : 'v1';
      return resourcesAt(api, `/apis/${group}/${version}`, plurals);
    },
  })),
  { name: 'Discovery lists the core group in one answer.', run: (api) => aggregatedAt(api, '/api') },
  { name: 'Discovery lists all other groups in one answer.', run: (api) => aggregatedAt(api, '/apis') },
  {
    name: 'There is nothing where there is no group, no version and no resource.',
    run: (api) =>
      Promise.all(['/apis/none.baton.dev', '/apis/none.baton.dev/v1', '/apis/baton.dev/v9'].map((path) => api.get(path))),
  },
  {
    name: 'Discovery cannot be written.',
    run: (api) => Promise.all(['/api', '/version'].map((path) => api.post(path, {}))),
  },
  {
    name: 'OpenAPI describes custom resources as their CRDs do.',
    run: async (api) => {
      const { status, body } = await api.get('/openapi/v3/apis/test.baton.dev/v1');
      const { components } = body as unknown as { readonly components: { readonly schemas: Readonly<Record<string, unknown>> } };
      return { status, schema: components.schemas['dev.baton.test.v1.Gadget'] };
    },
  },
  {
    name: 'OpenAPI says that patches take fieldValidation.',
    run: async (api) => {
      const paths = {
        'apis/baton.dev/v1alpha1': '/apis/baton.dev/v1alpha1/namespaces/{namespace}/upgradeplans/{name}',
        'api/v1': '/api/v1/nodes/{name}',
        'apis/batch/v1': '/apis/batch/v1/namespaces/{namespace}/jobs/{name}',
      };
      return Promise.all(Object.entries(paths).map(([document, path]) => fieldValidationAt(api, document, path)));
    },
  },
]);

interface Operation {
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly 'x-kubernetes-group-version-kind': unknown;
}

async function fieldValidationAt(api: Api, document: string, path: string): Promise<unknown> {
  const { paths } = (await api.get(`/openapi/v3/${document}`)).body as unknown as {
    readonly paths: Readonly<Record<string, { readonly patch: Operation }>>;
  };
  const patch = paths[path]?.patch;
  const found = patch?.parameters.find(({ name }) => name === 'fieldValidation');
  return { in: found?.in, kind: patch?.['x-kubernetes-group-version-kind'] };
}
