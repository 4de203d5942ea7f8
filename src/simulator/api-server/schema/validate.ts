import { isJsonObject, type Json } from '../../../core/json.ts';
import type { Correlation } from './correlation.ts';
import type { Schema } from './definition.ts';
import { invalid, NO_FIELD, notSupported, required, tooLong, tooMany, typeInvalid, type FieldError } from './field-error.ts';
import { isDateTime } from './formats.ts';
import { goFloat, goQuote, isGoInteger } from './go-format.ts';
import { matchesPattern } from './pattern.ts';

/** Where a value is. */
export interface Position {
  /** The path in messages; empty for the root. It is relative to the status when a status is validated. */
  readonly path: string;
  /** The path of the root: empty, or `status`. */
  readonly root: string;
  readonly correlation?: Correlation | undefined;
}

const INTEGER_LIMITS: Readonly<Record<string, number>> = { int32: 2 ** 31 };

/**
 * Checks a value against its schema, CEL rules and uniqueness in lists aside. Kubernetes visits properties in random order; here they
 * have the order of the schema. Source: kube-openapi, pkg/validation/validate.
 */
export function validate(schema: Schema, value: unknown, position: Position): readonly FieldError[] {
  const errors = validateValue(schema, value, position);
  return errors.length > 0 && position.correlation?.isUnchanged() === true ? [] : errors;
}

function validateValue(schema: Schema, value: unknown, position: Position): readonly FieldError[] {
  return [
    ...typeErrors(schema, value, position),
    ...(typeof value === 'string' ? textErrors(schema, value, position) : []),
    ...(typeof value === 'number' ? numberErrors(schema, value, position) : []),
    ...(Array.isArray(value) ? listErrors(schema, value, position) : []),
    ...(schema.enum === undefined || schema.enum.some((allowed) => allowed === value)
      ? []
      : [notSupported(fieldOf(position), value, schema.enum)]),
    ...(isJsonObject(value) ? objectErrors(schema, value, position) : []),
  ];
}

function typeErrors(schema: Schema, value: unknown, position: Position): readonly FieldError[] {
  const types = typesOf(schema);
  const found = jsonType(value);
  const wrong = (type: string, printed: string): readonly FieldError[] => [
    typeInvalid(fieldOf(position), printed, `${position.path} in body must be of type ${type}: ${goQuote(printed)}`),
  ];
  if (value === null) return types.length === 0 || schema.nullable === true ? [] : wrong(types.join(','), 'null');
  if (types.length === 0) return [];
  const fits = types.includes(found);
  const { format } = schema;
  if (format !== undefined) {
    if (typeof value !== 'string' && !Array.isArray(value) && !fits) return wrong(format, goFormat(value));
    // Go's validator does not check the type of a string with a format when it finds a list.
    if (format === 'date-time' && (typeof value === 'string' || Array.isArray(value))) return [];
  }
  return fits ? [] : wrong(types.join(','), found);
}

function typesOf(schema: Schema): readonly string[] {
  if (schema['x-kubernetes-int-or-string'] === true) return ['integer', 'string'];
  return schema.type === undefined ? [] : [schema.type];
}

function jsonType(value: unknown): string {
  if (typeof value === 'number') return isGoInteger(value) ? 'integer' : 'number';
  if (Array.isArray(value)) return 'array';
  return value === null ? 'null' : typeof value;
}

/** The format that Go's validator assumes for a value. */
function goFormat(value: unknown): string {
  if (typeof value !== 'number') return '';
  return isGoInteger(value) ? 'int64' : 'float64';
}

function textErrors(schema: Schema, text: string, position: Position): readonly FieldError[] {
  const { path } = position;
  const field = fieldOf(position);
  const errors: FieldError[] = [];
  const length = Array.from(text).length;
  // Only the first of these is reported.
  if (schema.maxLength !== undefined && length > schema.maxLength) errors.push(tooLong(field, schema.maxLength));
  else if (schema.minLength !== undefined && length < schema.minLength)
    errors.push(invalid(field, text, `${path} in body should be at least ${schema.minLength} chars long`));
  else if (schema.pattern !== undefined && !matchesPattern(schema.pattern, text))
    errors.push(invalid(field, text, `${path} in body should match '${schema.pattern}'`));
  if (schema.format === 'date-time' && !isDateTime(text))
    errors.push(typeInvalid(field, text, `${path} in body must be of type date-time: ${goQuote(text)}`));
  return errors;
}

