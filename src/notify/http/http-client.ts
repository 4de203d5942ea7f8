import { HTTP_TIMEOUT_SECONDS } from '../../core/sinks/sink-kinds.ts';
import { errorCode } from '../../net/error-code.ts';
import { NOT_ALLOWED } from '../../net/guarded-lookup.ts';
import { startDeadline } from '../../timers/deadline.ts';
import type { SetTimer } from '../../timers/timer.ts';
import type { Connection, HttpRequest, HttpTransport } from './http-transport.ts';

export type { Connection } from './http-transport.ts';

/** A POST request. */
export interface HttpPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

/** The result of a request. Messages contain no more of the URL than its host, because paths and queries may be secret. */
export type HttpAnswer =
  /** `body` is cut at 256 KiB. It must not get into messages, because receivers quote what they received. */
  | { readonly kind: 'Answer'; readonly status: number; readonly retryAfter: string | undefined; readonly body: string }
  /** The administrator does not allow the address. Nothing was sent. */
  | { readonly kind: 'NotAllowed' }
  /** A Secret of the connection is missing or invalid. Nothing was sent. */
  | { readonly kind: 'NotReady'; readonly reason: string; readonly message: string }
  /** There was no answer. The receiver may have accepted the message after all. */
  | { readonly kind: 'NoAnswer'; readonly message: string };

/** A request that checks whether a server answers. */
export type HttpProbe = Omit<HttpPost, 'body'>;

/** Sends to the receivers of one sink. */
export interface Poster {
  /** Sends one request. It neither retries nor follows redirects. */
  post(post: HttpPost): Promise<HttpAnswer>;
  /** Sends a HEAD request to the URL's origin. It omits path and query, because they may be secret, and the endpoint may count requests. */
  probe(probe: HttpProbe): Promise<HttpAnswer>;
}

/** Sends HTTP requests to all receivers. */
export interface HttpClient {
  /** As {@link Poster} does. */
  post(post: HttpPost, connection?: Connection): Promise<HttpAnswer>;
  /** As {@link Poster} does. */
  probe(probe: HttpProbe, connection?: Connection): Promise<HttpAnswer>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** The options of a client. */
export interface HttpClientOptions {
  readonly transport: HttpTransport;
  /** Measures the timeouts. */
  readonly setTimer: SetTimer;
  /** Timeout from connecting to the response (ms). Defaults to 10 s. */
  readonly timeoutMs?: number;
}

/** Creates a client. */
export function createHttpClient({ transport, setTimer, ...options }: HttpClientOptions): HttpClient {
  async function exchange(
    request: Pick<HttpRequest, 'method' | 'url' | 'headers' | 'body'>,
    signal: AbortSignal,
    connection: Connection = {},
  ): Promise<HttpAnswer> {
    const { timeoutMs = options.timeoutMs ?? HTTP_TIMEOUT_SECONDS * 1000 } = connection;
    const deadline = startDeadline(timeoutMs, signal, setTimer);
    try {
      const response = await transport.exchange({
        ...request,
        connection: { ...connection, timeoutMs },
        signal: deadline.signal,
      });
      return { kind: 'Answer', ...response };
    } catch (error) {
      const code = errorCode(error);
      if (code === NOT_ALLOWED) return { kind: 'NotAllowed' };
      if (signal.aborted) return { kind: 'NoAnswer', message: 'the agent stopped waiting' };
      if (deadline.abortedBy() === 'Deadline') return { kind: 'NoAnswer', message: `no answer within ${timeoutMs / 1000} s` };
      return { kind: 'NoAnswer', message: proxyProblem(error) ?? code ?? 'no connection' };
    } finally {
      deadline.dispose();
    }
  }

  return {
    post: ({ signal, ...post }, connection) => exchange({ ...post, method: 'POST' }, signal, connection),
    probe: ({ signal, url, headers }, connection) =>
      exchange({ url: new URL(url.origin), headers, method: 'HEAD' }, signal, connection),
    close: () => transport.close(),
  };
}

/** The answer of a proxy that rejected the request, from undici's message; undefined for other errors. */
function proxyProblem(error: unknown): string | undefined {
  const status =
    error instanceof Error ? /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)?.[1] : undefined;
  return status === undefined ? undefined : `the proxy answered ${status}`;
}
