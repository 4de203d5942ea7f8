import { isDeepStrictEqual } from 'node:util';
import { isJsonObject } from '../../../core/json.ts';

/** One operation of a JSON Patch (RFC 6902), unchecked. */
export interface PatchOperation {
  readonly op?: unknown;
  readonly path?: unknown;
  readonly from?: unknown;
  readonly value?: unknown;
}

/** An operation that cannot be applied, or a `test` that failed. */
export class JsonPatchError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'JsonPatchError';
  }
}

type Container = Record<string, unknown> | unknown[];

/**
 * Applies a JSON Patch as the API server does. Its library departs from RFC 6902, which is why none of npm is used: `replace` and
 * `copy` of a missing key of an object succeed, and a missing key passes a `test` against null.
 */
export function jsonPatch(target: unknown, operations: readonly PatchOperation[]): unknown {
  return operations.reduce(apply, copyOf(target));
}

function apply(document: unknown, operation: PatchOperation): unknown {
  const path = pointer(operation.path);
  const value = copyOf(operation.value);
  switch (operation.op) {
    case 'add':
      return put(document, path, value, 'add');
    case 'replace':
      return put(document, path, value, 'replace');
    case 'remove':
      remove(document, path);
      return document;
    case 'test':
      if (!isDeepStrictEqual(read(document, path) ?? null, value ?? null)) throw new JsonPatchError('test failed');
      return document;
    case 'move': {
      const from = pointer(operation.from);
      const moved = read(document, from);
      remove(document, from);
      return put(document, path, moved, 'add');
    }
    case 'copy':
      return put(document, path, copyOf(read(document, pointer(operation.from))) ?? null, 'add');
    default:
      throw new JsonPatchError(`unexpected kind: ${String(operation.op)}`);
  }
}

// Not structuredClone: its objects do not equal those of this realm in a test.
function copyOf(value: unknown): unknown {
  return value === undefined ? undefined : (JSON.parse(JSON.stringify(value)) as unknown);
}

function pointer(path: unknown): readonly string[] {
  if (typeof path !== 'string' || (path !== '' && !path.startsWith('/'))) throw new JsonPatchError('invalid pointer');
  return path
    .split('/')
    .slice(1)
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function put(document: unknown, path: readonly string[], value: unknown, kind: 'add' | 'replace'): unknown {
  const key = path.at(-1);
  if (key === undefined) return value;
  const container = parentOf(document, path);
  if (!Array.isArray(container)) container[key] = value;
  else if (kind === 'replace') container[indexIn(container, key)] = value;
  else container.splice(key === '-' ? container.length : indexIn([...container, null], key), 0, value);
  return document;
}

function remove(document: unknown, path: readonly string[]): void {
  const key = path.at(-1);
  if (key === undefined) throw new JsonPatchError('the whole document cannot be removed');
  const container = parentOf(document, path);
  if (Array.isArray(container)) container.splice(indexIn(container, key), 1);
  else if (Object.hasOwn(container, key)) Reflect.deleteProperty(container, key);
  else throw new JsonPatchError(`missing key ${key}`);
}

function read(document: unknown, path: readonly string[]): unknown {
  const key = path.at(-1);
  if (key === undefined) return document;
  const container = parentOf(document, path);
  if (Array.isArray(container)) return container[indexIn(container, key)];
  return Object.hasOwn(container, key) ? container[key] : undefined;
}

function parentOf(document: unknown, path: readonly string[]): Container {
  let container = document;
  for (const part of path.slice(0, -1)) {
    if (Array.isArray(container)) container = container[indexIn(container, part)];
    else if (isJsonObject(container) && Object.hasOwn(container, part)) container = container[part];
    else container = undefined;
  }
  if (Array.isArray(container)) return container as unknown[];
  if (!isJsonObject(container)) throw new JsonPatchError('missing path');
  return container;
}

// Like the server's library, negative indices count from the end.
function indexIn(list: readonly unknown[], key: string): number {
  const index = /^-?\d+$/.test(key) ? Number(key) : NaN;
  const position = index < 0 ? list.length + index : index;
  if (!(position >= 0 && position < list.length)) throw new JsonPatchError(`invalid index ${key}`);
  return position;
}
