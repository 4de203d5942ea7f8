import type { KubeObject, OwnerReference } from '../../../kube/kube-object.ts';
import { apiVersionOf, type ResourceType } from '../../api-server/resources/resource-type.ts';
import type { ClusterState } from '../state/cluster-state.ts';
import type { ObjectCache, ObjectIndex } from '../state/object-cache.ts';
import { isDeleting } from '../state/objects.ts';

/** Keeps an owner until the garbage collector has deleted what it owns. */
export const FOREGROUND = 'foregroundDeletion';
/** Keeps an owner until the garbage collector has taken it out of what it owns. */
export const ORPHAN = 'orphan';

/** An object with the resource that it belongs to. */
export interface Tracked {
  readonly resource: TrackedResource;
  readonly object: KubeObject;
}

/** A resource whose objects own others, or are owned. */
export interface TrackedResource {
  readonly type: ResourceType;
  readonly cache: ObjectCache;
  /** Objects by the UIDs of their owners. */
  readonly byOwner: ObjectIndex;
}

/** How things stand with an owner of an object. */
export type OwnerState = 'Solid' | 'Waiting' | 'Absent';

/** Who owns what. */
export class Owners {
  readonly resources: readonly TrackedResource[];
  readonly #byKind: ReadonlyMap<string, TrackedResource>;

  constructor(state: ClusterState) {
    // Events are about objects; they own nothing and nothing owns them.
    const types = state.types.filter(({ kind }) => kind !== 'Event');
    this.resources = types.map((type) => {
      const cache = state.of(type);
      return { type, cache, byOwner: cache.index(({ metadata }) => (metadata.ownerReferences ?? []).map(({ uid }) => uid)) };
    });
    this.#byKind = new Map(
      this.resources.map((resource) => [kindKey(apiVersionOf(resource.type), resource.type.kind), resource]),
    );
  }

  dependentsOf(uid: string): readonly Tracked[] {
    return this.resources.flatMap((resource) => resource.byOwner.get(uid).map((object) => ({ resource, object })));
  }

  hasDependents(uid: string): boolean {
    return this.resources.some(({ byOwner }) => byOwner.has(uid));
  }

  /** The owner that a reference names; undefined when it does not exist, be it that another object has its name now. */
  find(reference: OwnerReference, dependent: KubeObject): Tracked | undefined {
    const resource = this.#byKind.get(kindKey(reference.apiVersion, reference.kind));
    if (resource === undefined) return undefined;
    const { namespace = '' } = dependent.metadata;
    const object = resource.cache.get(resource.type.namespaced ? `${namespace}/${reference.name}` : reference.name);
    return object?.metadata.uid === reference.uid ? { resource, object } : undefined;
  }

  /** An owner of a kind that the server does not know is never taken for absent. */
  stateOf(reference: OwnerReference, dependent: KubeObject): OwnerState {
    if (!this.#byKind.has(kindKey(reference.apiVersion, reference.kind))) return 'Solid';
    const owner = this.find(reference, dependent);
    if (owner === undefined) return 'Absent';
    return isWaiting(owner.object) ? 'Waiting' : 'Solid';
  }
}

/** Whether an object is being deleted and waits for what it owns. */
export function isWaiting(object: KubeObject): boolean {
  return isDeleting(object) && object.metadata.finalizers?.includes(FOREGROUND) === true;
}

// References name the group; the version may be any that the server has.
function kindKey(apiVersion: string, kind: string): string {
  const group = apiVersion.includes('/') ? apiVersion.split('/')[0] : '';
  return `${group ?? ''}/${kind}`;
}
