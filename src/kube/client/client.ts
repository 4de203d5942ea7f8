import type { Log } from '../../api/log.ts';
import { createExchange, type Request } from './exchange.ts';
import { splitLines } from './json-lines.ts';
import { KubeError, NO_ANSWER, answerError, isKubeError, type Status } from './kube-error.ts';
import type { KubeObject } from '../kube-object.ts';
import { pause, type SetTimer, type Sleep } from '../pause.ts';
import type { PooledKubeConfig } from './pooled-kube-config.ts';
import { retryDelayMs, type Repeatable } from './retry.ts';

export type { KubeObject, ObjectMetadata, OwnerReference } from '../kube-object.ts';

/** One operation of a JSON Patch (RFC 6902). */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: string }
  | { readonly op: 'move' | 'copy'; readonly from: string; readonly path: string };

/** Options of every call. */
export interface CallOptions {
  /** Aborts the call including its retries, with a KubeError of reason `Aborted`. */
  readonly signal?: AbortSignal | undefined;
}

/** Options of a create or patch. */
export interface WriteOptions extends CallOptions {
  /** The server does everything except for storing the object. */
  readonly dryRun?: boolean | undefined;
  /** `Strict`: the server rejects an unknown field with BadRequest instead of dropping it. */
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore' | undefined;
}

/** Options of a delete. */
export interface DeleteOptions extends CallOptions {
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan' | undefined;
  /** When they do not hold, the call fails with Conflict. */
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string } | undefined;
  readonly gracePeriodSeconds?: number | undefined;
}

/** One page of a list. */
export interface ListPage<T> {
  /** Including `apiVersion` and `kind`, which the server omits in lists. */
  readonly items: T[];
  readonly resourceVersion: string;
  /** Value of the query parameter `continue` for the next page; absent on the last page. */
  readonly continue?: string;
}

/** An event of a watch. An ERROR event is thrown instead. */
export interface WatchEvent {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED' | 'BOOKMARK';
  /** Of a BOOKMARK, only the resourceVersion is set. */
  readonly object: KubeObject;
}

/**
 * The Kubernetes API as JSON. It is untyped, because client-node's typed API drops fields that it does not know. Every failure is a
 * {@link KubeError}. Every attempt has a deadline, and every call twice that. {@link retryDelayMs} decides what is repeated. A POST is
 * repeated only when it certainly was not executed. After `NoAnswer` or `DeadlineExceeded`, its caller finds out by the object's
 * deterministic name (AlreadyExists) whether it was.
 */
export interface KubeClient {
  get<T>(path: string, options?: CallOptions): Promise<T>;
  /** Reads one page. */
  list<T>(path: string, query?: Readonly<Record<string, string>>, options?: CallOptions): Promise<ListPage<T>>;
  /** POST, to create an object in a collection or use a subresource such as `eviction`. */
  create<T>(path: string, body: unknown, options?: WriteOptions): Promise<T>;
  /** PUT. With a resourceVersion in the body, a repeated request whose first answer was lost fails with Conflict: read the object again. */
  replace<T>(path: string, body: unknown, options?: CallOptions): Promise<T>;
  /**
   * JSON Patch. A failed `test` is an error with code 422. A patch with a `test` is considered safe to repeat: the test must fail once the
   * patch was applied, or applying it twice must be harmless.
   */
  jsonPatch<T>(path: string, operations: readonly JsonPatchOperation[], options?: CallOptions): Promise<T>;
  /** JSON Merge Patch (RFC 7386), which is idempotent. */
  mergePatch<T>(path: string, body: unknown, options?: WriteOptions): Promise<T>;
  /** Deletes an object. Succeeds when the object does not exist. */
  delete(path: string, options?: DeleteOptions): Promise<void>;
  deleteCollection(path: string, query: Readonly<Record<string, string>>, options?: DeleteOptions): Promise<void>;
  /**
   * A single watch without retries. Ends when the server closes it; throws a KubeError for an ERROR event or a broken connection. It is
   * for the Reflector, which recovers.
   */
  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<WatchEvent>;
}

/** What a client depends on. */
export interface KubeClientOptions {
  readonly kubeConfig: PooledKubeConfig;
  /** For example `baton-operator/0.1.0`. The part before the slash is also the field manager. */
  readonly userAgent: string;
  readonly log: Log;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  /** Measures the deadlines. */
  readonly setTimer: SetTimer;
  /** Deadline of one attempt; 30 s by default. */
  readonly deadlineMs?: number;
}

const never = new AbortController().signal;

/** Creates a client for the API server of the kubeconfig. */
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
        log.warn('Retrying an API request', {
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
      throw new KubeError(`Watch ${path} was interrupted`, { code: 0, reason: NO_ANSWER.noAnswer, cause: error });
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
      return call<T>(request, options.dryRun === true ? 'Always' : 'OnlyIfNotExecuted', options.signal);
    },
    async replace<T>(path: string, body: unknown, { signal }: CallOptions = {}) {
      return call<T>({ method: 'PUT', path, body }, 'Always', signal);
    },
    async jsonPatch<T>(path: string, operations: readonly JsonPatchOperation[], { signal }: CallOptions = {}) {
      const guarded = operations.some(({ op }) => op === 'test');
      const request = { method: 'PATCH', path, body: operations, contentType: 'application/json-patch+json' } as const;
      return call<T>(request, guarded ? 'Always' : 'OnlyIfNotExecuted', signal);
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
  // JSON omits undefined fields.
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
  // Thrown before anything is aborted, because the abort would hide a 410.
  if (event.type === 'ERROR') throw answerError(`Watch ${path}`, event.object.code ?? 500, event.object);
  return event;
}

// The only place where JSON of the API gets a type, which the caller chooses.
// eslint-disable-next-line @typescript-eslint/no-unnecessary-type-parameters -- the type is the caller's knowledge of the API
function parseJson<T>(text: string, action: string): T {
  try {
    return JSON.parse(text) as T;
  } catch (error) {
    throw new KubeError(`The answer to ${action} is not valid JSON`, {
      code: 0,
      reason: NO_ANSWER.noAnswer,
      cause: error,
    });
  }
}