function numberErrors(schema: Schema, value: number, position: Position): readonly FieldError[] {
  const { path, root } = position;
  const field = fieldOf(position);
  const bound = (limit: number): string => (isGoInteger(value) ? String(limit) : goFloat(limit));
  const errors: FieldError[] = [];
  if (schema.type === 'integer' && !isInRange(value, schema.format)) {
    const format = schema.format === undefined ? '(default format)' : `with format ${schema.format}`;
    errors.push(invalid(root === '' ? NO_FIELD : root, '', `Checked value must be of type integer ${format} in ${path}`));
  }
  if (schema.minimum !== undefined && value < schema.minimum)
    errors.push(invalid(field, value, `${path} in body should be greater than or equal to ${bound(schema.minimum)}`));
  if (schema.maximum !== undefined && value > schema.maximum)
    errors.push(invalid(field, value, `${path} in body should be less than or equal to ${bound(schema.maximum)}`));
  return errors;
}

function isInRange(value: number, format: string | undefined): boolean {
  const limit = INTEGER_LIMITS[format ?? ''] ?? 2 ** 63;
  return Number.isInteger(value) && value >= -limit && value < limit;
}

function listErrors(schema: Schema, list: readonly unknown[], position: Position): readonly FieldError[] {
  const { items, minItems, maxItems } = schema;
  const field = fieldOf(position);
  const errors =
    items === undefined
      ? []
      : list.flatMap((item, index) =>
          validate(items, item, {
            ...position,
            path: `${position.path}[${index}]`,
            correlation: position.correlation?.index(index),
          }),
        );
  if (minItems !== undefined && list.length < minItems)
    errors.push(invalid(field, list.length, `${position.path} in body should have at least ${minItems} items`));
  if (maxItems !== undefined && list.length > maxItems) errors.push(tooMany(field, list.length, maxItems));
  return errors;
}

function objectErrors(schema: Schema, object: Json, position: Position): readonly FieldError[] {
  const { properties = {}, additionalProperties, minProperties, maxProperties } = schema;
  const field = fieldOf(position);
  const size = Object.keys(object).length;
  const inner = (name: string, innerSchema: Schema): readonly FieldError[] =>
    validate(innerSchema, object[name], {
      ...position,
      path: position.path === '' ? name : `${position.path}.${name}`,
      correlation: isTypeMeta(position, name) ? undefined : position.correlation?.key(name),
    });
  return [
    ...(minProperties !== undefined && size < minProperties
      ? [invalid(field, size, `${position.path} in body should have at least ${minProperties} properties`)]
      : []),
    ...(maxProperties !== undefined && size > maxProperties ? [tooMany(field, size, maxProperties)] : []),
    ...(additionalProperties === undefined
      ? []
      : Object.keys(object)
          .filter((name) => !Object.hasOwn(properties, name))
          .flatMap((name) => inner(name, additionalProperties))),
    ...Object.entries(properties)
      .filter(([name]) => Object.hasOwn(object, name))
      .flatMap(([name, property]) => inner(name, property)),
    ...(schema.required ?? []).filter((name) => !Object.hasOwn(object, name)).map((name) => required(joined(field, name))),
  ];
}

function isTypeMeta({ path }: Position, name: string): boolean {
  return path === '' && (name === 'apiVersion' || name === 'kind');
}

/** The path of a value from the root of the object. */
function fieldOf({ path, root }: Position): string {
  if (path === '' && root === '') return NO_FIELD;
  return joined(root, path);
}

function joined(parent: string, name: string): string {
  if (parent === '' || parent === NO_FIELD) return name;
  return name === '' ? parent : `${parent}.${name}`;
}
