import { isJsonObject, type Json } from '../../../core/json.ts';

/** How Go reads a field of ObjectMeta. */
interface GoField {
  /** The name of the type in Go's error messages. */
  readonly goType: string;
  readonly json: 'string' | 'integer' | 'boolean' | 'time' | 'map' | 'list' | 'struct';
  /** The type of the entries of a list or a map. */
  readonly element?: GoField;
  readonly fields?: Readonly<Record<string, GoField>>;
  /** The name of the struct in Go's error messages. */
  readonly struct?: string;
  /** Whether a zero is kept. */
  readonly pointer?: boolean;
}

const TEXT: GoField = { goType: 'string', json: 'string' };
const UID: GoField = { goType: 'types.UID', json: 'string' };
const INTEGER: GoField = { goType: 'int64', json: 'integer' };
/** Go tells a pointer to 0 from nothing. */
const OPTIONAL_INTEGER: GoField = { ...INTEGER, pointer: true };
const BOOLEAN: GoField = { goType: 'bool', json: 'boolean' };
const TIME: GoField = { goType: 'v1.Time', json: 'time' };
const TEXT_MAP: GoField = { goType: 'map[string]string', json: 'map', element: TEXT };

const OWNER: GoField = {
  goType: 'v1.OwnerReference',
  json: 'struct',
  struct: 'OwnerReference',
  fields: { apiVersion: TEXT, kind: TEXT, name: TEXT, uid: UID, controller: BOOLEAN, blockOwnerDeletion: BOOLEAN },
};
const MANAGED_FIELDS: GoField = {
  goType: 'v1.ManagedFieldsEntry',
  json: 'struct',
  struct: 'ManagedFieldsEntry',
  fields: {
    ...{ manager: TEXT, operation: { goType: 'v1.ManagedFieldsOperationType', json: 'string' }, apiVersion: TEXT, time: TIME },
    ...{ fieldsType: TEXT, fieldsV1: { goType: 'v1.FieldsV1', json: 'map' }, subresource: TEXT },
  },
};
const OBJECT_META: GoField = {
  goType: 'v1.ObjectMeta',
  json: 'struct',
  struct: 'ObjectMeta',
  fields: {
    ...{ name: TEXT, generateName: TEXT, namespace: TEXT, selfLink: TEXT, uid: UID, resourceVersion: TEXT },
    ...{ generation: INTEGER, creationTimestamp: TIME, deletionTimestamp: TIME, deletionGracePeriodSeconds: OPTIONAL_INTEGER },
    ...{ labels: TEXT_MAP, annotations: TEXT_MAP },
    ownerReferences: { goType: '[]v1.OwnerReference', json: 'list', element: OWNER },
    finalizers: { goType: '[]string', json: 'list', element: TEXT },
    managedFields: { goType: '[]v1.ManagedFieldsEntry', json: 'list', element: MANAGED_FIELDS },
  },
};

/** The metadata of an object as Go reads it. */
export type DecodedMeta =
  | { readonly kind: 'Decoded'; readonly meta: Json; readonly unknownFields: readonly string[] }
  | { readonly kind: 'Failed'; readonly message: string };

/** Reads the metadata of an object as Go does: without unknown fields and without empty ones. */
export function decodeMeta(metadata: unknown): DecodedMeta {
  const unknownFields: string[] = [];
  try {
    const meta = read(metadata, OBJECT_META, { struct: '', path: '' }, { unknownFields, path: 'metadata' });
    return { kind: 'Decoded', meta: isJsonObject(meta) ? meta : {}, unknownFields };
  } catch (error) {
    if (!(error instanceof DecodeError)) throw error;
    return { kind: 'Failed', message: error.message };
  }
}

class DecodeError extends Error {}

interface Position {
  readonly unknownFields: string[];
  readonly path: string;
}

/** A field in Go's error messages: the struct that has the field, and the path from the metadata to it. */
interface GoPath {
  readonly struct: string;
  readonly path: string;
}

function read(value: unknown, field: GoField, goPath: GoPath, position: Position): unknown {
  if (value === null) return undefined;
  if (field.json === 'time') return readTime(value);
  if (!isOfType(value, field.json)) throw new DecodeError(mismatch(value, field.goType, goPath));
  if (Array.isArray(value)) {
    const items = value.map((item: unknown, index) =>
      read(item, field.element ?? TEXT, goPath, { ...position, path: `${position.path}[${index}]` }),
    );
    return items.length === 0 ? undefined : items.map((item) => item ?? emptyValue(field.element));
  }
  if (!isJsonObject(value)) return value === '' || (value === 0 && field.pointer !== true) ? undefined : value;
  return readObject(value, field, goPath, position);
}

function readObject(value: Json, field: GoField, goPath: GoPath, { unknownFields, path }: Position): unknown {
  const entries = Object.entries(value).flatMap(([name, inner]): readonly (readonly [string, unknown])[] => {
    const position = { unknownFields, path: `${path}.${name}` };
    if (field.fields === undefined) {
      if (field.element === undefined) return [[name, inner]];
      return [[name, read(inner, field.element, goPath, position) ?? '']];
    }
    const known = Object.hasOwn(field.fields, name) ? field.fields[name] : undefined;
    if (known === undefined) {
      unknownFields.push(position.path);
      return [];
    }
    const decoded = read(inner, known, { struct: field.struct ?? '', path: `${goPath.path}.${name}` }, position);
    return decoded === undefined ? [] : [[name, decoded]];
  });
  return entries.length === 0 && field.fields === undefined ? undefined : Object.fromEntries(entries);
}

function emptyValue(field: GoField | undefined): unknown {
  return field?.json === 'struct' ? {} : '';
}

function isOfType(value: unknown, json: GoField['json']): boolean {
  if (json === 'integer') return typeof value === 'number' && Number.isInteger(value);
  if (json === 'list') return Array.isArray(value);
  if (json === 'map' || json === 'struct') return isJsonObject(value);
  return typeof value === json;
}

function mismatch(value: unknown, goType: string, { struct, path }: GoPath): string {
  const found =
    typeof value === 'number' && goType === 'int64' ? `number ${value}` : Array.isArray(value) ? 'array' : jsonType(value);
  const target = path === '' ? `value of type ${goType}` : `struct field ${struct}${path} of type ${goType}`;
  return `json: cannot unmarshal ${found} into Go ${target}`;
}

function jsonType(value: unknown): string {
  return typeof value === 'boolean' ? 'bool' : typeof value;
}

function readTime(value: unknown): unknown {
  if (typeof value !== 'string') throw new DecodeError(mismatch(value, 'string', { struct: '', path: '' }));
  if (value === '') return undefined;
  if (Number.isNaN(Date.parse(value))) {
    const quoted = JSON.stringify(value);
    throw new DecodeError(`parsing time ${quoted} as "2006-01-02T15:04:05Z07:00": cannot parse ${quoted} as "2006"`);
  }
  return value;
}
