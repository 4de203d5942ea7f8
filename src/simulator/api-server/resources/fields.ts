import type { KubeObject } from '../../../kube/kube-object.ts';

/** A JSON object whose fields nobody has checked. */
export type Fields = Readonly<Record<string, unknown>>;

/** A value as an object; an empty one if it is anything else. */
export function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
}

/** A value as a list of objects; an empty one if it is anything else. */
export function asObjects(value: unknown): readonly Fields[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

/** A status whose conditions have the times that Go cannot leave out. */
export function withConditions(status: Fields, times: Fields): Fields {
  if (!('conditions' in status)) return status;
  return { ...status, conditions: asObjects(status['conditions']).map((condition) => ({ ...times, ...condition })) };
}

/** The text at a path like `spec.nodeName`; empty when there is none. */
export function textAt(object: KubeObject, path: string): string {
  const value = path.split('.').reduce<unknown>((parent, key) => asObject(parent)[key], object);
  return typeof value === 'string' ? value : '';
}

/** An object without the fields whose value is null or undefined. */
export function withoutNulls(fields: Fields): Fields {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null && value !== undefined));
}
