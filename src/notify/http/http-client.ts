import type { LookupFunction } from 'node:net';
import { request, type Dispatcher } from 'undici';
import { HTTP_TIMEOUT_SECONDS } from '../../core/sinks/sink-kinds.ts';
import type { AddressPolicy } from '../../net/address-policy.ts';
import { errorCode } from '../../net/error-code.ts';
import { createGuardedAgent, type TlsOptions } from '../../net/guarded-agent.ts';
import { NOT_ALLOWED } from '../../net/guarded-lookup.ts';

/** A POST. */
export interface HttpPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** How a receiver is reached, where that is not as usual. */
export interface Connection {
  /** For a whole exchange, milliseconds. */
  readonly timeoutMs?: number;
  /** An HTTP proxy, with its user name and password if it needs them. */
  readonly proxyUrl?: URL;
  readonly tls?: TlsOptions;
}

/** What came of a POST. No message has more of the URL than its host: paths and queries may be secrets. */
export type HttpAnswer =
  /** `body` is cut at 256 KiB. It is for the sink alone: receivers quote what they were sent. */
  | { readonly kind: 'Answer'; readonly status: number; readonly retryAfter: string | undefined; readonly body: string }
  /** The admin does not allow the address. Nothing was sent. */
  | { readonly kind: 'NotAllowed' }
  /** What the connection needs is missing or broken. Nothing was sent. */
  | { readonly kind: 'NotReady'; readonly reason: string; readonly message: string }
  /** No answer. The receiver may have got it nevertheless. */
  | { readonly kind: 'NoAnswer'; readonly message: string };

/** A look whether a server answers. */
export type HttpProbe = Omit<HttpPost, 'body'>;

/** Sends to the receivers of one sink. */
export interface Poster {
  /** Sends once: no retry, and no redirect is followed. */
  post(post: HttpPost): Promise<HttpAnswer>;
  /** Asks a URL's origin for a HEAD. Its path and query are not sent: they may be secrets, and what they name may count requests. */
  probe(probe: HttpProbe): Promise<HttpAnswer>;
}

/** The way out for notifications. */
export interface HttpClient {
  /** As {@link Poster} does. */
  post(post: HttpPost, connection?: Connection): Promise<HttpAnswer>;
  /** As {@link Poster} does. */
  probe(probe: HttpProbe, connection?: Connection): Promise<HttpAnswer>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** What a client is made from. */
export interface HttpClientOptions {
  readonly policy: AddressPolicy;
  /** For a whole exchange, milliseconds; as usual for HTTP by default. */
  readonly timeoutMs?: number;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction;
}

/** Slack repeats the whole message in its answer. More than this is not even read. */
const MOST_BODY_BYTES = 262_144;
/** A plan has at most ten sinks; more kinds of connections come only from Secrets that have changed. */
const MOST_AGENTS = 20;

/** Makes a client that reaches only what the policy allows. */
export function createHttpClient(options: HttpClientOptions): HttpClient {
  const { policy, lookup } = options;
  const agents = new Map<string, Dispatcher>();

  function agentFor({ proxyUrl, tls }: Connection, timeoutMs: number): Dispatcher {
    const key = JSON.stringify([proxyUrl?.href, tls?.ca, tls?.cert, tls?.key, timeoutMs]);
    const agent = agents.get(key) ?? createGuardedAgent({ policy, connectTimeoutMs: timeoutMs, lookup, tls, proxyUrl });
    agents.delete(key);
    agents.set(key, agent);
    const [oldest] = agents;
    if (oldest !== undefined && agents.size > MOST_AGENTS) {
      agents.delete(oldest[0]);
      // Ends once its requests have.
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
        body: await readStart(answer.body),
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

/** The beginning of a body as text; what there was of it when it breaks off. */
async function readStart(body: AsyncIterable<Buffer>): Promise<string> {
  const parts: Buffer[] = [];
  let size = 0;
  try {
    for await (const part of body) {
      parts.push(part);
      size += part.length;
      // Leaving the loop destroys the connection.
      if (size >= MOST_BODY_BYTES) break;
    }
  } catch {
    // The status has said whether it was taken; a sink that needs the body sees that it is not whole.
  }
  return Buffer.concat(parts).subarray(0, MOST_BODY_BYTES).toString('utf8');
}

/** What a proxy answered instead of letting us through, as undici words it; undefined when it was not that. */
function proxyProblem(error: unknown): string | undefined {
  const status =
    error instanceof Error ? /^Proxy (?:response|Authentication Required) \((\d{3})\)/.exec(error.message)?.[1] : undefined;
  return status === undefined ? undefined : `the proxy answered ${status}`;
}
