import type { Schema } from '../../src/generate/crd.ts';

/**
 * The value as the API server stores it: with the defaults of its structural schema. A default applies only where the parent exists.
 * A null counts as absent where the schema describes the field; content that it does not describe stays as it is.
 * Source: apiextensions-apiserver, pkg/apiserver/schema/defaulting.
 */
export function withDefaults(value: unknown, schema: Schema | undefined): unknown {
  if (schema === undefined || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) {
    return value.map((item: unknown) => withDefaults(item ?? schema.items?.default ?? null, schema.items));
  }
  const { properties = {}, additionalProperties } = schema;
  const given: Readonly<Record<string, unknown>> = { ...value };
  const names = new Set([...Object.keys(given), ...Object.keys(properties)]);
  const entries = [...names].flatMap((name): readonly (readonly [string, unknown])[] => {
    const field = properties[name] ?? additionalProperties;
    const entry = field === undefined ? given[name] : (given[name] ?? field.default);
    return entry === undefined ? [] : [[name, withDefaults(entry, field)]];
  });
  return Object.fromEntries(entries);
}
