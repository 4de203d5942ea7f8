import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { failedPrecondition } from '../resources/status.ts';
import { json, storeKey, type ApiAnswer, type ApiRequest, type ServerContext, type Target } from './exchange.ts';
import { timestamp } from './identity.ts';
import { listOf } from './list.ts';
import { deleteOptions, type DeleteOptions } from './options.ts';
import { selectionOf } from './selection.ts';
import { shown, storedObject } from './stored.ts';
import { mayVanish } from './update.ts';

/** DELETE of an object. */
export function remove(request: ApiRequest, target: Target, context: ServerContext): ApiAnswer {
  const options = deleteOptions(request);
  const { type } = target;
  const { object, gone } = removeObject(storedObject(target, context), options, target, context);
  if (!gone || type.strategy.returnsDeleted === true) return json(200, shown(type, object));
  const { name, uid } = object.metadata;
  const group = type.group === '' ? {} : { group: type.group };
  const details = { name, ...group, kind: type.plural, uid };
  return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

/** DELETE of a collection. */
export function removeCollection(request: ApiRequest, target: Target, context: ServerContext): ApiAnswer {
  const options = deleteOptions(request);
  const { type } = target;
  const selection = selectionOf(request.query, target);
  const { objects = [], version = 0 } = context.store.list(type.storage) ?? {};
  const selected = objects.filter((object) => selection.inScope(object) && selection.selects(object));
  for (const object of selected) removeObject(object, options, target, context);
  return json(200, listOf(type, selected, { resourceVersion: String(version) }));
}

/** What a delete came to. */
export interface Removal {
  readonly object: KubeObject;
  /** False when something keeps the object for now. */
  readonly gone: boolean;
}

/** Deletes an object, or marks it as being deleted when finalizers or a grace period keep it. */
export function removeObject(
  object: KubeObject,
  options: DeleteOptions,
  { type }: Pick<Target, 'type'>,
  { store, now }: ServerContext,
): Removal {
  const { name = '', namespace } = object.metadata;
  requirePreconditions(object, options, type);
  const marked = markDeleted(object, options, type, now());
  const gone = mayVanish(marked);
  if (options.dryRun) return { object: marked, gone };
  if (gone) {
    // What ends with grace is marked first, even when the grace is over at once.
    if (type.strategy.gracePeriod !== undefined && marked !== object) store.put(type.storage, marked);
    const removed = store.remove(type.storage, storeKey(namespace, name)) ?? marked;
    return { object: removed, gone };
  }
  return { object: marked === object ? object : store.put(type.storage, marked), gone };
}

function requirePreconditions({ metadata }: KubeObject, { preconditions }: DeleteOptions, type: ResourceType): void {
  const { name = '', uid = '', resourceVersion = '' } = metadata;
  const wanted = { uid: preconditions.uid ?? uid, resourceVersion: preconditions.resourceVersion ?? resourceVersion };
  if (wanted.uid !== uid) {
    const why = `the UID in the precondition (${wanted.uid}) does not match the UID in record (${uid}). The object might have been deleted and then recreated`;
    throw failedPrecondition(type, name, why);
  }
  if (wanted.resourceVersion !== resourceVersion) {
    const why = `the ResourceVersion in the precondition (${wanted.resourceVersion}) does not match the ResourceVersion in record (${resourceVersion}). The object might have been modified`;
    throw failedPrecondition(type, name, why);
  }
}

function markDeleted(object: KubeObject, options: DeleteOptions, type: ResourceType, nowMs: number): KubeObject {
  const { metadata } = object;
  if (metadata.deletionTimestamp !== undefined) return shortened(object, options, type, nowMs);
  const policy = options.propagationPolicy ?? type.strategy.propagation ?? 'Background';
  const known = (metadata.finalizers ?? []).filter((finalizer) => !isCollectorFinalizer(finalizer));
  const added = policy === 'Foreground' ? ['foregroundDeletion'] : policy === 'Orphan' ? ['orphan'] : [];
  const finalizers = [...known, ...added];
  const grace = type.strategy.gracePeriod?.(object, options.gracePeriodSeconds) ?? 0;
  const { finalizers: _finalizers, ...rest } = metadata;
  const marked: KubeObject = {
    ...object,
    metadata: {
      ...rest,
      ...(finalizers.length === 0 ? {} : { finalizers }),
      ...(metadata.generation === undefined ? {} : { generation: metadata.generation + 1 }),
      deletionTimestamp: timestamp(nowMs + grace * 1000),
      ...(type.kind === 'Namespace' ? {} : { deletionGracePeriodSeconds: grace }),
    },
  };
  if (type.kind !== 'Namespace') return marked;
  return { ...marked, status: { phase: 'Terminating' } };
}

// A later delete can only shorten the grace period.
function shortened(object: KubeObject, options: DeleteOptions, type: ResourceType, nowMs: number): KubeObject {
  const { deletionTimestamp = '', deletionGracePeriodSeconds: granted = 0 } = object.metadata;
  const grace = type.strategy.gracePeriod?.(object, options.gracePeriodSeconds) ?? granted;
  if (grace >= granted) return object;
  const end = grace === 0 ? nowMs : Date.parse(deletionTimestamp) - (granted - grace) * 1000;
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: timestamp(end), deletionGracePeriodSeconds: grace } };
}

function isCollectorFinalizer(finalizer: string): boolean {
  return finalizer === 'foregroundDeletion' || finalizer === 'orphan';
}
