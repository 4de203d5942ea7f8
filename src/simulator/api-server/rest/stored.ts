import type { KubeObject } from '../../../kube/kube-object.ts';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import { invalid, notFound } from '../resources/status.ts';
import { storeKey, type ServerContext, type Target } from './exchange.ts';

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

/** Completes and validates an object that is to be written, and converts it to the stored version. */
export function admitted(
  object: KubeObject,
  previous: KubeObject | undefined,
  { type }: Target,
  context: ServerContext,
): KubeObject {
  const { strategy } = type;
  const inStorage = strategy.toStorage?.(object) ?? object;
  const prepared =
    (previous === undefined ? strategy.prepareCreate?.(inStorage) : strategy.prepareUpdate?.(inStorage, previous)) ?? inStorage;
  const normalized = strategy.normalize?.(prepared) ?? prepared;
  if (!type.custom) return normalized;
  const { object: complete, errors } = context.admit(type, normalized, previous);
  if (errors.length > 0) throw invalid(type, object.metadata.name ?? '', errors);
  return complete;
}
