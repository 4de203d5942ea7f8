import { isJsonObject, type Json } from '../../../core/json.ts';
import { deepEqual, findOldItem } from './correlation.ts';
import type { Schema } from './definition.ts';
import { goJson } from './go-format.ts';

/**
 * Whether `self == oldSelf` holds. Sets and maps are equal in any order. Source: apiserver, pkg/cel/common/valuesunstructured.go.
 */
export function schemaEqual(schema: Schema, value: unknown, old: unknown): boolean {
  if (value === old) return true;
  if (Array.isArray(value)) return Array.isArray(old) && value.length === old.length && listsEqual(schema, value, old);
  if (!isJsonObject(value)) return deepEqual(value, old);
  if (!isJsonObject(old) || Object.keys(value).length !== Object.keys(old).length) return false;
  return Object.entries(value).every(([name, inner]) => fieldsEqual(schema, name, inner, old));
}

function fieldsEqual(schema: Schema, name: string, value: unknown, old: Json): boolean {
  const { properties, additionalProperties } = schema;
  const field = properties === undefined ? additionalProperties : properties[name];
  // Kubernetes ignores an unknown field that the old object lacks.
  if (field === undefined) return !Object.hasOwn(old, name) || deepEqual(value, old[name]);
  return Object.hasOwn(old, name) && schemaEqual(field, value, old[name]);
}

function listsEqual(schema: Schema, list: readonly unknown[], old: readonly unknown[]): boolean {
  const { items = {} } = schema;
  switch (schema['x-kubernetes-list-type']) {
    case 'set': {
      const [texts, oldTexts] = [new Set(list.map(goJson)), new Set(old.map(goJson))];
      return texts.size === oldTexts.size && [...texts].every((text) => oldTexts.has(text));
    }
    case 'map':
      return list.every((item) => schemaEqual(items, item, findOldItem(schema, old, item)));
    default:
      return list.every((item, index) => schemaEqual(items, item, old[index]));
  }
}
