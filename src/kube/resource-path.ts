import { GROUP, VERSION } from '../api/names.ts';

/** A resource of the API, as its paths name it. */
export interface ResourceKind {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly namespaced: boolean;
}

/** The resources that Baton uses. */
export const KINDS = {
  plans: { group: GROUP, version: VERSION, plural: 'upgradeplans', namespaced: true },
  batches: { group: GROUP, version: VERSION, plural: 'upgradebatches', namespaced: true },
  actions: { group: GROUP, version: VERSION, plural: 'upgradeactions', namespaced: true },
  nodes: { group: '', version: 'v1', plural: 'nodes', namespaced: false },
  pods: { group: '', version: 'v1', plural: 'pods', namespaced: true },
  configMaps: { group: '', version: 'v1', plural: 'configmaps', namespaced: true },
  namespaces: { group: '', version: 'v1', plural: 'namespaces', namespaced: false },
  serviceAccounts: { group: '', version: 'v1', plural: 'serviceaccounts', namespaced: true },
  jobs: { group: 'batch', version: 'v1', plural: 'jobs', namespaced: true },
  deployments: { group: 'apps', version: 'v1', plural: 'deployments', namespaced: true },
  daemonSets: { group: 'apps', version: 'v1', plural: 'daemonsets', namespaced: true },
  controllerRevisions: { group: 'apps', version: 'v1', plural: 'controllerrevisions', namespaced: true },
  podDisruptionBudgets: { group: 'policy', version: 'v1', plural: 'poddisruptionbudgets', namespaced: true },
  leases: { group: 'coordination.k8s.io', version: 'v1', plural: 'leases', namespaced: true },
  events: { group: 'events.k8s.io', version: 'v1', plural: 'events', namespaced: true },
  roleBindings: { group: 'rbac.authorization.k8s.io', version: 'v1', plural: 'rolebindings', namespaced: true },
} as const satisfies Record<string, ResourceKind>;

/** Which objects of a resource a path is for. */
export interface PathTarget {
  /** Without it, and without a name: the objects of all namespaces. */
  readonly namespace?: string;
  /** Without it: the collection. */
  readonly name?: string;
  /** For instance `status`, `eviction`. */
  readonly subresource?: string;
}

/** The path of a collection, an object or a subresource. Throws on a target that no path can name. */
export function resourcePath(kind: ResourceKind, target: PathTarget = {}): string {
  const { namespace, name, subresource } = target;
  if (!kind.namespaced && namespace !== undefined)
    throw new Error(`${kind.plural} have no namespace, but '${namespace}' was given`);
  if (kind.namespaced && name !== undefined && namespace === undefined) {
    throw new Error(`the namespace of '${name}' is missing: ${kind.plural} are namespaced`);
  }
  if (subresource !== undefined && name === undefined)
    throw new Error(`the subresource ${kind.plural}/${subresource} needs a name`);
  const parts = [
    ...(kind.group === '' ? ['api'] : ['apis', kind.group]),
    kind.version,
    ...(namespace === undefined ? [] : ['namespaces', segment(namespace)]),
    kind.plural,
    ...(name === undefined ? [] : [segment(name)]),
    ...(subresource === undefined ? [] : [subresource]),
  ];
  return `/${parts.join('/')}`;
}

// A name comes from outside and must not become another path; `..` survives encoding, so it is refused.
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new Error(`'${text}' cannot be part of an API path`);
  return encodeURIComponent(text);
}
