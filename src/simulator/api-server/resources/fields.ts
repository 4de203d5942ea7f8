import { asObject, asObjects, type Json } from '../../../core/json.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';

/** A status whose conditions have the times that Go cannot leave out. */
export function withConditions(status: Json, times: Json): Json {
  if (!('conditions' in status)) return status;
  return { ...status, conditions: asObjects(status['conditions']).map((condition) => ({ ...times, ...condition })) };
}

/** The text at a path like `spec.nodeName`; empty when there is none. */
export function textAt(object: KubeObject, path: string): string {
  const value = path.split('.').reduce<unknown>((parent, key) => asObject(parent)[key], object);
  return typeof value === 'string' ? value : '';
}

/** An object without the fields whose value is null or undefined. */
export function withoutNulls(fields: Json): Json {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
