import type { Json } from '../../../core/json.ts';
import { GoDecodeError, decodeBuiltin, type DecodedObject } from '../builtin/decode-builtin.ts';
import { structOf } from '../builtin/go-struct.ts';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import { StatusError, badRequest } from '../resources/status.ts';
import { duplicateFields, inDocumentOrder } from '../schema/duplicates.ts';
import { invalid } from '../schema/field-error.ts';
import { invalidStatus } from '../schema/status.ts';
import { parseJson, type WriteOptions } from './options.ts';

/** What an object says that it is, and the resource that it was sent to. */
interface Claim {
  readonly type: ResourceType;
  readonly apiVersion: string;
  readonly kind: string;
}

/** Reads an object of one of Kubernetes' own kinds. */
export function decodeOwn(
  value: Json,
  claim: Claim,
  options: WriteOptions,
): { readonly object: Json; readonly warnings: readonly string[] } {
  const fail = (why: string): StatusError => failure(why, claim, options);
  requireKind(claim, fail);
  const { object, unknownFields } = read(value, claim, fail);
  if (options.fieldValidation === 'Ignore') return { object, warnings: [] };
  const problems =
    options.patched === undefined ? problemsIn(options.body, unknownFields) : patchProblems(options.body, unknownFields);
  if (options.fieldValidation === 'Strict' && problems.length > 0) throw fail(`strict decoding error: ${problems.join(', ')}`);
  return { object, warnings: problems };
}

/** The fields that occur more than once in the body of a request; none if it is not an object. */
export function duplicatesIn(body: string): readonly string[] {
  const value = parseJson(body);
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? duplicateFields(body) : [];
}

function problemsIn(body: string, unknownFields: readonly string[]): readonly string[] {
  const twice = duplicatesIn(body);
  return twice.length === 0 ? unknownFields.map(unknown) : inDocumentOrder(body, twice, unknownFields);
}

// What a patch makes is written with sorted fields before it is read.
function patchProblems(patchBody: string, unknownFields: readonly string[]): readonly string[] {
  return [...duplicatesIn(patchBody).map((field) => `duplicate field "${field}"`), ...[...unknownFields].sort().map(unknown)];
}

function unknown(field: string): string {
  return `unknown field "${field}"`;
}

function read(value: Json, { type }: Claim, fail: (why: string) => StatusError): DecodedObject {
  try {
    return decodeBuiltin(value, `${apiVersionOf(type)}/${type.kind}`);
  } catch (error) {
    if (error instanceof GoDecodeError) throw fail(error.message);
    throw error;
  }
}

function failure(why: string, { type, apiVersion, kind }: Claim, { patched }: WriteOptions): StatusError {
  if (patched !== undefined) return StatusError.from(invalidStatus('', '', '', [invalid('patch', patched(), why)]));
  const version = apiVersion.slice(apiVersion.indexOf('/') + 1);
  return badRequest(`${kind} in version "${version}" cannot be handled as a ${type.kind}: ${why}`);
}

const SCHEME = 'scheme "pkg/runtime/scheme.go:111"';

function requireKind({ type, apiVersion, kind }: Claim, fail: (why: string) => StatusError): void {
  if (kind === type.kind && apiVersion === apiVersionOf(type)) return;
  if (structOf(`${apiVersion}/${kind}`) === undefined) {
    throw fail(`no kind "${kind}" is registered for version "${apiVersion}" in ${SCHEME}`);
  }
  const internal = type.group === '' || type.kind === 'Event' ? 'core' : (type.group.split('.')[0] ?? '');
  throw fail(`converting (v1.${kind}) to (${internal}.${type.kind}): unknown conversion`);
}
