import type { LookupFunction } from 'node:net';
import { request, type Dispatcher } from 'undici';
import { HTTP_TIMEOUT_SECONDS } from '../../core/sinks/sink-kinds.ts';
import type { AddressPolicy } from '../../net/address-policy.ts';
import { errorCode } from '../../net/error-code.ts';
import { createGuardedAgent, type TlsOptions } from '../../net/guarded-agent.ts';
import { NOT_ALLOWED } from '../../net/guarded-lookup.ts';

/** A POST request. */
export interface HttpPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

/** How a receiver is reached. */
export interface Connection {
  /** Timeout from connecting to the response (ms). Defaults to that of the client. */
  readonly timeoutMs?: number;
  /** An HTTP proxy, with its user name and password if it needs them. */
  readonly proxyUrl?: URL;
  readonly tls?: TlsOptions;
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
  readonly policy: AddressPolicy;
  /** Timeout from connecting to the response (ms). Defaults to 10 s. */
  readonly timeoutMs?: number;
  /** Resolves host names. Defaults to the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** Maximum size of an answer that is read (bytes). Slack repeats the whole message in its answer. */
const MAX_BODY_BYTES = 262_144;
/** Maximum number of connection pools. A plan has at most ten sinks; more pools exist only because Secrets have changed. */
const MAX_AGENTS = 20;

/** Creates a client that reaches only addresses that the policy allows. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { policy, lookup } = options;
  const agents = new Map<string, Dispatcher>();

  function agentFor({ proxyUrl, tls }: Connection, timeoutMs: number): Dispatcher {
    const key = JSON.stringify([proxyUrl?.href, tls?.ca, tls?.cert, tls?.key, timeoutMs]);
    const agent = agents.get(key) ?? createGuardedAgent({ policy, connectTimeoutMs: timeoutMs, lookup, tls, proxyUrl });
    agents.delete(key);
    agents.set(key, agent);
    const [oldest] = agents;
    if (oldest !== undefined && agents.size > MAX_AGENTS) {
      agents.delete(oldest[0]);
      // It closes once its requests have ended.
      void oldest[1].close();
    }
    return agent;
  }

  async function exchange(
    method: 'POST' | 'HEAD',
    { url, headers, body, signal }: HttpProbe & Partial<HttpPost>,
    connection: Connection = {},
  ): Promise<HttpAnswer> {
    const { timeoutMs = options.timeoutMs ?? HTTP_TIMEOUT_SECONDS * 1000 } = connection;
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const dispatcher = agentFor(connection, timeoutMs);
      const bounded = AbortSignal.any([signal, timeout]);
      const answer = await request(url, { method, headers, body: body ?? null, dispatcher, signal: bounded });
      const retryAfter = answer.headers['retry-after'];
      return {
        kind: 'Answer',
        status: answer.statusCode,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
        body: await readBody(answer.body),
      };
    } catch (error) {
      const code = errorCode(error);
      if (code === NOT_ALLOWED) return { kind: 'NotAllowed' };
      if (signal.aborted) return { kind: 'NoAnswer', message: 'the agent stopped waiting' };
      if (timeout.aborted) return { kind: 'NoAnswer', message: `no answer within ${timeoutMs / 1000} s` };
      return { kind: 'NoAnswer', message: proxyProblem(error) ?? code ?? 'no connection' };
    }
  }

  return {
    post: (post, connection) => exchange('POST', post, connection),
    probe: (probe, connection) => exchange('HEAD', { ...probe, url: new URL(probe.url.origin) }, connection),
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

/** The beginning of a body as text. If the connection breaks, it is what was received until then. */
async function readBody(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      // Leaving the loop destroys the connection.
      if (size >= MAX_BODY_BYTES) break;
    }
  } catch {
    // The status says whether the message was accepted. A sink that needs the body notices that it is incomplete.
  }
  return Buffer.concat(parts).subarray(0, MAX_BODY_BYTES).toString('utf8');
}

/** The answer of a proxy that rejected the request, from undici's message; undefined for other errors. */
function proxyProblem(error: unknown): string | undefined {
  const status =
    error instanceof Error ? /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)?.[1] : undefined;
  return status === undefined ? undefined : `the proxy answered ${status}`;
}
