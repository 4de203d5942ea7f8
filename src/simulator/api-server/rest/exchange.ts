import type { Log } from '../../../api/log.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { SetTimer } from '../../../kube/pause.ts';
import type { ResourceType, ResourceTypes } from '../resources/resource-type.ts';
import type { Store } from '../store/store.ts';

/** One HTTP request, with its body as text. */
export interface ApiRequest {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  /** By names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** An answer that is complete. */
export interface ApiAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Where a watch writes to. */
export interface WatchSink {
  /** One event, as one line of JSON. */
  readonly write: (line: string) => void;
  /** The server ends the watch. */
  readonly end: () => void;
}

/** An answer that goes on until one side ends it. */
export interface WatchAnswer {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  /** Starts it; the function returned ends it for the client. */
  readonly start: (sink: WatchSink) => () => void;
}

export type ApiResponse = ApiAnswer | WatchAnswer;

/**
 * Completes and validates an object of a CRD's version. `errors` are the causes of a 422. The object that comes back replaces the
 * one that was sent.
 */
export type Admit = (
  type: ResourceType,
  object: KubeObject,
  previous: KubeObject | undefined,
) => { readonly object: KubeObject; readonly errors: readonly { field: string; reason: string; message: string }[] };

/** What the server works with. */
export interface ServerContext {
  readonly store: Store;
  readonly types: ResourceTypes;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** From 0 up to 1. */
  readonly random: () => number;
  readonly setTimer: SetTimer;
  readonly log: Log;
  readonly admit: Admit;
}

/** The objects that a request is about. */
export interface Target {
  readonly type: ResourceType;
  /** Undefined for cluster resources, and for the objects of all namespaces. */
  readonly namespace: string | undefined;
  /** Undefined for collections. */
  readonly name: string | undefined;
  readonly subresource: string | undefined;
}

/** An answer with a JSON body. */
export function json(status: number, body: unknown): ApiAnswer {
  return { status, headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) };
}

/** The key of an object in the store. */
export function storeKey(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
