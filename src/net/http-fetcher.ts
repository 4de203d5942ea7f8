import type { LookupFunction } from 'node:net';
import { request, type Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { errorCode } from './error-code.ts';
import { createGuardedAgent } from './guarded-agent.ts';
import { NOT_ALLOWED } from './guarded-lookup.ts';

/** A GET request. */
export interface HttpGet {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates (PEM) to trust instead of the system's. */
  readonly ca?: string | undefined;
  /** Aborts the request. */
  readonly signal: AbortSignal;
}

/** A request with any method. */
export interface HttpRequest extends HttpGet {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly body?: string;
}

/** The result of a request. No message contains more of the URL than its host, because paths and queries may be secret. */
export type HttpResult =
  /** `body` is undefined when it exceeds the maximum size. */
  | { readonly kind: 'Answer'; readonly status: number; readonly body: string | undefined }
  /** The address policy does not allow the address. Nothing was sent. */
  | { readonly kind: 'NotAllowed' }
  | { readonly kind: 'NoAnswer'; readonly message: string };

/** Sends requests to other servers. */
export interface HttpFetcher {
  /** Sends a GET request once, without retries and without following redirects. */
  get(get: HttpGet): Promise<HttpResult>;
  /** Does the same with any method. */
  exchange(request: HttpRequest): Promise<HttpResult>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** The options of a fetcher. */
export interface HttpFetcherOptions {
  readonly policy: AddressPolicy;
  /** Maximum size of a body in bytes. */
  readonly maxBodyBytes: number;
  /** Resolves names; the system's resolver by default. */
  readonly lookup?: LookupFunction;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Creates a fetcher that connects only to addresses that the policy allows. The signal of each request limits its duration. */
export function createHttpFetcher({ policy, maxBodyBytes, lookup }: HttpFetcherOptions): HttpFetcher {
  const agents = new Map<string, Dispatcher>();

  function agentFor(ca: string | undefined): Dispatcher {
    const known = agents.get(ca ?? '');
    if (known !== undefined) return known;
    const agent = createGuardedAgent({
      policy,
      connectTimeoutMs: CONNECT_TIMEOUT_MS,
      lookup,
      tls: ca === undefined ? {} : { ca },
    });
    agents.set(ca ?? '', agent);
    return agent;
  }

  async function exchange({ method, url, headers, body, ca, signal }: HttpRequest): Promise<HttpResult> {
    try {
      const content = body === undefined ? {} : { body };
      const answer = await request(url, { method, headers, ...content, dispatcher: agentFor(ca), signal });
      return { kind: 'Answer', status: answer.statusCode, body: await readBody(answer.body, maxBodyBytes) };
    } catch (error) {
      const code = errorCode(error);
      if (code === NOT_ALLOWED) return { kind: 'NotAllowed' };
      return { kind: 'NoAnswer', message: signal.aborted ? 'no answer in time' : (code ?? 'no connection') };
    }
  }

  return {
    get: (get) => exchange({ ...get, method: 'GET' }),
    exchange,
    async close() {
      await Promise.all([...agents.values()].map((agent) => agent.destroy()));
    },
  };
}

/** The body as text; undefined when it exceeds the maximum size, in which case the rest is not read. */
async function readBody(body: AsyncIterable<Buffer>, maxBytes: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop closes the connection.
    if (size > maxBytes) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
