import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import type { ClusterClient } from '../cluster-client.ts';
import { between, type ControllerPorts } from '../state/controller-ports.ts';
import { isDeleting } from '../state/objects.ts';
import type { Change } from '../state/object-cache.ts';
import { Worker } from '../worker.ts';
import { FOREGROUND, isWaiting, ORPHAN, Owners, type Tracked, type TrackedResource } from './owners.ts';

/** From a change to what the garbage collector does about it (ms). */
const LATENCY = { least: 10, most: 150 };
/** After a write that failed (ms). */
const RETRY_MS = 1000;

/**
 * Deletes objects whose owners are gone, as the garbage collector of kube-controller-manager does: in the background, in the foreground
 * (owners last), or not at all (owners' references are removed).
 */
export function startGarbageCollector(client: ClusterClient, { state, random, setTimer }: ControllerPorts): () => void {
  const owners = new Owners(state);
  const worker = new Worker({ setTimer, delayMs: () => between(random, LATENCY.least, LATENCY.most), handle });

  function onChange(resource: TrackedResource, { type, object, previous }: Change): void {
    const { uid = '', finalizers = [], ownerReferences = [] } = object.metadata;
    if (type === 'DELETED') {
      for (const dependent of owners.dependentsOf(uid)) add(dependent);
      for (const reference of ownerReferences) {
        const owner = owners.find(reference, object);
        if (owner !== undefined && isWaiting(owner.object)) add(owner);
      }
      return;
    }
    const deleting = isDeleting(object) && (finalizers.includes(FOREGROUND) || finalizers.includes(ORPHAN));
    if (deleting || (ownerReferences.length > 0 && haveOwnersChanged(object, previous))) {
      if (deleting || ownerReferences.some((reference) => owners.stateOf(reference, object) !== 'Solid')) {
        add({ resource, object });
      }
    }
    for (const reference of lostReferences(object, previous)) {
      const owner = owners.find(reference, object);
      if (owner !== undefined && isWaiting(owner.object)) add(owner);
    }
  }

  function add({ resource, object }: Tracked): void {
    worker.add(`${owners.resources.indexOf(resource)} ${keyOf(object)}`);
  }

  function handle(key: string): void {
    const [index = '', name = ''] = key.split(' ');
    const resource = owners.resources[Number(index)];
    const object = resource?.cache.get(name);
    if (resource === undefined || object === undefined) return;
    if (!collect({ resource, object })) worker.addAfter(key, RETRY_MS);
  }

  /** Does what an object needs; false when a write failed. */
  function collect(tracked: Tracked): boolean {
    const { object } = tracked;
    const { finalizers = [] } = object.metadata;
    if (isDeleting(object) && finalizers.includes(ORPHAN)) return orphan(tracked);
    if (isWaiting(object)) return deleteDependents(tracked);
    return isDeleting(object) || deleteUnlessOwned(tracked);
  }

  function deleteUnlessOwned({ resource, object }: Tracked): boolean {
    const { ownerReferences = [], uid = '', finalizers = [] } = object.metadata;
    const rated = ownerReferences.map((reference) => ({ reference, state: owners.stateOf(reference, object) }));
    const kept = rated.filter(({ state: owner }) => owner === 'Solid').map(({ reference }) => reference);
    const path = resource.cache.pathOf(object);
    if (ownerReferences.length === 0 || kept.length === rated.length) return true;
    if (kept.length > 0) return worked(client.mergePatch(path, { metadata: { uid, ownerReferences: kept } }));
    const waiting = rated.some(({ state: owner }) => owner === 'Waiting');
    const foreground = finalizers.includes(FOREGROUND) || (waiting && owners.hasDependents(uid));
    const propagationPolicy = foreground ? 'Foreground' : finalizers.includes(ORPHAN) ? 'Orphan' : 'Background';
    return worked(client.delete(path, { uid, propagationPolicy }));
  }

  /** An owner in the foreground goes once nothing that blocks its deletion is left. */
  function deleteDependents(tracked: Tracked): boolean {
    const { uid = '' } = tracked.object.metadata;
    const blocking = owners
      .dependentsOf(uid)
      .filter(({ object }) =>
        object.metadata.ownerReferences?.some((each) => each.uid === uid && each.blockOwnerDeletion === true),
      );
    if (blocking.length === 0) return removeFinalizer(tracked, FOREGROUND);
    for (const dependent of blocking) if (!isDeleting(dependent.object)) add(dependent);
    return true;
  }

  function orphan(tracked: Tracked): boolean {
    const { uid = '' } = tracked.object.metadata;
    const freed = owners.dependentsOf(uid).map(({ resource, object }) => {
      const ownerReferences = object.metadata.ownerReferences?.filter((reference) => reference.uid !== uid);
      return worked(
        client.mergePatch(resource.cache.pathOf(object), { metadata: { uid: object.metadata.uid, ownerReferences } }),
      );
    });
    return !freed.includes(false) && removeFinalizer(tracked, ORPHAN);
  }

  function removeFinalizer({ resource, object }: Tracked, finalizer: string): boolean {
    const finalizers = object.metadata.finalizers?.filter((each) => each !== finalizer);
    return worked(client.mergePatch(resource.cache.pathOf(object), { metadata: { finalizers } }));
  }

  const stops = owners.resources.map((resource) => resource.cache.onChange((change) => onChange(resource, change)));
  return () => {
    for (const stop of stops) stop();
    worker.stop();
  };
}

function worked(outcome: { readonly ok: boolean; readonly code?: number }): boolean {
  return outcome.ok || outcome.code === 404;
}

function haveOwnersChanged(object: KubeObject, previous: KubeObject | undefined): boolean {
  return JSON.stringify(object.metadata.ownerReferences) !== JSON.stringify(previous?.metadata.ownerReferences);
}

function lostReferences(
  { metadata }: KubeObject,
  previous: KubeObject | undefined,
): NonNullable<KubeObject['metadata']['ownerReferences']> {
  const now = metadata.ownerReferences ?? [];
  return (previous?.metadata.ownerReferences ?? []).filter(({ uid }) => !now.some((reference) => reference.uid === uid));
}
