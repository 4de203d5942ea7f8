import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Schema } from './definition.ts';
import { fieldSchema } from './prune.ts';

/**
 * A value of an updated object with its old value. Errors about values that did not change are not returned (ratcheting), so that an
 * object that was valid under an older schema can be edited elsewhere. Source: apiserver, pkg/cel/common/equality.go.
 */
export class Correlation {
  readonly #value: unknown;
  readonly #old: unknown;
  readonly #schema: Schema;
  #equal: boolean | undefined;

  constructor(value: unknown, old: unknown, schema: Schema) {
    this.#value = value;
    this.#old = old;
    this.#schema = schema;
  }

  /** The field of an object; undefined if it has no old value or no schema. */
  key(name: string): Correlation | undefined {
    const [value, old] = [this.#value, this.#old];
    if (!isJsonObject(value) || !isJsonObject(old) || !Object.hasOwn(value, name) || !Object.hasOwn(old, name)) return undefined;
    const schema = fieldSchema(this.#schema, name);
    return schema === undefined ? undefined : new Correlation(value[name], old[name], schema);
  }

  /** The item of a list; undefined unless the list is a map and had an item with the same keys. */
  index(index: number): Correlation | undefined {
    const { items } = this.#schema;
    if (!Array.isArray(this.#value) || items === undefined) return undefined;
    const item: unknown = this.#value[index];
    const old = findOldItem(this.#schema, this.#old, item);
    return old === undefined ? undefined : new Correlation(item, old, items);
  }

  /** Whether the value did not change. The order of the items of a map list does not matter. */
  isUnchanged(): boolean {
    this.#equal ??= this.#compare();
    return this.#equal;
  }

  #compare(): boolean {
    const [value, old] = [this.#value, this.#old];
    if (Array.isArray(value) && Array.isArray(old) && this.#schema['x-kubernetes-list-type'] === 'map') {
      return value.length === old.length && value.every((_, index) => this.index(index)?.isUnchanged() === true);
    }
    if (isJsonObject(value) && isJsonObject(old)) {
      const names = Object.keys(value);
      return names.length === Object.keys(old).length && names.every((name) => this.key(name)?.isUnchanged() === true);
    }
    return deepEqual(value, old);
  }
}

/** The item of the old list with the same keys, if the list is a map. */
export function findOldItem(schema: Schema, oldList: unknown, item: unknown): unknown {
  const keys = schema['x-kubernetes-list-map-keys'] ?? [];
  if (schema['x-kubernetes-list-type'] !== 'map' || !Array.isArray(oldList) || !isJsonObject(item)) return undefined;
  return (oldList as readonly unknown[]).find((old) => isJsonObject(old) && keys.every((key) => sameKey(item, old, key)));
}

function sameKey(item: Json, old: Json, key: string): boolean {
  return item[key] === old[key];
}

/** Whether two JSON values are equal. */
export function deepEqual(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => deepEqual(item, b[index]));
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => Object.hasOwn(b, name) && deepEqual(a[name], b[name]));
}
