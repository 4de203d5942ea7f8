import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Schema } from './definition.ts';

/** An object without the fields that its schema does not describe. */
export interface Pruned {
  readonly object: Json;
  /** The paths of the removed fields, sorted. */
  readonly unknownFields: readonly string[];
}

const META_FIELDS: ReadonlySet<string> = new Set(['apiVersion', 'kind', 'metadata']);

/**
 * Removes unknown fields from an object. Source: apiextensions-apiserver, pkg/apiserver/schema/pruning.
 */
export function prune(object: Json, schema: Schema): Pruned {
  const unknownFields: string[] = [];
  const entries = Object.entries(object).flatMap(([name, value]): readonly (readonly [string, unknown])[] => {
    if (META_FIELDS.has(name)) return [[name, value]];
    const field = fieldSchema(schema, name);
    if (field === undefined && schema['x-kubernetes-preserve-unknown-fields'] !== true) {
      unknownFields.push(name);
      return [];
    }
    return [[name, pruneValue(value, field, name, unknownFields)]];
  });
  return { object: Object.fromEntries(entries), unknownFields: unknownFields.sort() };
}

function pruneValue(value: unknown, schema: Schema | undefined, path: string, unknownFields: string[]): unknown {
  if (schema === undefined) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown, index) => {
      if (schema.items === undefined && !preserves(schema)) return pruneUndescribed(item, `${path}[${index}]`, unknownFields);
      return pruneValue(item, schema.items, `${path}[${index}]`, unknownFields);
    });
  }
  if (!isJsonObject(value)) return value;
  const entries = Object.entries(value).flatMap(([name, inner]): readonly (readonly [string, unknown])[] => {
    const field = fieldSchema(schema, name);
    if (field === undefined && !preserves(schema)) {
      unknownFields.push(`${path}.${name}`);
      return [];
    }
    return [[name, pruneValue(inner, field, `${path}.${name}`, unknownFields)]];
  });
  return Object.fromEntries(entries);
}

/** A value where the schema describes nothing: all fields of objects are unknown. */
function pruneUndescribed(value: unknown, path: string, unknownFields: string[]): unknown {
  if (Array.isArray(value)) return value.map((item, index) => pruneUndescribed(item, `${path}[${index}]`, unknownFields));
  if (!isJsonObject(value)) return value;
  unknownFields.push(...Object.keys(value).map((name) => `${path}.${name}`));
  return {};
}

/** The schema of a field; undefined if the field is unknown. */
export function fieldSchema(schema: Schema, name: string): Schema | undefined {
  return Object.hasOwn(schema.properties ?? {}, name) ? schema.properties?.[name] : schema.additionalProperties;
}

function preserves(schema: Schema): boolean {
  return schema['x-kubernetes-preserve-unknown-fields'] === true;
}
