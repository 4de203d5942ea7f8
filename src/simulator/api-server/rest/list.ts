import type { KubeObject } from '../../../kube/kube-object.ts';
import { keyOf } from '../../../kube/kube-object.ts';
import { apiVersionOf, type ResourceType } from '../resources/resource-type.ts';
import type { StatusError } from '../resources/status.ts';
import { badRequest, expired, invalidOptions, versionTooLarge } from '../resources/status.ts';
import { json, type ApiAnswer, type ApiRequest, type ServerContext, type Target } from './exchange.ts';
import { parseJson } from './options.ts';
import { selectionOf } from './selection.ts';

/** Where a list goes on: after a key, in the state of a version; -1 for the present one. */
interface Position {
  readonly version: number;
  readonly after: string;
}

const TOO_OLD = 'The resourceVersion for the provided list is too old.';

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue ' +
  'parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided ' +
  'token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was ' +
  'returned and now may show up in the list.';

/** GET of a collection. */
export function list(request: ApiRequest, target: Target, { store }: ServerContext): ApiAnswer {
  const { query } = request;
  const { type } = target;
  const limit = limitOf(query);
  const position = parsePosition(query);
  const selection = selectionOf(query, target);
  const asked = position?.version ?? versionToRead(query, store.version);
  const stored = store.list(type.storage, asked === -1 ? undefined : asked);
  if (stored === undefined) throw position === undefined ? expired(TOO_OLD) : expiredToken(position);
  const remaining = stored.objects.filter(
    (object) => selection.inScope(object) && (position === undefined || keyOf(object) > position.after),
  );
  const matching = remaining.filter((object) => selection.selects(object));
  const page = limit === 0 ? matching : matching.slice(0, limit);
  const left = matching.length - page.length;
  const last = page.at(-1);
  const more =
    left === 0 || last === undefined
      ? {}
      : {
          continue: token({ version: stored.version, after: keyOf(last) }),
          ...(selection.selective ? {} : { remainingItemCount: left }),
        };
  return json(200, listOf(type, page, { resourceVersion: String(stored.version), ...more }));
}

/** A list object of a resource. */
export function listOf(type: ResourceType, objects: readonly KubeObject[], metadata: Readonly<Record<string, unknown>>): unknown {
  const items = objects.map((object) => itemOf(type, object));
  // Lists of custom resources write an empty `continue`, too.
  const complete = type.custom ? { continue: '', ...metadata } : metadata;
  return { kind: `${type.kind}List`, apiVersion: apiVersionOf(type), metadata: complete, items };
}

// Only items of custom resources say what they are.
function itemOf(type: ResourceType, object: KubeObject): unknown {
  const shown = type.strategy.fromStorage?.(object) ?? object;
  if (type.custom) return { ...shown, apiVersion: apiVersionOf(type) };
  const { apiVersion: _apiVersion, kind: _kind, ...item } = shown;
  return item;
}

function limitOf(query: URLSearchParams): number {
  const text = query.get('limit') ?? '';
  if (text === '') return 0;
  if (!/^-?\d+$/.test(text)) throw badRequest(`strconv.ParseInt: parsing ${JSON.stringify(text)}: invalid syntax`);
  // What is read from the watch cache comes as one page.
  return query.get('resourceVersion') === '0' ? 0 : Math.max(0, Number(text));
}

/** The version to list: a minimum, unless the query asks for an exact one. */
function versionToRead(query: URLSearchParams, current: number): number {
  const match = query.get('resourceVersionMatch') ?? '';
  const text = query.get('resourceVersion') ?? '';
  if (match !== '' && text === '') {
    const message = 'Forbidden: resourceVersionMatch is forbidden unless resourceVersion is provided';
    throw invalidOptions('ListOptions', { reason: 'FieldValueForbidden', message, field: 'resourceVersionMatch' });
  }
  if (text === '') return current;
  const version = parseVersion(text, badVersion);
  if (version > current) throw versionTooLarge(version, current);
  // With a limit and a version, the old behaviour is an exact read.
  const exact = match === 'Exact' || (match === '' && (query.get('limit') ?? '') !== '' && version > 0);
  return exact ? version : current;
}

/** Parses a resourceVersion; an error is made from the text of Go's parser. */
export function parseVersion(text: string, fail: (message: string) => StatusError): number {
  if (/^\d+$/.test(text)) return Number(text);
  const quoted = JSON.stringify(text);
  throw fail(`resourceVersion: Invalid value: ${quoted}: strconv.ParseUint: parsing ${quoted}: invalid syntax`);
}

function badVersion(message: string): StatusError {
  return badRequest(`invalid resource version: ${message}`);
}

function token({ version, after }: Position): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: version, start: after })).toString('base64url');
}

function parsePosition(query: URLSearchParams): Position | undefined {
  const text = query.get('continue') ?? '';
  if (text === '') return undefined;
  const parsed = parseJson(Buffer.from(text, 'base64url').toString()) as { rv?: unknown; start?: unknown } | undefined;
  if (typeof parsed?.rv !== 'number' || typeof parsed.start !== 'string') {
    throw badRequest('invalid continue token: continue key is not valid');
  }
  const version = query.get('resourceVersion') ?? '';
  if (version !== '' && version !== '0') throw badRequest('specifying resource version is not allowed when using continue');
  return { version: parsed.rv, after: parsed.start };
}

function expiredToken(position: Position): StatusError {
  return expired(EXPIRED, { continue: token({ ...position, version: -1 }) });
}
