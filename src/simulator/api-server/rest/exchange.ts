import type { Log } from '../../../api/log.ts';
import type { KubeObject } from '../../../kube/kube-object.ts';
import type { SetTimer } from '../../../kube/pause.ts';
import type { Caller } from '../access/caller.ts';
import type { Rbac } from '../access/rbac.ts';
import type { ResourceType, ResourceTypes } from '../resources/resource-type.ts';
import type { FailureStatus } from '../resources/status.ts';
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
  /** The body as a value, where it is JSON: callers in the same process need not parse it. Nobody may change it. */
  readonly value?: unknown;
}

/** Where a watch writes to. */
export interface WatchSink {
  /** One event, as one line of JSON. */
  readonly write: (line: string) => void;
  /** The server ends the watch. */
  readonly end: () => void;
  /** Takes events as values instead of lines; nobody may change them. For callers in the same process. */
  readonly event?: (type: string, object: KubeObject) => void;
}

/** An answer that goes on until one side ends it. */
export interface WatchAnswer {
  readonly status: 200;
  readonly headers: Readonly<Record<string, string>>;
  /** Starts it; the function returned ends it for the client. */
  readonly start: (sink: WatchSink) => () => void;
}

export type ApiResponse = ApiAnswer | WatchAnswer;

/** What a request does with unknown fields, and with fields that occur more than once. */
export type FieldValidation = 'Strict' | 'Warn' | 'Ignore';

/** An object of a custom resource that is to be written. */
export interface AdmitRequest {
  readonly operation: 'Create' | 'Update';
  /** With what the server adds to the metadata, and with the parts that this request may write. */
  readonly object: KubeObject;
  /** As stored; only for an update. */
  readonly oldObject?: KubeObject;
  readonly subresource?: 'status';
  readonly fieldValidation: FieldValidation;
  /** Fields that occur more than once in the body. */
  readonly duplicateFields?: readonly string[];
  /** For a patch: the patched object as messages show it. */
  readonly patched?: string;
}

/** What to store, or why not. */
export type AdmitResult =
  | { readonly kind: 'Admitted'; readonly object: Readonly<Record<string, unknown>>; readonly warnings: readonly string[] }
  | { readonly kind: 'Rejected'; readonly status: FailureStatus; readonly warnings: readonly string[] };

/** Completes and validates objects of custom resources, as their CRDs say. */
export type Admit = (type: ResourceType, request: AdmitRequest) => AdmitResult;

/** Changes an object of a resource. */
export type Mutate = (object: KubeObject, type: Pick<ResourceType, 'group' | 'plural'>) => KubeObject;

/** The lines that a container of a Pod has written. */
export type LogSource = (pod: KubeObject, container: string) => readonly string[];

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
  readonly rbac: Rbac;
  /** What mutating webhooks make of an object that is to be created, also in a dry run. */
  readonly mutate?: Mutate;
  /** Without it, logs are answered with 501. */
  readonly logs?: LogSource;
}

/** What a request is answered with. */
export interface RequestContext extends ServerContext {
  readonly caller: Caller;
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
export function json(status: number, body: unknown, warnings: readonly string[] = []): ApiAnswer {
  const header = warnings.map((text) => `299 - ${JSON.stringify(text)}`).join(', ');
  const headers = { 'content-type': 'application/json', ...(header === '' ? {} : { warning: header }) };
  let text: string | undefined;
  return {
    status,
    headers,
    value: body,
    get body() {
      text ??= JSON.stringify(body);
      return text;
    },
  };
}

/** The key of an object in the store. */
export function storeKey(namespace: string | undefined, name: string): string {
  return namespace === undefined ? name : `${namespace}/${name}`;
}
