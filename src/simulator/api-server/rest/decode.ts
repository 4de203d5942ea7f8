import type { KubeObject } from '../../../kube/kube-object.ts';
import { asObject } from '../../../core/json.ts';
import { apiVersionOf } from '../resources/resource-type.ts';
import { badRequest } from '../resources/status.ts';
import { decodeOwn } from './decode-own.ts';
import type { Target } from './exchange.ts';
import type { WriteOptions } from './options.ts';

/** What a client sent, as the server reads it. */
export interface Decoded {
  readonly object: KubeObject;
  readonly warnings: readonly string[];
}

/**
 * Reads an object, checks that it belongs where it was sent to, and adds what the path says and the object leaves out. Objects of Kubernetes'
 * own kinds lose unknown fields, with a warning or an error as the options say; those of custom resources do so when they are admitted.
 */
export function decode(value: Readonly<Record<string, unknown>>, target: Target, options: WriteOptions): Decoded {
  const { type, namespace } = target;
  if (type.custom && (value['kind'] ?? '') === '') {
    const text = JSON.stringify(value);
    throw badRequest(
      `the object provided is unrecognized (must be of type ${type.kind}): Object 'Kind' is missing in '${text}' (${text})`,
    );
  }
  const { apiVersion = apiVersionOf(type), kind = type.kind } = value;
  const read = type.custom
    ? { object: value, warnings: [] }
    : decodeOwn(value, { type, apiVersion: String(apiVersion), kind: String(kind) }, options);
  const metadata = asObject(read.object['metadata']);
  const given = metadata['namespace'] ?? '';
  if (given !== '' && given !== (namespace ?? '')) {
    throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
  }
  const place = namespace === undefined ? {} : { namespace };
  const object = { ...read.object, apiVersion, kind, metadata: { ...cleanMetadata(metadata), ...place } };
  return { object: object as KubeObject, warnings: read.warnings };
}

/** Throws when an object has another name than its path. */
export function requireName(object: KubeObject, name: string): void {
  const given = object.metadata.name ?? '';
  if (given === '') {
    throw badRequest('name must be provided');
  }
  if (given !== name) throw badRequest(`the name of the object (${given}) does not match the name on the URL (${name})`);
}

// Go leaves out what is empty. `managedFields` are not kept: only the server writes them.
function cleanMetadata(metadata: Readonly<Record<string, unknown>>): KubeObject['metadata'] {
  const entries = Object.entries(metadata).filter(([key, value]) => key !== 'managedFields' && !isEmpty(value));
  return Object.fromEntries(entries.map(([key, value]) => [key, MAPS.has(key) ? withoutNullTexts(value) : value]));
}

const MAPS = new Set(['labels', 'annotations']);

// Go reads null as an empty string.
function withoutNullTexts(value: unknown): unknown {
  return Object.fromEntries(Object.entries(asObject(value)).map(([key, text]) => [key, text ?? '']));
}

function isEmpty(value: unknown): boolean {
  if (value === null || value === undefined || value === '') return true;
  if (Array.isArray(value)) return value.length === 0;
  return typeof value === 'object' && Object.keys(value).length === 0;
}
