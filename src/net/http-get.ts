import type { LookupFunction } from 'node:net';
import { request, type Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { errorCode } from './error-code.ts';
import { createGuardedAgent } from './guarded-agent.ts';
import { NOT_ALLOWED } from './guarded-lookup.ts';

/** A GET. */
export interface HttpGet {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  /** Certificates (PEM) to be trusted instead of the system's. */
  readonly ca?: string | undefined;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** A request of any method. */
export interface HttpRequest extends HttpGet {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly body?: string;
}

/** What came of a request. No message has more of the URL than its host: paths and queries may be secrets. */
export type HttpGetAnswer =
  /** `body` is undefined when it is larger than the bound. */
  | { readonly kind: 'Answer'; readonly status: number; readonly body: string | undefined }
  /** The admin does not allow the address. Nothing was sent. */
  | { readonly kind: 'NotAllowed' }
  | { readonly kind: 'NoAnswer'; readonly message: string };

/** Asks other servers. */
export interface HttpReader {
  /** Asks once: no retry, and no redirect is followed. */
  get(get: HttpGet): Promise<HttpGetAnswer>;
  /** The same with any method. */
  exchange(request: HttpRequest): Promise<HttpGetAnswer>;
  /** Closes all connections. */
  close(): Promise<void>;
}

/** What a reader is made from. */
export interface HttpReaderOptions {
  readonly policy: AddressPolicy;
  /** Bytes of a body that are read at most. */
  readonly maxBodyBytes: number;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction;
}

const CONNECT_TIMEOUT_MS = 10_000;

/** Makes a reader that reaches only what the policy allows. How long it may take is up to each GET's signal. */
export function createHttpReader({ policy, maxBodyBytes, lookup }: HttpReaderOptions): HttpReader {
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

  async function exchange({ method, url, headers, body, ca, signal }: HttpRequest): Promise<HttpGetAnswer> {
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

/** The body as text; undefined when it is larger than the bound, which is then not read to its end. */
async function readBody(body: AsyncIterable<Buffer>, most: number): Promise<string | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    size += chunk.length;
    // Leaving the loop destroys the connection.
    if (size > most) return undefined;
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
