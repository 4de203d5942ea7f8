import { Dispatcher } from 'undici';
import type { ApiServer } from './create-api-server.ts';
import type { ApiRequest, ApiResponse } from './rest/exchange.ts';

type Handler = Dispatcher.DispatchHandler;
type Options = Dispatcher.DispatchOptions;

/** Brings requests to a server and its answers back, at once or later. */
export interface Transport {
  /**
   * Sends a request. At most one of `answer` and `fail` is called, and at most once; neither when the answer never arrives. The function
   * returned is called when the client no longer waits.
   */
  send(request: ApiRequest, answer: (response: ApiResponse) => void, fail: (error: Error) => void): () => void;
}

/** A transport without delay. */
export function directTransport(server: Pick<ApiServer, 'handle'>): Transport {
  return {
    send: (request, answer) => {
      answer(server.handle(request));
      return () => undefined;
    },
  };
}

/** Sends requests of undici, and of its `fetch`, to a server in memory instead of to a socket. */
export class ApiServerDispatcher extends Dispatcher {
  readonly #transport: Transport;
  readonly #open = new Set<Exchange>();
  #closed = false;

  constructor(transport: Transport) {
    super();
    this.#transport = transport;
  }

  override dispatch(options: Options, handler: Handler): boolean {
    const exchange = new Exchange(handler, () => this.#open.delete(exchange));
    handler.onRequestStart?.(exchange, {});
    if (this.#closed) exchange.abort(new Error('The API server is closed'));
    if (exchange.aborted) return true;
    this.#open.add(exchange);
    void this.#answer(options, exchange);
    return true;
  }

  override close(callback: () => void): void;
  override close(): Promise<void>;
  override close(callback?: () => void): Promise<void> | undefined {
    return this.#end(callback);
  }

  // The signatures are those of the base class.
  /* eslint-disable @typescript-eslint/unified-signatures */
  override destroy(error: Error | null, callback: () => void): void;
  override destroy(callback: () => void): void;
  override destroy(error: Error | null): Promise<void>;
  override destroy(): Promise<void>;
  /* eslint-enable @typescript-eslint/unified-signatures */
  override destroy(first?: Error | null | (() => void), second?: () => void): Promise<void> | undefined {
    return this.#end(typeof first === 'function' ? first : second);
  }

  #end(callback: (() => void) | undefined): Promise<void> | undefined {
    this.#closed = true;
    for (const exchange of this.#open) exchange.abort(new Error('The API server is closed'));
    if (callback === undefined) return Promise.resolve();
    queueMicrotask(callback);
    return undefined;
  }

  async #answer(options: Options, exchange: Exchange): Promise<void> {
    try {
      const request = await readRequest(options);
      if (exchange.aborted) return;
      const cancel = this.#transport.send(
        request,
        (response) => exchange.send(response),
        (error) => exchange.abort(error),
      );
      exchange.onEnd(cancel);
    } catch (error) {
      exchange.abort(error instanceof Error ? error : new Error(String(error)));
    }
  }
}

/** One request and its answer, as undici's handlers see them. */
class Exchange implements Dispatcher.DispatchController {
  readonly #handler: Handler;
  readonly #over: () => void;
  readonly #endings: (() => void)[] = [];
  #ended = false;
  #reason: Error | null = null;
  #paused = false;

  constructor(handler: Handler, over: () => void) {
    this.#handler = handler;
    this.#over = over;
  }

  get aborted(): boolean {
    return this.#reason !== null;
  }

  get reason(): Error | null {
    return this.#reason;
  }

  get paused(): boolean {
    return this.#paused;
  }

  // Readers buffer what comes while they pause: there is no socket that could hold it back.
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    this.#paused = false;
  }

  abort(reason: Error): void {
    if (this.#ended) return;
    this.#reason = reason;
    this.#finish();
    this.#handler.onResponseError?.(this, reason);
  }

  /** Calls the function when the exchange ends, or at once when it has ended. */
  onEnd(run: () => void): void {
    if (this.#ended) run();
    else this.#endings.push(run);
  }

  send(response: ApiResponse): void {
    if (this.#ended) return;
    this.#handler.onResponseStart?.(this, response.status, { ...response.headers });
    // The handler may have aborted it.
    if (this.#isOver()) return;
    if ('body' in response) {
      this.#write(response.body);
      this.#end();
      return;
    }
    // It may end at once, before there is anything to stop.
    this.onEnd(response.start({ write: (line) => this.#write(line), end: () => this.#end() }));
  }

  #isOver(): boolean {
    return this.#ended;
  }

  #write(text: string): void {
    if (!this.#ended) this.#handler.onResponseData?.(this, Buffer.from(text));
  }

  #end(): void {
    if (this.#ended) return;
    this.#finish();
    this.#handler.onResponseEnd?.(this, {});
  }

  #finish(): void {
    this.#ended = true;
    for (const run of this.#endings.splice(0)) run();
    this.#over();
  }
}

async function readRequest({ method, path, query, headers, body }: Options): Promise<ApiRequest> {
  const url = new URL(path, 'http://server');
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, String(value));
  return { method, path: url.pathname, query: url.searchParams, headers: readHeaders(headers), body: await readBody(body) };
}

function readHeaders(headers: Options['headers']): Readonly<Record<string, string>> {
  const entries = headers === null || headers === undefined ? [] : [...pairs(headers)];
  // A list of values is one header with commas.
  return Object.fromEntries(entries.map(([name, value]) => [name.toLowerCase(), String(value)]));
}

function pairs(headers: NonNullable<Options['headers']>): Iterable<readonly [string, unknown]> {
  if (Array.isArray(headers)) {
    const names = headers.filter((_, index) => index % 2 === 0) as readonly string[];
    return names.map((name, index) => [name, headers[2 * index + 1]] as const);
  }
  return Symbol.iterator in headers ? (headers as Iterable<[string, unknown]>) : Object.entries(headers);
}

async function readBody(body: Options['body']): Promise<string> {
  if (body === null || body === undefined) return '';
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body as AsyncIterable<Uint8Array | string>) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
