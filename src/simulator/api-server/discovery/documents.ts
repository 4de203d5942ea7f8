import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import { subresourcesOf, verbsOf, type GroupVersion, type Subresource } from './resource-groups.ts';

/** Where clients reach the server, by their network. */
const ADDRESSES = [{ clientCIDR: '0.0.0.0/0', serverAddress: '127.0.0.1' }];

/** `/api`. */
export function coreVersions(): unknown {
  return { kind: 'APIVersions', versions: ['v1'], serverAddressByClientCIDRs: ADDRESSES };
}

/** `/apis`. */
export function groupList(versions: readonly GroupVersion[]): unknown {
  const groups = namesOf(versions).map((name) => groupOf(name, versions));
  return { kind: 'APIGroupList', apiVersion: 'v1', groups };
}

/** `/apis/NAME`. */
export function groupDocument(name: string, versions: readonly GroupVersion[]): unknown {
  return { kind: 'APIGroup', apiVersion: 'v1', ...groupOf(name, versions) };
}

/** `/api/v1` or `/apis/GROUP/VERSION`. */
export function resourceList(groupVersion: GroupVersion): unknown {
  const resources = groupVersion.types.flatMap((type) => [
    resource(type),
    ...subresourcesOf(type).map((sub) => subresource(type, sub)),
  ]);
  // The core group leaves out its apiVersion.
  const apiVersion = groupVersion.group === '' ? {} : { apiVersion: 'v1' };
  return { kind: 'APIResourceList', ...apiVersion, groupVersion: apiVersionOf(groupVersion), resources };
}

/** `/api` or `/apis`, for clients that ask for all resources at once. */
export function aggregated(versions: readonly GroupVersion[]): unknown {
  const items = namesOf(versions).map((name) => ({
    metadata: name === '' ? {} : { name },
    versions: versions
      .filter(({ group }) => group === name)
      .map(({ version, types }) => ({ version, resources: types.map(aggregatedResource), freshness: 'Current' })),
  }));
  return { kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2', metadata: {}, items };
}

function namesOf(versions: readonly GroupVersion[]): readonly string[] {
  return [...new Set(versions.map(({ group }) => group))];
}

function groupOf(name: string, all: readonly GroupVersion[]): object {
  const versions = all
    .filter(({ group }) => group === name)
    .map((each) => ({ groupVersion: apiVersionOf(each), version: each.version }));
  return { name, versions, preferredVersion: versions[0] };
}

function resource(type: ResourceType): unknown {
  const { plural, singular, namespaced, kind } = type;
  return { name: plural, singularName: singular, namespaced, kind, verbs: verbsOf(type), ...names(type) };
}

function subresource({ plural, namespaced, group: parent }: ResourceType, { name, type, verbs }: Subresource): unknown {
  const { group, version, kind } = type;
  const other = group === parent ? {} : { group, version };
  return { name: `${plural}/${name}`, singularName: '', namespaced, ...other, kind, verbs };
}

function aggregatedResource(type: ResourceType): unknown {
  const subresources = subresourcesOf(type).map((sub) => ({
    subresource: sub.name,
    responseKind: responseKind(sub.type, type),
    verbs: sub.verbs,
  }));
  return {
    resource: type.plural,
    responseKind: responseKind(type, type),
    scope: type.namespaced ? 'Namespaced' : 'Cluster',
    singularResource: type.singular,
    verbs: verbsOf(type),
    ...names(type),
    ...(subresources.length === 0 ? {} : { subresources }),
  };
}

// kube-apiserver leaves group and version empty for resources of its own, unless they differ from those of the list.
function responseKind({ group, version, kind }: Subresource['type'], { custom, group: parent }: ResourceType): unknown {
  return custom || group !== parent ? { group, version, kind } : { group: '', version: '', kind };
}

function names({ shortNames, categories }: ResourceType): object {
  return { ...(shortNames.length === 0 ? {} : { shortNames }), ...(categories.length === 0 ? {} : { categories }) };
}
