import type { KubeObject } from '../../../kube/kube-object.ts';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import { StatusError, notFound } from '../resources/status.ts';
import { duplicatesIn } from './decode-own.ts';
import { storeKey, type ServerContext, type Target } from './exchange.ts';
import { requireValid } from './validate-own.ts';
import type { WriteOptions } from './options.ts';

/** The stored object that a request names. Throws a 404. */
export function storedObject({ type, namespace, name = '' }: Target, { store }: ServerContext): KubeObject {
  const object = store.get(type.storage, storeKey(namespace, name));
  if (object === undefined) throw notFound(type, name);
  return object;
}

/** An object in the version of a resource. */
export function shown(type: ResourceType, object: KubeObject): KubeObject {
  return { ...(type.strategy.fromStorage?.(object) ?? object), apiVersion: apiVersionOf(type), kind: type.kind };
}

/** An object that is to be written. */
export interface Candidate {
  /** In the version of the resource. */
  readonly object: KubeObject;
  /** As stored; undefined for a new object. */
  readonly previous: KubeObject | undefined;
  readonly options: WriteOptions;
}

/** An object that may be stored. */
export interface Admitted {
  /** In the stored version. */
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/** Completes and validates an object, and converts it to the stored version. */
export function admitted(candidate: Candidate, target: Target, context: ServerContext): Admitted {
  const { type, subresource } = target;
  if (!type.custom) {
    const own = completed(candidate, type);
    requireValid(own, type, candidate.previous === undefined ? 'Create' : 'Update');
    return { object: own, warnings: [] };
  }
  const { object, previous, options } = candidate;
  const result = context.admit(type, {
    operation: previous === undefined ? 'Create' : 'Update',
    object,
    ...(previous === undefined ? {} : { oldObject: previous }),
    ...(subresource === 'status' ? { subresource } : {}),
    fieldValidation: options.fieldValidation,
    ...(options.fieldValidation === 'Ignore' ? {} : { duplicateFields: duplicatesIn(options.body) }),
    ...(options.patched === undefined ? {} : { patched: options.patched() }),
  });
  if (result.kind === 'Rejected') throw StatusError.from(result.status);
  return { object: result.object as unknown as KubeObject, warnings: result.warnings };
}

function completed({ object, previous }: Candidate, { strategy }: ResourceType): KubeObject {
  const inStorage = strategy.toStorage?.(object) ?? object;
  const prepared =
    (previous === undefined ? strategy.prepareCreate?.(inStorage) : strategy.prepareUpdate?.(inStorage, previous)) ?? inStorage;
  return strategy.normalize?.(prepared) ?? prepared;
}
