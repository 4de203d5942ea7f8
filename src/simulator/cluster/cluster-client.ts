import { asObject, asObjects, type Json } from '../../core/json.ts';
import type { KubeObject } from '../../kube/kube-object.ts';
import type { JsonPatchOperation } from '../../kube/client/client.ts';
import { MASTERS, impersonationHeaders } from '../api-server/access/caller.ts';
import type { ApiServer } from '../api-server/create-api-server.ts';
import type { ApiResponse } from '../api-server/rest/exchange.ts';

/** What became of a write: the object as stored, or the server's refusal. */
export type Outcome =
  | { readonly ok: true; readonly object: KubeObject; readonly warnings: readonly string[] }
  | { readonly ok: false; readonly code: number; readonly reason: string; readonly message: string; readonly status: Json };

/** Options of a delete. */
export interface DeleteOptions {
  readonly gracePeriodSeconds?: number;
  readonly propagationPolicy?: 'Background' | 'Foreground' | 'Orphan';
  /** The object must have this UID. */
  readonly uid?: string;
}

/** As long as a timer of Node can be; watches go on from where they end. */
const WATCH_SECONDS = '2000000';

/** Called for every change of a watched object. */
export type OnEvent = (type: 'ADDED' | 'MODIFIED' | 'DELETED', object: KubeObject) => void;

/**
 * What the control plane, the kubelets and the people of a simulation use: the server answers at once, in the same call. Programs of Baton
 * use the client of src/kube instead.
 */
export class ClusterClient {
  readonly #server: Pick<ApiServer, 'handle'>;
  readonly #caller: Readonly<Record<string, string>>;

  /** @param user the name under which requests are made. Whoever uses this client may do everything. */
  constructor(server: Pick<ApiServer, 'handle'>, user: string) {
    this.#server = server;
    this.#caller = { 'user-agent': user, ...impersonationHeaders({ user, groups: [MASTERS] }) };
  }

  /** Reads an object; undefined when it does not exist. Throws for any other failure. */
  get(path: string): KubeObject | undefined {
    const outcome = this.#send('GET', path);
    if (outcome.ok) return outcome.object;
    if (outcome.code === 404) return undefined;
    throw new Error(`GET ${path}: ${outcome.code} ${outcome.message}`);
  }

  /** Lists objects, with `apiVersion` and `kind`. */
  list(path: string, query: Readonly<Record<string, string>> = {}): readonly KubeObject[] {
    const outcome = this.#send('GET', path, undefined, query);
    if (!outcome.ok) throw new Error(`GET ${path}: ${outcome.code} ${outcome.message}`);
    const { apiVersion, kind, items } = outcome.object as unknown as Json;
    const shared = { apiVersion, kind: typeof kind === 'string' ? kind.replace(/List$/, '') : kind };
    return asObjects(items).map((item) => ({ ...shared, ...item }) as unknown as KubeObject);
  }

  create(path: string, body: object, query: Readonly<Record<string, string>> = {}): Outcome {
    return this.#send('POST', path, body, query);
  }

  /** Replaces an object; its resourceVersion, when it has one, must be the stored one. */
  replace(path: string, body: object): Outcome {
    return this.#send('PUT', path, body);
  }

  mergePatch(path: string, body: object): Outcome {
    return this.#send('PATCH', path, body, {}, 'application/merge-patch+json');
  }

  jsonPatch(path: string, operations: readonly JsonPatchOperation[]): Outcome {
    return this.#send('PATCH', path, operations, {}, 'application/json-patch+json');
  }

  delete(path: string, { gracePeriodSeconds, propagationPolicy, uid }: DeleteOptions = {}): Outcome {
    const preconditions = uid === undefined ? undefined : { uid };
    return this.#send('DELETE', path, {
      apiVersion: 'v1',
      kind: 'DeleteOptions',
      gracePeriodSeconds,
      propagationPolicy,
      preconditions,
    });
  }

  /**
   * Calls `onEvent` for the present objects, and then for every change, until the returned function is called. It is called within the write
   * that causes the change, so it must not write: remember the key and write later.
   */
  watch(path: string, onEvent: OnEvent, query: Readonly<Record<string, string>> = {}): () => void {
    let stop: (() => void) | undefined;
    let stopped = false;
    let version: string | undefined;
    const open = (): void => {
      const from = version === undefined ? {} : { resourceVersion: version };
      const response = this.#request('GET', path, undefined, { ...query, ...from, watch: 'true', timeoutSeconds: WATCH_SECONDS });
      if (!('start' in response)) throw new Error(`watch of ${path}: ${response.status} ${response.body}`);
      stop = response.start({
        write: () => undefined,
        event: (type, object) => {
          if (type === 'ERROR') throw new Error(`watch of ${path}: ${JSON.stringify(object)}`);
          version = object.metadata.resourceVersion ?? version;
          if (!stopped) onEvent(type as 'ADDED' | 'MODIFIED' | 'DELETED', object);
        },
        end: () => {
          if (!stopped) open();
        },
      });
    };
    open();
    return () => {
      stopped = true;
      stop?.();
    };
  }

  #send(
    method: string,
    path: string,
    body?: unknown,
    query: Readonly<Record<string, string>> = {},
    contentType = 'application/json',
  ): Outcome {
    // Nobody reads warnings about fields of controllers and kubelets, and looking for them takes time.
    const lenient = method === 'POST' || method === 'PUT' || method === 'PATCH' ? { fieldValidation: 'Ignore' } : {};
    const response = this.#request(method, path, body, { ...lenient, ...query }, contentType);
    if (!('body' in response)) throw new Error(`${method} ${path}: the answer is a watch`);
    const answer = response.value === undefined ? parse(response.body) : asObject(response.value);
    if (response.status >= 200 && response.status < 300) {
      const warning = response.headers['warning'];
      return { ok: true, object: answer as unknown as KubeObject, warnings: warning === undefined ? [] : [warning] };
    }
    const { reason, message } = answer;
    return {
      ok: false,
      code: response.status,
      reason: typeof reason === 'string' ? reason : '',
      message: typeof message === 'string' ? message : response.body,
      status: answer,
    };
  }

  #request(
    method: string,
    path: string,
    body: unknown,
    query: Readonly<Record<string, string>>,
    contentType = 'application/json',
  ): ApiResponse {
    return this.#server.handle({
      method,
      path,
      query: new URLSearchParams(query),
      headers: { 'content-type': contentType, ...this.#caller, accept: 'application/json' },
      body: body === undefined ? '' : JSON.stringify(body),
    });
  }
}

function parse(text: string): Json {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}
