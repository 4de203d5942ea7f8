import type { LookupFunction } from 'node:net';
import { request, type Dispatcher } from 'undici';
import type { AddressPolicy } from '../../net/address-policy.ts';
import { createGuardedAgent, type TlsOptions } from '../../net/guarded-agent.ts';

/** How a receiver is reached. */
export interface Connection {
  /** Timeout from connecting to the response (ms). Defaults to that of the client. */
  readonly timeoutMs?: number;
  /** An HTTP proxy, with its user name and password if it needs them. */
  readonly proxyUrl?: URL;
  readonly tls?: TlsOptions;
}

/** One request to a receiver. */
export interface HttpRequest {
  readonly method: 'POST' | 'HEAD';
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string | undefined;
  readonly connection: Connection & { readonly timeoutMs: number };
  /** Aborts the request. It is aborted at the timeout at the latest. */
  readonly signal: AbortSignal;
}

/** What a receiver answered. */
export interface HttpResponse {
  readonly status: number;
  /** The header `Retry-After`. */
  readonly retryAfter: string | undefined;
  /** Cut at 256 KiB. */
  readonly body: string;
}

/** Sends single requests to receivers. */
export interface HttpTransport {
  /**
   * Sends one request and reads the response. Rejects when there is none, with the code `NOT_ALLOWED` (src/net) when the administrator does
   * not allow the address, else with the code of the system, of undici, or of TLS if there is one.
   */
  exchange(request: HttpRequest): Promise<HttpResponse>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** The options of a transport. */
export interface HttpTransportOptions {
  readonly policy: AddressPolicy;
  /** Resolves host names. Defaults to the system's resolver. */
  readonly lookup?: LookupFunction;
}

/** Maximum size of an answer that is read (bytes). Slack repeats the whole message in its answer. */
const MAX_BODY_BYTES = 262_144;
/** Maximum number of connection pools. A plan has at most ten sinks; more pools exist only because Secrets have changed. */
const MAX_AGENTS = 20;

/** Creates a transport that reaches only addresses that the policy allows. */
export function createHttpTransport({ policy, lookup }: HttpTransportOptions): HttpTransport {
  const agents = new Map<string, Dispatcher>();

  function agentFor({ proxyUrl, tls, timeoutMs }: HttpRequest['connection']): Dispatcher {
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

  return {
    async exchange({ method, url, headers, body = null, connection, signal }) {
      const answer = await request(url, { method, headers, body, dispatcher: agentFor(connection), signal });
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.statusCode,
        retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter,
        body: await readBody(answer.body),
      };
    },
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
