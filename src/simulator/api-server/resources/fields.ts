import type { KubeObject } from '../../../kube/kube-object.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A value as an object; an empty one if it is anything else. */
export function asObject(value: unknown): Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
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
