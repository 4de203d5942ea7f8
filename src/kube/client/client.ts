import type { Log } from '../../api/log.ts';
import { createExchange, type Request } from './exchange.ts';
import { splitLines } from './json-lines.ts';
import { KubeError, NO_ANSWER, answerError, isKubeError, type Status } from './kube-error.ts';
import type { KubeObject } from '../kube-object.ts';
import { pause, type Sleep } from '../pause.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';
import { retryDelayMs, type Repeatable } from './retry.ts';

export type { KubeObject, ObjectMetadata, OwnerReference } from '../kube-object.ts';

/** One operation of a JSON Patch (RFC 6902). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** For every call. */
export interface CallOptions {
  /** Ends the call, its retries included, with a KubeError of reason `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** For what is created or patched. */
export interface WriteOptions extends CallOptions {
  /** The server does everything but store the object. */
  readonly dryRun?: boolean | undefined;
  /** `Strict`: a field that the server does not know is an error (BadRequest) instead of being dropped. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
}

/** For deletes. */
export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  /** Otherwise: Conflict. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

/** One page of a list. */
export interface ListPage<T> {
  /** With `apiVersion` and `kind`, which the server leaves out in lists. */
  readonly items: T[];
  readonly resourceVersion: string;
  /** For the query `continue` of the next page; absent on the last one. */
  readonly continue?: string;
}

/** An event of a watch. ERROR events are thrown instead. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** A BOOKMARK has nothing but a resourceVersion. */
  readonly object: KubeObject;
}

/**
 * The Kubernetes API as JSON. Untyped, because client-node's typed API drops the fields that it does not know. Every failure is a
 * {@link KubeError}. Every attempt has a deadline, and every call a bound of twice that. What is repeated says {@link retryDelayMs};
 * a POST is repeated only when it certainly was not carried out, so its caller meets `NoAnswer` or `DeadlineExceeded` and finds
 * out by the object's deterministic name (AlreadyExists) what came of it.
 */
export interface KubeClient {
  get<T>(path: string, options?: CallOptions): Promise<T>;
  /** One page. */
  list<T>(path: string, query?: Readonly<Record<string, string>>, options?: CallOptions): Promise<ListPage<T>>;
  /** POST: an object into a collection, or a subresource like `eviction`. */
  create<T>(path: string, body: unknown, options?: WriteOptions): Promise<T>;
  /** PUT. With a resourceVersion in the body, a repeated one whose first answer was lost ends with Conflict: read again. */
  replace<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  /**
   * JSON Patch. A failed `test` is an error of code 422. A patch with a `test` is taken as safe to repeat: either the test must fail
   * once the patch was carried out, or carrying it out twice must do no harm.
   */
  jsonPatch<T>(path: string, operations: readonly JsonPatchOperation[], options?: CallOptions): Promise<T>;
  /** JSON Merge Patch (RFC 7386), which is idempotent. */
  mergePatch<T>(path: string, body: unknown, options?: WriteOptions): Promise<T>;
  /** That there is nothing to delete is fine. */
  delete(path: string, options?: DeleteOptions): Promise<void>;
  deleteCollection(path: string, query: Readonly<Record<string, string>>, options?: DeleteOptions): Promise<void>;
  /**
   * One watch, without retry: ends when the server closes it, throws a KubeError on an ERROR event and when the connection breaks.
   * For the Reflector, which does the rest.
   */
  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<WatchEvent>;
}

/** What a client needs. */
export interface KubeClientOptions {
  readonly kubeConfig: PooledKubeConfig;
  /** `baton-operator/0.1.0`: what stands before the slash also becomes the field manager. */
  readonly userAgent: string;
  readonly log: Log;
  /** Milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  /** For one attempt; 30 s by default. */
  readonly deadlineMs?: number;
}

const never = new AbortController().signal;

/** Makes a client for the API server that the kubeconfig names. */
export function createKubeClient(options: KubeClientOptions): KubeClient {
  const { log, now, random, sleep, deadlineMs = 30_000 } = options;
  const totalMs = 2 * deadlineMs;
  const exchange = createExchange(options);

  async function call<T>(request: Request, repeatable: Repeatable, signal: AbortSignal | undefined): Promise<T> {
    const started = now();
    for (let failures = 1; ; failures += 1) {
      try {
        const text = await exchange.send(request, Math.min(deadlineMs, totalMs - (now() - started)), signal);
        return parseJson<T>(text, `${request.method} ${request.path}`);
      } catch (error) {
        const waitMs = isKubeError(error) ? retryDelayMs(error, failures, repeatable, random) : undefined;
        if (waitMs === undefined || now() - started + waitMs >= totalMs) throw error;
        log.warn('Retrying API request', {
          method: request.method,
          path: request.path,
          failures,
          waitMs,
          ...(isKubeError(error) ? { code: error.code, reason: error.reason } : {}),
        });
        await pause(sleep, waitMs, signal ?? never);
      }
    }
  }

  async function* watch(
    path: string,
    query: Readonly<Record<string, string>>,
    { signal }: { readonly signal: AbortSignal },
  ): AsyncGenerator<WatchEvent> {
    const request = { method: 'GET', path, query: { ...query, watch: 'true' } } as const;
    try {
      for await (const line of splitLines(exchange.stream(request, deadlineMs, signal))) {
        yield watchEvent(parseJson<RawWatchEvent>(line, `Watch ${path}`), path);
      }
    } catch (error) {
      if (isKubeError(error)) throw error;
      throw new KubeError(`Watch ${path} broke off`, { code: 0, reason: NO_ANSWER.noAnswer, cause: error });
    }
  }

  return {
    async get<T>(path: string, { signal }: CallOptions = {}) {
      return call<T>({ method: 'GET', path }, 'Always', signal);
    },
    async list<T>(path: string, query: Readonly<Record<string, string>> = {}, { signal }: CallOptions = {}) {
      return listPage<T>(await call<RawList>({ method: 'GET', path, query }, 'Always', signal));
    },
    async create<T>(path: string, body: unknown, options: WriteOptions = {}) {
      const request = { method: 'POST', path, query: writeQuery(options), body } as const;
      return call<T>(request, options.dryRun === true ? 'Always' : 'OnlyIfRefused', options.signal);
    },
    async replace<T>(path: string, body: unknown, { signal }: CallOptions = {}) {
      return call<T>({ method: 'PUT', path, body }, 'Always', signal);
    },
    async jsonPatch<T>(path: string, operations: readonly JsonPatchOperation[], { signal }: CallOptions = {}) {
      const guarded = operations.some(({ op }) => op === 'test');
      const request = { method: 'PATCH', path, body: operations, contentType: 'application/json-patch+json' } as const;
      return call<T>(request, guarded ? 'Always' : 'OnlyIfRefused', signal);
    },
    async mergePatch<T>(path: string, body: unknown, options: WriteOptions = {}) {
      const query = writeQuery(options);
      const request = { method: 'PATCH', path, query, body, contentType: 'application/merge-patch+json' } as const;
      return call<T>(request, 'Always', options.signal);
    },
    async delete(path: string, deletion: DeleteOptions = {}) {
      try {
        await call<unknown>({ method: 'DELETE', path, body: deleteBody(deletion) }, 'Always', deletion.signal);
      } catch (error) {
        if (!isKubeError(error, 'NotFound')) throw error;
      }
    },
    async deleteCollection(path: string, query: Readonly<Record<string, string>>, deletion: DeleteOptions = {}) {
      await call<unknown>({ method: 'DELETE', path, query, body: deleteBody(deletion) }, 'Always', deletion.signal);
    },
    watch,
  };
}

function writeQuery({ dryRun = false, fieldValidation }: WriteOptions): Readonly<Record<string, string>> {
  return { ...(dryRun ? { dryRun: 'All' } : {}), ...(fieldValidation === undefined ? {} : { fieldValidation }) };
}

function deleteBody({ propagationPolicy, preconditions, gracePeriodSeconds }: DeleteOptions): unknown {
  // JSON leaves out what is undefined.
  return { apiVersion: 'v1', kind: 'DeleteOptions', propagationPolicy, preconditions, gracePeriodSeconds };
}

interface RawList {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly object[] | null;
}

function listPage<T>({ apiVersion, kind, metadata, items }: RawList): ListPage<T> {
  const shared = { apiVersion, kind: kind?.replace(/List$/, '') };
  const next = metadata?.continue ?? '';
  return {
    items: (items ?? []).map((item) => ({ ...shared, ...item }) as T),
    resourceVersion: metadata?.resourceVersion ?? '',
    ...(next === '' ? {} : { continue: next }),
  };
}

type RawWatchEvent = WatchEvent | { readonly type: 'ERROR'; readonly object: Status };

function watchEvent(event: RawWatchEvent, path: string): WatchEvent {
  // Thrown before anything is aborted, or the abort would hide a 410.
  if (event.type === 'ERROR') throw answerError(`Watch ${path}`, event.object.code ?? 500, event.object);
  return event;
}

// The one place where JSON of the API becomes a type: callers name the type of what they asked for.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the type is the caller's knowledge of the API
function parseJson<T>(text: string, action: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new KubeError(`${action} was answered with something that is not JSON`, {
      code: 0,
      reason: NO_ANSWER.noAnswer,
      cause: error,
    });
  }
}
