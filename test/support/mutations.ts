import type { Schema } from '../../src/simulator/api-server/schema/definition.ts';

/** Any part of an object. */
export type Tree = Record<string, unknown>;

/** An object that differs from a valid one at one place. */
export interface Mutation {
  /** Where, and what was done there. */
  readonly title: string;
  readonly object: Tree;
}

type Path = readonly (string | number)[];

const WRONG_TYPES: readonly unknown[] = [
  'wrong',
  7,
  -1,
  1.5,
  3_000_000_000,
  1e21,
  true,
  null,
  [],
  {},
  [1],
  ['a', 'a'],
  { a: 1 },
  { a: 'b' },
];

/** Every change of one property of an object that its schema suggests. */
export function mutationsOf(object: Tree, schema: Schema): readonly Mutation[] {
  return changesAt(object, schema, []).map(({ path, what, value }) => ({
    title: `${path.map(String).join('.')}: ${what}`,
    object: changed(object, path, value) as Tree,
  }));
}

interface Change {
  readonly path: Path;
  readonly what: string;
  /** Undefined deletes the property. */
  readonly value: unknown;
}

function changesAt(value: unknown, schema: Schema, path: Path): readonly Change[] {
  const here = path.length === 0 ? [] : [...changesOf(value, schema)].map((change) => ({ path, ...change }));
  if (Array.isArray(value)) {
    const items = schema.items ?? {};
    return [...here, ...value.flatMap((item, index) => changesAt(item, items, [...path, index]))];
  }
  if (!isTree(value)) return here;
  const { properties = {}, additionalProperties } = schema;
  const inner = Object.entries(value).flatMap(([name, field]) =>
    changesAt(field, properties[name] ?? additionalProperties ?? {}, [...path, name]),
  );
  const absent = Object.entries(properties)
    .filter(([name]) => !(name in value))
    .flatMap(([name, property]) => [
      { path: [...path, name], what: 'add a valid value', value: sample(property) },
      { path: [...path, name], what: 'add a value of a wrong type', value: property.type === 'string' ? 7 : 'wrong' },
    ]);
  return [...here, ...inner, ...absent, { path: [...path, 'unknown'], what: 'add an unknown field', value: { a: 1 } }];
}

function* changesOf(value: unknown, schema: Schema): Generator<Omit<Change, 'path'>> {
  yield { what: 'delete', value: undefined };
  for (const wrong of WRONG_TYPES) yield { what: `set to ${JSON.stringify(wrong)}`, value: wrong };
  yield* boundaries(schema);
  if (typeof value === 'string') {
    yield { what: 'empty', value: '' };
    yield { what: 'add a blank', value: `${value} ` };
    yield { what: 'add odd characters', value: `${value}ä"<\n` };
  }
  if (Array.isArray(value) && value.length > 0) {
    const list: readonly unknown[] = value;
    yield { what: 'repeat the first item', value: [...list, list[0]] };
    yield { what: 'add null', value: [...list, null] };
    yield { what: 'reverse', value: list.toReversed() };
  }
}

function* boundaries(schema: Schema): Generator<Omit<Change, 'path'>> {
  const { minimum, maximum, maxLength, maxItems, maxProperties, items } = schema;
  for (const limit of [minimum, maximum]) {
    if (limit === undefined) continue;
    for (const step of [-1, 0, 1]) yield { what: `set to ${limit + step}`, value: limit + step };
  }
  if (maximum !== undefined) yield { what: 'set to a fraction above the maximum', value: maximum + 0.5 };
  if (maxLength !== undefined) {
    yield { what: 'as long as possible', value: 'a'.repeat(maxLength) };
    yield { what: 'too long', value: 'ä'.repeat(maxLength + 1) };
  }
  if (maxItems !== undefined)
    yield { what: 'too many items', value: Array.from({ length: maxItems + 1 }, () => sample(items ?? {})) };
  if (maxProperties !== undefined) {
    const entries = Array.from({ length: maxProperties + 1 }, (_, index) => [`key-${index}`, 'value']);
    yield { what: 'too many properties', value: Object.fromEntries(entries) };
  }
}

/** A value that has the right type, and often is valid. */
function sample(schema: Schema): unknown {
  if (schema.default !== undefined) return schema.default;
  if (schema['x-kubernetes-int-or-string'] === true) return schema.minimum ?? 1;
  switch (schema.type) {
    case 'object': {
      const names = schema.required ?? [];
      return Object.fromEntries(names.map((name) => [name, sample(schema.properties?.[name] ?? {})]));
    }
    case 'array':
      return Array.from({ length: schema.minItems ?? 1 }, () => sample(schema.items ?? {}));
    case 'integer':
      return schema.minimum ?? 1;
    case 'boolean':
      return true;
    case undefined:
    default:
      return schema.enum?.[0] ?? (schema.format === 'date-time' ? '2026-01-01T00:00:00Z' : 'abcd');
  }
}

function changed(value: unknown, [key, ...rest]: Path, inner: unknown): unknown {
  if (key === undefined) return inner;
  if (Array.isArray(value)) {
    return value.flatMap((item: unknown, index) => {
      if (index !== key) return [item];
      return rest.length === 0 && inner === undefined ? [] : [changed(item, rest, inner)];
    });
  }
  const tree = isTree(value) ? value : {};
  const { [String(key)]: old, ...others } = tree;
  return rest.length === 0 && inner === undefined ? others : { ...tree, [String(key)]: changed(old, rest, inner) };
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
