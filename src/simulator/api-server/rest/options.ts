import { asObject } from '../../../core/json.ts';
import { badRequest, invalidOptions, notBuilt } from '../resources/status.ts';
import type { ApiRequest, FieldValidation } from './exchange.ts';

/** Options of a write. */
export interface WriteOptions {
  readonly dryRun: boolean;
  readonly fieldValidation: FieldValidation;
  /** The body, for fields that occur more than once. */
  readonly body: string;
  /** For a patch: the patched object as messages show it. */
  readonly patched?: () => string;
}

/** Reads the options of a write from the query. The kind (`CreateOptions`) is named in errors. */
export function writeOptions({ query, body }: ApiRequest, kind: string): WriteOptions {
  return { dryRun: isDryRun(query.getAll('dryRun'), kind), fieldValidation: fieldValidation(query, kind), body };
}

/** Options of a delete, from the body or else from the query. */
export interface DeleteOptions {
  readonly dryRun: boolean;
  readonly propagationPolicy: string | undefined;
  readonly gracePeriodSeconds: number | undefined;
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string };
}

const POLICIES = ['Foreground', 'Background', 'Orphan'];

/** Reads the options of a delete. */
export function deleteOptions(request: ApiRequest): DeleteOptions {
  const { query } = request;
  const grace = query.get('gracePeriodSeconds');
  const fromQuery = {
    dryRun: query.getAll('dryRun'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    gracePeriodSeconds: grace === null ? undefined : Number(grace),
  };
  return validDeleteOptions(request.body === '' ? fromQuery : parseObject(request.body, 'DeleteOptions'));
}

/** Checks DeleteOptions, which may be part of another object. */
export function validDeleteOptions(given: Readonly<Record<string, unknown>>): DeleteOptions {
  const policy = given['propagationPolicy'] ?? undefined;
  if (given['orphanDependents'] !== undefined) throw notBuilt('orphanDependents; use propagationPolicy');
  if (policy !== undefined && !POLICIES.includes(policy as string)) {
    const supported = [...POLICIES, 'nil'].map((name) => `"${name}"`).join(', ');
    const message = `Unsupported value: ${JSON.stringify(policy)}: supported values: ${supported}`;
    throw invalidOptions('DeleteOptions', { reason: 'FieldValueNotSupported', message, field: 'propagationPolicy' });
  }
  return {
    dryRun: isDryRun((given['dryRun'] ?? []) as readonly string[], 'DeleteOptions'),
    propagationPolicy: policy as string | undefined,
    gracePeriodSeconds: (given['gracePeriodSeconds'] ?? undefined) as number | undefined,
    preconditions: asObject(given['preconditions']),
  };
}

function fieldValidation(query: URLSearchParams, kind: string): FieldValidation {
  const value = query.get('fieldValidation') ?? '';
  switch (value) {
    case '':
    case 'Warn':
      return 'Warn';
    case 'Strict':
    case 'Ignore':
      return value;
    default: {
      const supported = ['', 'Ignore', 'Strict', 'Warn'].map((name) => JSON.stringify(name)).join(', ');
      const message = `Unsupported value: ${JSON.stringify(value)}: supported values: ${supported}`;
      throw invalidOptions(kind, { reason: 'FieldValueNotSupported', message, field: 'fieldValidation' });
    }
  }
}

function isDryRun(values: readonly string[], kind: string): boolean {
  if (values.length === 0) return false;
  if (values.every((value) => value === 'All')) return true;
  const message = `Unsupported value: ${JSON.stringify(values)}: supported values: "All"`;
  throw invalidOptions(kind, { reason: 'FieldValueNotSupported', message, field: 'dryRun' });
}

/** Parses a body that has to be an object of a kind. */
export function parseObject(body: string, kind: string): Readonly<Record<string, unknown>> {
  const value = parseJson(body);
  if (value === null) return {};
  if (typeof value === 'object' && !Array.isArray(value)) return value as Readonly<Record<string, unknown>>;
  const shown = body === '' ? '<empty>' : body.startsWith('{') ? body : Buffer.from(body).toString('hex');
  const why = `couldn't get version/kind; json parse error: ${parseError(body, value)} (${shown})`;
  throw badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why}`);
}

const TYPE_META = 'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }';

// Go's words where they are known.
function parseError(body: string, value: unknown): string {
  if (value === undefined) return isUnfinished(body) ? 'unexpected end of JSON input' : 'invalid character';
  return `json: cannot unmarshal ${Array.isArray(value) ? 'array' : typeof value} into Go value of type ${TYPE_META}`;
}

function isUnfinished(body: string): boolean {
  try {
    JSON.parse(body);
    return false;
  } catch (error) {
    return error instanceof Error && /end of JSON input|Unterminated/.test(error.message);
  }
}

/** Parses JSON; undefined when it is not. */
export function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
