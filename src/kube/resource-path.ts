import { GROUP, VERSION } from '../api/names.ts';

/** A resource of the Kubernetes API. */
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

/** What a path addresses within a resource. */
export interface PathTarget {
  /** Undefined for a collection across all namespaces, and for cluster-scoped resources. */
  readonly namespace?: string;
  /** Undefined for the collection. */
  readonly name?: string;
  /** For example `status` or `eviction`. */
  readonly subresource?: string;
}

/** The path of a collection, an object or a subresource. Throws when the target is invalid. */
export function resourcePath(kind: ResourceKind, target: PathTarget = {}): string {
  const { namespace, name, subresource } = target;
  if (!kind.namespaced && namespace !== undefined)
    throw new Error(`${kind.plural} are cluster-scoped, but the namespace '${namespace}' was passed`);
  if (kind.namespaced && name !== undefined && namespace === undefined) {
    throw new Error(`${kind.plural} are namespaced, but no namespace was passed for '${name}'`);
  }
  if (subresource !== undefined && name === undefined)
    throw new Error(`the subresource ${kind.plural}/${subresource} requires a name`);
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

// A name may be untrusted and must not change the path. Encoding does not affect `..`, so it is rejected.
function segment(text: string): string {
  if (text === '' || text === '.' || text === '..') throw new Error(`'${text}' cannot be part of an API path`);
  return encodeURIComponent(text);
}
