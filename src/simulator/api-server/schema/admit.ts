import { asObject, asText, type Json } from '../../../core/json.ts';
import { Correlation, deepEqual } from './correlation.ts';
import { decodeMeta } from './decode-meta.ts';
import { withDefaults } from './defaults.ts';
import type { Definition } from './definition.ts';
import { invalid, NO_FIELD, type FieldError } from './field-error.ts';
import { validateLists } from './lists.ts';
import { finalizerWarnings, validateObjectMeta, validateObjectMetaUpdate } from './object-meta.ts';
import { prune } from './prune.ts';
import { validateRules, type RuleFindings } from './rules.ts';
import { badRequest, invalidStatus, type FailureStatus } from './status.ts';
import { validate } from './validate.ts';

/** How a request handles unknown fields and fields that occur more than once. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** A request that creates or changes an object of a CustomResourceDefinition. */
export interface AdmitRequest {
  readonly operation: 'Create' | 'Update';
  /**
   * The object of the request or, for a patch, the object that the patch makes. What the server itself adds to the metadata (uid,
   * creationTimestamp, namespace, generated name) is already set.
   */
  readonly object: Json;
  /** The stored object; only for an update. */
  readonly oldObject?: Json;
  readonly subresource?: 'status';
  /** `Warn` if the request does not say. */
  readonly fieldValidation?: FieldValidation;
  /** Fields that occur more than once in the body: see duplicateFields. */
  readonly duplicateFields?: readonly string[];
  /** For a patch: the patched object as messages about unknown fields show it. */
  readonly patched?: string;
}

/** What to store, or the answer to the request. */
export type AdmitResult =
  | { readonly kind: 'Admitted'; readonly object: Json; readonly warnings: readonly string[] }
  | { readonly kind: 'Rejected'; readonly status: FailureStatus; readonly warnings: readonly string[] };

