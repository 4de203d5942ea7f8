import { callerOf } from '../access/caller.ts';
import { StatusError, methodNotAllowed, notBuilt, unreadableBody } from '../resources/status.ts';
import { authorize } from './authorize.ts';
import { bind } from './binding.ts';
import { create } from './create.ts';
import { remove, removeCollection } from './delete.ts';
import { evict } from './eviction.ts';
import { json, type ApiRequest, type ApiResponse, type RequestContext, type ServerContext, type Target } from './exchange.ts';
import { finalize } from './finalize.ts';
import { list } from './list.ts';
import { log } from './log.ts';
import { representationOf } from './media-types.ts';
import { page } from './pages.ts';
import { patch } from './patch.ts';
import { scale } from './scale.ts';
import { shown, storedObject } from './stored.ts';
import { inTables } from './tables.ts';
import { PageNotFound, findTarget } from './target.ts';
import { replace } from './update.ts';
import { watch } from './watch.ts';

const JSON_TYPE = 'application/json';

/** Answers one request. What the server does not know is answered with 501, and logged. */
export function handle(request: ApiRequest, context: ServerContext): ApiResponse {
  try {
    const own = { ...context, caller: callerOf(request.headers) };
    const found = page(request, own);
    if (found !== undefined) return found;
    const target = findTarget(request.path, context.types);
    authorize(request, target, own);
    const representation = representationOf(request);
    requireReadableBody(request);
    const response = route(request, target, own);
    return representation === 'Table' ? inTables(response, request, target, own) : response;
  } catch (error) {
    if (error instanceof PageNotFound) {
      return { status: 404, headers: { 'content-type': 'text/plain; charset=utf-8' }, body: `${error.message}\n` };
    }
    if (!(error instanceof StatusError)) throw error;
    const { status } = error;
    if (status.code === 501) {
      context.log.warn('Request is not supported', { method: request.method, path: request.path, message: status.message });
    }
    const answer = json(status.code, status);
    const seconds = status.details?.retryAfterSeconds;
    return seconds === undefined ? answer : { ...answer, headers: { ...answer.headers, 'retry-after': String(seconds) } };
  }
}

// Patches have formats of their own.
function requireReadableBody({ method, headers, body }: ApiRequest): void {
  const type = headers['content-type']?.split(';')[0]?.trim() ?? JSON_TYPE;
  if (body !== '' && method !== 'PATCH' && type !== JSON_TYPE) throw unreadableBody();
}

const SCALED = new Set(['Deployment', 'ReplicaSet']);
const SCALE_METHODS = new Set(['GET', 'PUT', 'PATCH']);

function route(request: ApiRequest, target: Target, context: RequestContext): ApiResponse {
  const { name, subresource } = target;
  if (name === undefined) return onCollection(request, target, context);
  if (subresource === undefined) return onObject(request, target, context);
  return onSubresource(request, target, context);
}

function onSubresource(request: ApiRequest, target: Target, context: RequestContext): ApiResponse {
  const { type, subresource = '' } = target;
  const { method } = request;
  if (subresource === 'status' && type.statusSubresource && method !== 'DELETE') {
    return onObject(request, target, context);
  }
  if (subresource === 'finalize' && type.kind === 'Namespace' && method === 'PUT') {
    return finalize(request, target, context);
  }
  if (method === 'POST' && type.kind === 'Pod' && subresource === 'eviction') return evict(request, target, context);
  if (method === 'POST' && type.kind === 'Pod' && subresource === 'binding') return bind(request, target, context);
  if (method === 'GET' && type.kind === 'Pod' && subresource === 'log') return log(request, target, context);
  if (subresource === 'scale' && SCALED.has(type.kind) && SCALE_METHODS.has(method)) return scale(request, target, context);
  throw notBuilt(`${method} of the subresource ${type.plural}/${subresource}`);
}

function onCollection(request: ApiRequest, target: Target, context: RequestContext): ApiResponse {
  if (request.method === 'GET') return read(request, target, context);
  // Namespaced objects can be read across namespaces, but not written.
  if (target.type.namespaced && target.namespace === undefined) throw methodNotAllowed();
  if (request.method === 'POST') return create(request, target, context);
  if (request.method === 'DELETE') return removeCollection(request, target, context);
  throw methodNotAllowed();
}

function read(request: ApiRequest, target: Target, context: RequestContext): ApiResponse {
  return isTrue(request.query.get('watch')) ? watch(request, target, context) : list(request, target, context);
}

function onObject(request: ApiRequest, target: Target, context: RequestContext): ApiResponse {
  switch (request.method) {
    case 'GET':
      // With `watch` as well: only collections can be watched.
      return json(200, shown(target.type, storedObject(target, context)));
    case 'PUT':
      return replace(request, target, context);
    case 'PATCH':
      return patch(request, target, context);
    case 'DELETE':
      return remove(request, target, context);
    default:
      throw methodNotAllowed();
  }
}

function isTrue(text: string | null): boolean {
  return text === 'true' || text === '1';
}
