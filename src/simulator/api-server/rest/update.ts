import { isDeepStrictEqual } from 'node:util';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { ResourceType } from '../resources/resource-type.ts';
import { conflict, invalid, modified } from '../resources/status.ts';
import { decode, requireName } from './decode.ts';
import { json, storeKey, type ApiAnswer, type ApiRequest, type RequestContext, type Target } from './exchange.ts';
import { parseObject, writeOptions, type WriteOptions } from './options.ts';
import { withRequester } from './requester.ts';
import { admitted, shown, storedObject, type Admitted } from './stored.ts';
import { withoutWriteTime, withWriteTime } from './write-time.ts';

/** PUT of an object or of its status. */
export function replace(request: ApiRequest, target: Target, context: RequestContext): ApiAnswer {
  const { type, name = '' } = target;
  const options = writeOptions(request, 'UpdateOptions');
  const { object, warnings } = decode(parseObject(request.body, type.kind), target, options);
  requireName(object, name);
  const current = storedObject(target, context);
  requireSameUid(object, current, target);
  return answer(write({ object, current, options }, target, context), warnings);
}

/** What an update replaces with what. */
export interface Update {
  /** In the version of the resource. */
  readonly object: KubeObject;
  /** As stored. */
  readonly current: KubeObject;
  readonly options: WriteOptions;
}

/** The answer to an update; reading it has given warnings already. */
export function answer({ object, warnings }: Admitted, unread: readonly string[]): ApiAnswer {
  return json(200, object, [...unread, ...warnings]);
}

/** Stores an update, unless it changes nothing, and returns the object as the client sees it. */
export function write({ object, current, options }: Update, target: Target, context: RequestContext): Admitted {
  const { type, namespace, name = '' } = target;
  requireCurrent(object, current, type);
  const before = shown(type, current);
  const merged = { ...mergeParts(object, before, target), metadata: metadataFor(object, before, target) };
  requireNoNewFinalizers(merged, before, type);
  const stamped = withRequester(merged, current, target, context.caller);
  const { object: complete, warnings } = admitted({ object: stamped, previous: current, options }, target, context);
  type.strategy.checkUpdate?.(complete, current);
  const counted = withGeneration(complete, current, type);
  const isTimed = type.strategy.recordsWriteTime === true;
  if (isDeepStrictEqual(counted, isTimed ? withoutWriteTime(current) : current)) return { object: before, warnings };
  if (mayVanish(counted)) {
    // The last finalizer is gone. The server answers with the version that the object had.
    if (!options.dryRun) context.store.remove(type.storage, storeKey(namespace, name));
    return { object: shown(type, counted), warnings };
  }
  const written = isTimed ? withWriteTime(counted, context.now()) : counted;
  return { object: shown(type, options.dryRun ? written : context.store.put(type.storage, written)), warnings };
}

/** Whether nothing keeps an object that is being deleted. */
export function mayVanish(object: KubeObject): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds = 0, finalizers = [] } = object.metadata;
  const inSpec = object.kind === 'Namespace' ? namespaceFinalizers(object) : [];
  return deletionTimestamp !== undefined && deletionGracePeriodSeconds === 0 && finalizers.length + inSpec.length === 0;
}

function namespaceFinalizers({ spec }: KubeObject): readonly unknown[] {
  const { finalizers = [] } = (spec ?? {}) as { readonly finalizers?: readonly unknown[] };
  return finalizers;
}

// A status is written through its subresource only, and everything else not through it.
function mergeParts(object: KubeObject, before: KubeObject, { type, subresource }: Target): KubeObject {
  if (!type.statusSubresource) return object;
  const [rest, status] = subresource === 'status' ? [before, object] : [object, before];
  const { status: _status, ...withoutStatus } = rest;
  return 'status' in status
    ? { ...withoutStatus, metadata: rest.metadata, status: status['status'] }
    : { ...withoutStatus, metadata: rest.metadata };
}

function metadataFor(object: KubeObject, before: KubeObject, { type, subresource }: Target): KubeObject['metadata'] {
  // The status of a custom resource carries no metadata along; that of a built-in resource carries labels and annotations.
  if (subresource === 'status' && type.custom) return before.metadata;
  const { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion } = before.metadata;
  const owned = { uid, creationTimestamp, deletionTimestamp, deletionGracePeriodSeconds, generation, resourceVersion };
  const kept = Object.fromEntries(Object.entries(object.metadata).filter(([key]) => !Object.hasOwn(owned, key)));
  return { ...kept, ...Object.fromEntries(Object.entries(owned).filter(([, value]) => value !== undefined)) };
}

function requireSameUid(object: KubeObject, { metadata }: KubeObject, { type, namespace, name = '' }: Target): void {
  const { uid } = object.metadata;
  if (uid === undefined || uid === metadata.uid) return;
  const key = `/registry/${type.storage}/${storeKey(namespace, name)}`;
  const why = `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${metadata.uid ?? ''}`;
  const details = `Code: 4, Key: ${key}, ResourceVersion: 0, AdditionalErrorMsg: ${why}`;
  throw conflict(type, name, `StorageError: invalid object, ${details}`);
}

function requireCurrent(object: KubeObject, { metadata }: KubeObject, type: ResourceType): void {
  const { name = '', uid, resourceVersion } = object.metadata;
  if (resourceVersion === undefined || resourceVersion === '0') {
    if (type.unconditionalUpdate) return;
    const message = 'Invalid value: 0: must be specified for an update';
    // Here the server names the resource where it otherwise names the kind.
    const named = { ...type, kind: type.plural };
    throw invalid(named, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.resourceVersion' }]);
  }
  if (resourceVersion !== metadata.resourceVersion) throw modified(type, name);
  if (uid !== undefined && uid !== metadata.uid) {
    const message = `Invalid value: ${JSON.stringify(uid)}: field is immutable`;
    throw invalid(type, name, [{ reason: 'FieldValueInvalid', message, field: 'metadata.uid' }]);
  }
}

function requireNoNewFinalizers(object: KubeObject, before: KubeObject, type: ResourceType): void {
  if (before.metadata.deletionTimestamp === undefined) return;
  const known = before.metadata.finalizers ?? [];
  const added = (object.metadata.finalizers ?? []).filter((finalizer) => !known.includes(finalizer));
  if (added.length === 0) return;
  const names = added.map((finalizer) => JSON.stringify(finalizer)).join(', ');
  const message = `Forbidden: no new finalizers can be added if the object is being deleted, found new finalizers []string{${names}}`;
  throw invalid(type, object.metadata.name ?? '', [{ reason: 'FieldValueForbidden', message, field: 'metadata.finalizers' }]);
}

function withGeneration(object: KubeObject, previous: KubeObject, type: ResourceType): KubeObject {
  if (!type.generation || isDeepStrictEqual(desired(object), desired(previous))) return object;
  return { ...object, metadata: { ...object.metadata, generation: (previous.metadata.generation ?? 0) + 1 } };
}

function desired(object: KubeObject): unknown {
  const { metadata: _metadata, status: _status, apiVersion: _apiVersion, kind: _kind, ...rest } = object;
  return rest;
}
