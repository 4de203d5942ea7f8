import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Schema } from './definition.ts';
import { duplicate, invalid, type FieldError } from './field-error.ts';
import { goJson } from './go-format.ts';
import { fieldSchema } from './prune.ts';

/**
 * Finds items that occur twice in lists of the types `set` and `map`. Each is reported once, where it occurs for the second time.
 * Source: apiextensions-apiserver, pkg/apiserver/schema/listtype.
 */
export function validateLists(schema: Schema, value: unknown, path = ''): readonly FieldError[] {
  if (Array.isArray(value)) {
    const { items } = schema;
    return [
      ...listErrors(schema, value, path),
      ...(items === undefined ? [] : value.flatMap((item, index) => validateLists(items, item, `${path}[${index}]`))),
    ];
  }
  if (!isJsonObject(value)) return [];
  return Object.entries(value).flatMap(([name, inner]) => {
    const field = fieldSchema(schema, name);
    return field === undefined ? [] : validateLists(field, inner, innerPath(schema, path, name));
  });
}

/** The path of a field: keys of maps are in brackets. */
export function innerPath(schema: Schema, path: string, name: string): string {
  if (!Object.hasOwn(schema.properties ?? {}, name)) return `${path}[${name}]`;
  return path === '' ? name : `${path}.${name}`;
}

function listErrors(schema: Schema, list: readonly unknown[], path: string): readonly FieldError[] {
  const type = schema['x-kubernetes-list-type'];
  if (type === 'set') return repeated(list).map((index) => duplicate(`${path}[${index}]`, list[index]));
  if (type !== 'map') return [];
  const wrong = list.findIndex((item) => item !== null && !isJsonObject(item));
  if (wrong >= 0) return [invalid(`${path}[${wrong}]`, list[wrong], 'must be an object for an array of list-type map')];
  const keys = list.map((item) => keysOf(schema, isJsonObject(item) ? item : {}));
  return repeated(keys).map((index) => duplicate(`${path}[${index}]`, keys[index]));
}

function keysOf(schema: Schema, item: Json): Json {
  const names = schema['x-kubernetes-list-map-keys'] ?? [];
  return Object.fromEntries(names.filter((name) => Object.hasOwn(item, name)).map((name) => [name, item[name]]));
}

/** The indexes at which a value occurs for the second time. */
function repeated(values: readonly unknown[]): readonly number[] {
  if (values.length <= 1) return [];
  const seen = new Map<string, number>();
  return values.flatMap((value, index) => {
    const text = goJson(value);
    const times = (seen.get(text) ?? 0) + 1;
    seen.set(text, times);
    return times === 2 ? [index] : [];
  });
}
