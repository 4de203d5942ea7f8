import { isJsonObject } from '../../../core/json.ts';
import type { Schema } from './definition.ts';
import { fieldSchema } from './prune.ts';

/**
 * The value as the API server stores it: with the defaults of its schema. A default applies only where the parent exists. A null counts
 * as absent where the schema describes a field that is not nullable; in a list without a default for its items, it stays.
 * Source: apiextensions-apiserver, pkg/apiserver/schema/defaulting.
 */
export function withDefaults(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown) =>
      withDefaults(isAbsent(item, schema.items) ? (schema.items?.default ?? null) : item, schema.items),
    );
  }
  if (!isJsonObject(value)) return value;
  const names = new Set([...Object.keys(value), ...Object.keys(schema.properties ?? {})]);
  const entries = [...names].flatMap((name): readonly (readonly [string, unknown])[] => {
    const field = fieldSchema(schema, name);
    const entry = field !== undefined && isAbsent(value[name], field) ? field.default : value[name];
    return entry === undefined ? [] : [[name, withDefaults(entry, field)]];
  });
  return Object.fromEntries(entries);
}

function isAbsent(value: unknown, schema: Schema | undefined): boolean {
  return value === undefined || (value === null && schema?.nullable !== true);
}