const BLOCKING: ReadonlySet<FieldError['type']> = new Set([
  ...(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany'] as const),
  'FieldValueTypeInvalid',
]);

/**
 * What the API server does with an object of a CustomResourceDefinition between reading the request and storing the object, webhooks and
 * policies aside: pruning, defaults and validation, with Kubernetes' own messages.
 */
export function admit(definition: Definition, request: AdmitRequest): AdmitResult {
  const decoded = decode(definition, request);
  if (decoded.kind === 'Rejected') return decoded;
  const { object, warnings } = decoded;
  const prepared = prepare(definition, request, object);
  const { errors, warnings: ratcheted } = check(definition, request, prepared);
  if (errors.length > 0) {
    const name = asText(asObject(prepared['metadata'])['name']);
    const status = invalidStatus(definition.group, asText(prepared['kind']), name, errors);
    return { kind: 'Rejected', status, warnings: [...warnings, ...ratcheted] };
  }
  const finalizers =
    request.subresource === 'status'
      ? []
      : finalizerWarnings(asObject(prepared['metadata']), asObject(request.oldObject?.['metadata']));
  return { kind: 'Admitted', object: prepared, warnings: [...warnings, ...ratcheted, ...finalizers] };
}

/** Reads the object as the API server does: unknown fields removed, defaults added. */
export function decode(definition: Definition, request: AdmitRequest): AdmitResult {
  const { kind, group, version, schema } = definition;
  const prefix = `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${kind}: `;
  const { fieldValidation = 'Warn', duplicateFields = [], patched } = request;
  const decodedMeta = request.object['metadata'] === undefined ? undefined : decodeMeta(request.object['metadata']);
  if (decodedMeta?.kind === 'Failed') return rejected(badRequest(`${prefix}${decodedMeta.message}`));
  // Kubernetes does not know the schema of another kind, and rejects the object later.
  const isKind = request.object['kind'] === kind;
  const { object, unknownFields } = isKind ? prune(request.object, schema) : { object: request.object, unknownFields: [] };
  const problems = [
    ...duplicateFields.map((field) => `duplicate field "${field}"`),
    ...[...(decodedMeta?.unknownFields ?? []), ...unknownFields].map((field) => `unknown field "${field}"`),
  ];
  if (fieldValidation === 'Strict' && problems.length > 0) {
    const message = `strict decoding error: ${problems.join(', ')}`;
    const status =
      patched === undefined ? badRequest(`${prefix}${message}`) : invalidStatus('', '', '', [invalid('patch', patched, message)]);
    return rejected(status);
  }
  const warnings = fieldValidation === 'Warn' ? problems : [];
  const [given, expected] = [asText(request.object['apiVersion']), `${group}/${version}`];
  if (given !== expected) {
    const message = `the API version in the data (${given}) does not match the expected API version (${expected})`;
    return rejected(badRequest(message), warnings);
  }
  const whole = { ...object, ...(decodedMeta === undefined ? {} : { metadata: decodedMeta.meta }) };
  return {
    kind: 'Admitted',
    object: isKind ? asObject(withDefaults(whole, schema)) : whole,
    warnings,
  };
}

function rejected(status: FailureStatus, warnings: readonly string[] = []): AdmitResult {
  return { kind: 'Rejected', status, warnings };
}

/** Resets what the request must not change, and counts the generation. */
function prepare(definition: Definition, { operation, oldObject = {}, subresource }: AdmitRequest, object: Json): Json {
  const { status, ...rest } = object;
  if (operation === 'Create') {
    const metadata = { ...asObject(object['metadata']), generation: 1 };
    return definition.hasStatus ? { ...rest, metadata } : { ...object, metadata };
  }
  if (subresource === 'status') {
    const { status: _, ...oldRest } = oldObject;
    const { managedFields, resourceVersion } = asObject(object['metadata']);
    const metadata = { ...asObject(oldObject['metadata']), ...(resourceVersion === undefined ? {} : { resourceVersion }) };
    const withManagers = managedFields === undefined ? metadata : { ...metadata, managedFields };
    return { ...oldRest, metadata: withManagers, ...(status === undefined ? {} : { status }) };
  }
  const kept = definition.hasStatus
    ? { ...rest, ...(oldObject['status'] === undefined ? {} : { status: oldObject['status'] }) }
    : object;
  const old = asObject(oldObject['metadata']);
  const generation = Number(old['generation'] ?? 0) + (sameContent(kept, oldObject) ? 0 : 1);
  return { ...kept, metadata: { ...asObject(object['metadata']), generation } };
}

function sameContent(object: Json, old: Json): boolean {
  return deepEqual({ ...object, metadata: undefined }, { ...old, metadata: undefined });
}

function check(definition: Definition, request: AdmitRequest, object: Json): RuleFindings {
  const { schema } = definition;
  const { oldObject } = request;
  const errors = [...kindErrors(definition, object)];
  const correlation = oldObject === undefined ? undefined : new Correlation(object, oldObject, schema);
  if (errors.length === 0) {
    errors.push(...metaErrors(definition, request, object));
    errors.push(...schemaErrors(definition, request, object, correlation));
  }
  if (oldObject === undefined || validateLists(schema, oldObject).length === 0) errors.push(...validateLists(schema, object));
  if (errors.some(({ type }) => BLOCKING.has(type))) {
    const detail =
      'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation';
    return { errors: [...errors, invalid(NO_FIELD, null, detail)], warnings: [] };
  }
  const rules = validateRules(schema, object, oldObject, correlation);
  return { errors: [...errors, ...rules.errors], warnings: rules.warnings };
}

function kindErrors({ kind }: Definition, object: Json): readonly FieldError[] {
  return object['kind'] === kind ? [] : [invalid('kind', asText(object['kind']), `must be ${kind}`)];
}

function metaErrors({ namespaced }: Definition, { oldObject }: AdmitRequest, object: Json): readonly FieldError[] {
  const meta = asObject(object['metadata']);
  return oldObject === undefined
    ? validateObjectMeta(meta, namespaced)
    : validateObjectMetaUpdate(meta, asObject(oldObject['metadata']), namespaced);
}

function schemaErrors(
  { schema }: Definition,
  { subresource }: AdmitRequest,
  object: Json,
  correlation: Correlation | undefined,
): readonly FieldError[] {
  if (subresource !== 'status') return validate(schema, object, { path: '', root: '', correlation });
  const statusSchema = schema.properties?.['status'];
  if (object['status'] === undefined || statusSchema === undefined) return [];
  return validate(statusSchema, object['status'], { path: '', root: 'status', correlation: correlation?.key('status') });
}
