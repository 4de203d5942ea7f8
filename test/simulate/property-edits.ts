import { isDeepStrictEqual } from 'node:util';
import { asObject, isJsonObject, type Json } from '../../src/core/json.ts';
import { COMPANIONS, SAMPLES } from './property-samples.ts';

/** A change of one property of a plan's spec. */
export interface PropertyEdit {
  /** The property in the schema, for example `spec.windows[].schedule`. */
  readonly property: string;
  /** Specs with the changed property, the best first. The API server may reject some of them. */
  readonly candidates: readonly Json[];
}

/** The part of an OpenAPI schema that edits are made from. */
interface Schema {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly additionalProperties?: Schema;
  readonly required?: readonly string[];
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly default?: unknown;
  readonly 'x-kubernetes-int-or-string'?: boolean;
}

/** One edit for every property below `spec` that holds a value of its own. */
export function propertyEdits(schema: Json, spec: Json): readonly PropertyEdit[] {
  return leavesOf(schema as Schema, 'spec').map((property) => ({
    property,
    candidates: candidatesFor(schema as Schema, spec, property),
  }));
}

/** The properties that hold a value of their own: neither objects with properties, nor lists of objects. */
function leavesOf(schema: Schema, path: string): readonly string[] {
  if (schema.properties !== undefined && samplesFor(path) === undefined) {
    return Object.entries(schema.properties).flatMap(([name, child]) => leavesOf(child, `${path}.${name}`));
  }
  if (schema.items?.properties !== undefined) return leavesOf(schema.items, `${path}[]`);
  return [path];
}

function candidatesFor(schema: Schema, spec: Json, property: string): readonly Json[] {
  const steps = property.split('.').slice(1);
  const changes = [true, false].flatMap((reuse) =>
    valuesFor(schemaAt(schema, steps), property, valueAt(spec, steps)).map((value) =>
      withValue({ schema, current: spec, steps, path: 'spec', value, reuse }),
    ),
  );
  const distinct = changes.filter(
    (candidate, index) => changes.findIndex((other) => isDeepStrictEqual(other, candidate)) === index,
  );
  return distinct.filter((candidate): candidate is Json => isJsonObject(candidate) && !isDeepStrictEqual(candidate, spec));
}

function samplesFor(path: string): readonly unknown[] | undefined {
  return SAMPLES[path] ?? SAMPLES[path.slice(path.lastIndexOf('.') + 1)];
}

/** Values that differ from the present one. */
function valuesFor(schema: Schema, path: string, before: unknown): readonly unknown[] {
  const made = samplesFor(path) ?? madeUp(schema, before);
  return made.filter((value) => !isDeepStrictEqual(value, before));
}

function madeUp(schema: Schema, before: unknown): readonly unknown[] {
  if (schema.enum !== undefined) return schema.enum;
  if (schema['x-kubernetes-int-or-string'] === true) return [2, '50%'];
  switch (schema.type) {
    case 'boolean':
      return [before !== true];
    case 'integer': {
      const { minimum = 0, maximum = Infinity } = schema;
      const base = typeof before === 'number' ? before : (schema.default ?? minimum);
      return [Math.min(Number(base) + 1, maximum), minimum];
    }
    case 'array':
      return [schema.items === undefined ? [] : [madeUp(schema.items, undefined)[0]], []];
    case 'object':
      return [schema.additionalProperties === undefined ? {} : { edited: 'yes' }];
    default:
      return ['edited'];
  }
}

interface Place {
  readonly schema: Schema;
  readonly current: unknown;
  readonly steps: readonly string[];
  readonly path: string;
  readonly value: unknown;
  /** Whether to change the first entry of a list; otherwise a new one is added. */
  readonly reuse: boolean;
}

/** The object with the value at the place; what has to be there, too, is made up. */
function withValue(place: Place): unknown {
  const { schema, current, steps, path, value, reuse } = place;
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  const name = step.replace('[]', '');
  const child = schema.properties?.[name] ?? {};
  const childPath = `${path}.${step}`;
  const before = asObject(current)[name];
  if (!step.endsWith('[]')) {
    const changed = withValue({ ...place, schema: child, current: before, steps: rest, path: childPath });
    return { ...required(schema, path, childPath), ...asObject(current), ...companionsOf(childPath), [name]: changed };
  }
  const list: readonly unknown[] = Array.isArray(before) ? before : [];
  const items = child.items ?? {};
  const entry = reuse ? list[0] : undefined;
  const changed = withValue({ ...place, schema: items, current: entry, steps: rest, path: childPath });
  const entries =
    entry === undefined ? [...list, { ...required(items, childPath, ''), ...asObject(changed) }] : [changed, ...list.slice(1)];
  return { ...required(schema, path, childPath), ...asObject(current), ...companionsOf(childPath), [name]: entries };
}

function companionsOf(path: string): Json {
  return COMPANIONS[path] ?? COMPANIONS[path.split('.').slice(-2).join('.')] ?? {};
}

/** What an object has to have, apart from the property that is about to be set. */
function required(schema: Schema, path: string, except: string): Json {
  const names = (schema.required ?? []).filter((name) => `${path}.${name}` !== except);
  const made = names.map((name) => {
    const child = schema.properties?.[name] ?? {};
    const childPath = `${path}.${name}`;
    const value = child.properties === undefined ? valuesFor(child, childPath, undefined)[0] : required(child, childPath, '');
    return [name, value] as const;
  });
  return Object.fromEntries(made);
}

function schemaAt(schema: Schema, steps: readonly string[]): Schema {
  return steps.reduce((at, step) => {
    const child = at.properties?.[step.replace('[]', '')] ?? {};
    return step.endsWith('[]') ? (child.items ?? {}) : child;
  }, schema);
}

function valueAt(spec: Json, steps: readonly string[]): unknown {
  return steps.reduce<unknown>((at, step) => {
    const child = asObject(at)[step.replace('[]', '')];
    return step.endsWith('[]') && Array.isArray(child) ? child[0] : child;
  }, spec);
}
