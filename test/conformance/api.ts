import { request, type Dispatcher } from 'undici';

/** A body of the API, with the fields that cases look into. A field is there only when the server sent it. */
export interface Body {
  readonly metadata: {
    readonly name: string;
    readonly generateName: string;
    readonly uid: string;
    readonly resourceVersion: string;
    readonly continue: string;
    readonly labels?: { readonly n?: string };
  };
  readonly spec?: { readonly requestedBy?: string };
  readonly items: readonly Body[];
  readonly reason: string;
  readonly message: string;
}

/** An answer, its body parsed. */
export interface Answer {
  readonly status: number;
  readonly body: Body;
}

/** One event of a watch. */
export interface WatchEvent {
  readonly type: string;
  readonly object: Body;
}

/** How long a case watches. */
export interface WatchOptions {
  /** Ends after so many events; without it, when the server ends the watch. */
  readonly events?: number;
  /** Done once the server has answered. */
  readonly meanwhile?: () => Promise<unknown>;
  readonly accept?: string;
}

/** An answer with its headers, its body as text. */
export interface Exchange {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** Who calls: a user, or a Pod with the identity that its token carries. */
export interface Identity {
  readonly user: string;
  readonly groups?: readonly string[];
  readonly extra?: Readonly<Record<string, string>>;
}

/** The API as HTTP, with as little as possible in between. */
export interface Api {
  /** The same server, called by somebody else than its administrator. */
  as(identity: Identity): Api;
  exchange(method: string, path: string, body?: unknown, contentType?: string): Promise<Exchange>;
  call(method: string, path: string, body?: unknown, contentType?: string): Promise<Answer>;
  /** With an Accept header other than `application/json`, if one is given. */
  get(path: string, accept?: string): Promise<Answer>;
  post(path: string, body: unknown): Promise<Answer>;
  put(path: string, body: unknown): Promise<Answer>;
  delete(path: string, options?: unknown): Promise<Answer>;
  merge(path: string, body: unknown): Promise<Answer>;
  patch(path: string, operations: unknown): Promise<Answer>;
  strategic(path: string, body: unknown): Promise<Answer>;
  watch(path: string, options?: WatchOptions): Promise<readonly WatchEvent[]>;
}

const JSON_TYPE = 'application/json';
const WATCH_MS = 15_000;

type Headers = Readonly<Record<string, string | string[]>>;

/** Speaks to a server through a dispatcher of undici. */
export function createApi(origin: string, dispatcher: Dispatcher, caller: Headers = {}): Api {
  async function exchange(
    method: string,
    path: string,
    body?: unknown,
    contentType = JSON_TYPE,
    accept = JSON_TYPE,
  ): Promise<Exchange> {
    const response = await request(new URL(path, origin), {
      method: method,
      dispatcher,
      headers: { accept, ...caller, ...(body === undefined ? {} : { 'content-type': contentType }) },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
    });
    return { status: response.statusCode, headers: response.headers, text: await response.body.text() };
  }

  async function call(...args: Parameters<typeof exchange>): Promise<Answer> {
    const { status, text } = await exchange(...args);
    return { status, body: parse(text) };
  }

  async function watch(
    path: string,
    { events = Infinity, meanwhile, accept = JSON_TYPE }: WatchOptions = {},
  ): Promise<readonly WatchEvent[]> {
    const stop = new AbortController();
    const signal = AbortSignal.any([stop.signal, AbortSignal.timeout(WATCH_MS)]);
    const headers = { accept, ...caller };
    const response = await request(new URL(path, origin), { method: 'GET', dispatcher, headers, signal });
    const act = meanwhile?.();
    const seen: WatchEvent[] = [];
    let text = '';
    for await (const chunk of response.body as AsyncIterable<Buffer>) {
      const lines = (text + chunk.toString()).split('\n');
      text = lines.pop() ?? '';
      seen.push(...lines.map((line) => JSON.parse(line) as WatchEvent));
      if (seen.length >= events) break;
    }
    await act;
    stop.abort();
    return seen;
  }

  return {
    as: (identity) => createApi(origin, dispatcher, impersonation(identity)),
    exchange,
    call,
    watch,
    get: (path, accept) => call('GET', path, undefined, JSON_TYPE, accept),
    post: (path, body) => call('POST', path, body),
    put: (path, body) => call('PUT', path, body),
    delete: (path, options) => call('DELETE', path, options),
    merge: (path, body) => call('PATCH', path, body, 'application/merge-patch+json'),
    patch: (path, operations) => call('PATCH', path, operations, 'application/json-patch+json'),
    strategic: (path, body) => call('PATCH', path, body, 'application/strategic-merge-patch+json'),
  };
}

function impersonation({ user, groups = [], extra = {} }: Identity): Headers {
  const extras = Object.entries(extra).map(([key, value]) => [`impersonate-extra-${encodeURIComponent(key)}`, value] as const);
  return { 'impersonate-user': user, 'impersonate-group': [...groups], ...Object.fromEntries(extras) };
}

function parse(text: string): Body {
  try {
    return JSON.parse(text) as Body;
  } catch {
    // Some errors are plain text.
    return text as unknown as Body;
  }
}
