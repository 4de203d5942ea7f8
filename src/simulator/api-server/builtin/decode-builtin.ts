import { isJsonObject, type Json } from '../../../core/json.ts';
import { fieldsOf, goName, structName, structOf, type GoType } from './go-struct.ts';

/** An object as Go reads it: without what it does not know. */
export interface DecodedObject {
  readonly object: Json;
  /** The paths of unknown fields, in the order of the document. */
  readonly unknownFields: readonly string[];
}

/** A value that Go cannot read, in its words. */
export class GoDecodeError extends Error {}

/** Where a value is: its path in the document, and its field in Go's error messages. */
interface Position {
  readonly path: string;
  readonly struct: string;
  readonly field: string;
}

/**
 * Reads an object of one of Kubernetes' own kinds. Unknown fields are dropped and null counts as absent, as in Go. Throws a GoDecodeError
 * for a value of the wrong type.
 */
export function decodeBuiltin(object: Json, apiVersionAndKind: string): DecodedObject {
  const type = structOf(apiVersionAndKind);
  if (type === undefined) return { object, unknownFields: [] };
  const unknownFields: string[] = [];
  const decoded = read(object, type, { path: '', struct: '', field: '' }, unknownFields);
  return { object: decoded as Json, unknownFields };
}

/** Times that Go writes as null when they are not set. */
const WRITTEN_TIMES = new Set([
  'startedAt',
  'finishedAt',
  'lastProbeTime',
  'lastTransitionTime',
  'lastHeartbeatTime',
  'eventTime',
]);

function read(value: unknown, type: GoType, position: Position, unknownFields: string[]): unknown {
  switch (type.kind) {
    case 'struct':
      if (!isJsonObject(value)) throw mismatch(value, type, position);
      return readStruct(value, type.model, position, unknownFields);
    case 'map':
      if (!isJsonObject(value)) throw mismatch(value, type, position);
      return Object.fromEntries(
        Object.entries(value).map(([key, entry]) => {
          const inner = { ...position, path: `${position.path}.${key}` };
          return [key, entry === null ? entry : read(entry, type.element, inner, unknownFields)];
        }),
      );
    case 'list':
      if (!Array.isArray(value)) throw mismatch(value, type, position);
      return value.map((entry: unknown, index) => {
        const inner = { ...position, path: `${position.path}[${index}]` };
        return entry === null ? entry : read(entry, type.element, inner, unknownFields);
      });
    default:
      if (!isPlain(value, type)) throw mismatch(value, type, position);
      if (type.kind === 'quantity' && !QUANTITY.test(String(value))) throw new GoDecodeError(NO_QUANTITY);
      return value;
  }
}

function readStruct(value: Json, model: string, position: Position, unknownFields: string[]): Json {
  const fields = fieldsOf(model);
  const entries = Object.entries(value).flatMap(([name, field]): readonly (readonly [string, unknown])[] => {
    const path = position.path === '' ? name : `${position.path}.${name}`;
    const type = fields.get(name);
    if (type === undefined) {
      unknownFields.push(path);
      return [];
    }
    if (field === null) return WRITTEN_TIMES.has(name) ? [[name, null]] : [];
    const inner = { path, struct: structName(model), field: position.field === '' ? name : `${position.field}.${name}` };
    return [[name, read(field, type, inner, unknownFields)]];
  });
  return Object.fromEntries(entries);
}

const QUANTITY = /^[+-]?(\d+\.?\d*|\.\d+)([KMGTPE]i|[numkMGTPE]|[eE][+-]?\d+)?$/;
const NO_QUANTITY = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

const INTEGER_BITS = { int32: 2 ** 31, int64: 2 ** 63 };

function isPlain(value: unknown, { kind }: GoType): boolean {
  switch (kind) {
    case 'string':
    case 'bytes':
      return typeof value === 'string';
    case 'time':
      return typeof value === 'string';
    case 'bool':
      return typeof value === 'boolean';
    case 'int32':
    case 'int64':
      return Number.isInteger(value) && Math.abs(Number(value)) < INTEGER_BITS[kind];
    case 'float64':
      return typeof value === 'number';
    case 'int-or-string':
    case 'quantity':
      return typeof value === 'string' || typeof value === 'number';
    default:
      return true;
  }
}

function mismatch(value: unknown, type: GoType, { struct, field }: Position): GoDecodeError {
  const integer = type.kind === 'int32' || type.kind === 'int64';
  const found = typeof value === 'number' && integer ? `number ${value}` : jsonType(value);
  const target = struct === '' ? `value of type ${goName(type)}` : `struct field ${struct}.${field} of type ${goName(type)}`;
  return new GoDecodeError(`json: cannot unmarshal ${found} into Go ${target}`);
}

function jsonType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
