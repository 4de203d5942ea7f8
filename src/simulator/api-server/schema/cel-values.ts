import { celError, type CelInput } from '@bufbuild/cel';
import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Schema } from './definition.ts';
import { isGoInteger } from './go-format.ts';

/** Converts a text to a CEL timestamp. */
export type ToTimestamp = (text: string) => CelInput;

/**
 * Converts a value for CEL rules. The schema determines its type: rules cannot see fields without a schema, and date-times are
 * timestamps. A value of the wrong type becomes an error, which matters only if a rule reads it.
 * Source: apiserver, pkg/cel/common/valuesunstructured.go.
 */
export function celValue(value: unknown, schema: Schema, toTimestamp: ToTimestamp): CelInput {
  if (value === null) return schema.nullable === true ? null : failure('invalid data, got null for schema with nullable=false');
  if (schema['x-kubernetes-int-or-string'] === true) return intOrString(value);
  switch (schema.type) {
    case 'object':
      return objectValue(value, schema, toTimestamp);
    case 'array':
      if (!Array.isArray(value)) return failure('invalid data, expected an array for the provided schema with type=array');
      return value.map((item) => celValue(item, schema.items ?? {}, toTimestamp));
    case 'string':
      if (typeof value !== 'string') return failure(`invalid data, expected string, got ${goTypeOf(value)}`);
      return schema.format === 'date-time' ? toTimestamp(value) : value;
    case 'number':
      return typeof value === 'number' ? value : failure(`invalid data, expected float, got ${goTypeOf(value)}`);
    case 'integer':
      return isInteger(value) ? BigInt(value) : failure(`invalid data, expected int, got ${goTypeOf(value)}`);
    case 'boolean':
      return typeof value === 'boolean' ? value : failure(`invalid data, expected bool, got ${goTypeOf(value)}`);
    default:
      return failure(`invalid type, got ${schema.type ?? ''}`);
  }
}

function intOrString(value: unknown): CelInput {
  if (typeof value === 'string') return value;
  if (isInteger(value)) return BigInt(value);
  return failure('invalid data, expected XIntOrString value to be either a string or integer');
}

function objectValue(value: unknown, schema: Schema, toTimestamp: ToTimestamp): CelInput {
  if (!isJsonObject(value)) return failure('invalid data, expected a map for the provided schema with type=object');
  return new ObjectMap(value, schema, toTimestamp);
}

/** An object whose fields are converted when a rule reads them: rules read few. */
class ObjectMap extends Map<string, CelInput> {
  readonly #object: Json;
  readonly #schema: Schema;
  readonly #toTimestamp: ToTimestamp;

  constructor(object: Json, schema: Schema, toTimestamp: ToTimestamp) {
    super();
    this.#object = object;
    this.#schema = schema;
    this.#toTimestamp = toTimestamp;
  }

  #fieldSchema(name: string): Schema | undefined {
    const { properties, additionalProperties } = this.#schema;
    if (!Object.hasOwn(this.#object, name) || (properties !== undefined && this.#object[name] === null)) return undefined;
    return properties === undefined ? additionalProperties : properties[name];
  }

  override get size(): number {
    return Array.from(this.keys()).length;
  }

  override has(name: string): boolean {
    return this.#fieldSchema(name) !== undefined;
  }

  override get(name: string): CelInput | undefined {
    const schema = this.#fieldSchema(name);
    return schema === undefined ? undefined : celValue(this.#object[name], schema, this.#toTimestamp);
  }

  override *keys(): MapIterator<string> {
    yield* Object.keys(this.#object).filter((name) => this.has(name));
  }

  override *entries(): MapIterator<[string, CelInput]> {
    for (const name of this.keys()) yield [name, this.get(name) ?? null];
  }

  override *values(): MapIterator<CelInput> {
    for (const [, value] of this.entries()) yield value;
  }

  override [Symbol.iterator](): MapIterator<[string, CelInput]> {
    return this.entries();
  }
}

function isInteger(value: unknown): value is number {
  return typeof value === 'number' && isGoInteger(value);
}

function goTypeOf(value: unknown): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isJsonObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return isInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

/** An error in the place of a value. */
function failure(message: string): CelInput {
  return celError(message) as unknown as CelInput;
}
