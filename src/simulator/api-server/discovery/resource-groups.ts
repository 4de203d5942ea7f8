import type { ResourceType } from '../resources/resource-type.ts';

/** A subresource that the server has. */
export interface Subresource {
  readonly name: string;
  /** What is sent to it, or read from it. */
  readonly type: Pick<ResourceType, 'group' | 'version' | 'kind'>;
  readonly verbs: readonly string[];
}

/** The resources of one version of a group. */
export interface GroupVersion {
  /** Empty for the core group. */
  readonly group: string;
  readonly version: string;
  readonly types: readonly ResourceType[];
}

/** Where several groups have a resource of one name, kubectl takes the first one. */
const ORDER = ['', 'apps', 'events.k8s.io', 'batch', 'policy', 'rbac.authorization.k8s.io', 'coordination.k8s.io'];

const VERBS = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];
const CUSTOM_VERBS = ['delete', 'deletecollection', 'get', 'list', 'patch', 'create', 'update', 'watch'];
const READ_AND_WRITE = ['get', 'patch', 'update'];

/** Groups resources as discovery lists them: groups of Kubernetes first, then those of CRDs by name. */
export function groupVersions(types: readonly ResourceType[]): readonly GroupVersion[] {
  const groups = new Map<string, GroupVersion>();
  for (const type of types) {
    const { group, version } = type;
    const key = `${group}/${version}`;
    groups.set(key, { group, version, types: [...(groups.get(key)?.types ?? []), type].sort(byPlural) });
  }
  return [...groups.values()].sort((left, right) => rank(left) - rank(right) || (left.group < right.group ? -1 : 1));
}

function byPlural({ plural: left }: ResourceType, { plural: right }: ResourceType): number {
  return left < right ? -1 : 1;
}

function rank({ group }: GroupVersion): number {
  const index = ORDER.indexOf(group);
  return index === -1 ? ORDER.length : index;
}

/** What a resource can do, in the order in which kube-apiserver lists it. */
export function verbsOf(type: ResourceType): readonly string[] {
  if (type.custom) return CUSTOM_VERBS;
  return type.kind === 'Namespace' ? VERBS.filter((verb) => verb !== 'deletecollection') : VERBS;
}

/** The subresources of a resource, by name. */
export function subresourcesOf(type: ResourceType): readonly Subresource[] {
  const own = type.custom ? [] : (OWN[type.kind] ?? []);
  const status = type.statusSubresource ? [{ name: 'status', type, verbs: READ_AND_WRITE }] : [];
  return [...own, ...status];
}

const core = { group: '', version: 'v1' };

const SCALE = { name: 'scale', type: { group: 'autoscaling', version: 'v1', kind: 'Scale' }, verbs: READ_AND_WRITE };

const OWN: Readonly<Record<string, readonly Subresource[]>> = {
  Namespace: [{ name: 'finalize', type: { ...core, kind: 'Namespace' }, verbs: ['update'] }],
  Pod: [
    { name: 'binding', type: { ...core, kind: 'Binding' }, verbs: ['create'] },
    { name: 'eviction', type: { group: 'policy', version: 'v1', kind: 'Eviction' }, verbs: ['create'] },
    { name: 'log', type: { ...core, kind: 'Pod' }, verbs: ['get'] },
  ],
  Deployment: [SCALE],
  ReplicaSet: [SCALE],
};
