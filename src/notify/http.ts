import type { LookupFunction } from 'node:net';
import { request } from 'undici';
import type { AddressPolicy } from '../net/address-policy.ts';
import { errorCode } from '../net/error-code.ts';
import { createGuardedAgent, NOT_ALLOWED } from '../net/guarded-agent.ts';

/** A POST. */
export interface HttpPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  /** Ends it. */
  readonly signal: AbortSignal;
}

/** What came of a POST. No message has more of the URL than its host: paths and queries may be secrets. */
export type HttpAnswer =
  | { readonly kind: 'Answer'; readonly status: number; readonly retryAfter: string | undefined }
  /** The admin does not allow the address. Nothing was sent. */
  | { readonly kind: 'NotAllowed' }
  /** No answer. The receiver may have got it nevertheless. */
  | { readonly kind: 'NoAnswer'; readonly message: string };

/** The way out for notifications. */
export interface HttpClient {
  /** Sends once: no retry, and no redirect is followed. */
  post(post: HttpPost): Promise<HttpAnswer>;
  /** Closes the connections that are idle. */
  close(): Promise<void>;
}

/** What a client is made from. */
export interface HttpClientOptions {
  readonly policy: AddressPolicy;
  /** For a whole exchange, milliseconds; 10 s by default. */
  readonly timeoutMs?: number;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction;
}

const DEFAULT_TIMEOUT_MS = 10_000;
/** Of an answer's body nothing is kept; more than this is not even read. */
const MOST_BODY_BYTES = 16_384;

/** Makes a client that reaches only what the policy allows. */
export function createHttpClient({ policy, timeoutMs = DEFAULT_TIMEOUT_MS, lookup }: HttpClientOptions): HttpClient {
  const agent = createGuardedAgent({ policy, connectTimeoutMs: timeoutMs, lookup });

  async function post({ url, headers, body, signal }: HttpPost): Promise<HttpAnswer> {
    const timeout = AbortSignal.timeout(timeoutMs);
    try {
      const bounded = AbortSignal.any([signal, timeout]);
      const answer = await request(url, { method: 'POST', headers, body, dispatcher: agent, signal: bounded });
      await answer.body.dump({ limit: MOST_BODY_BYTES, signal: bounded }).catch(() => {
        // The status has said all there is to know; a connection that breaks now is closed by undici.
      });
      const retryAfter = answer.headers['retry-after'];
      return { kind: 'Answer', status: answer.statusCode, retryAfter: Array.isArray(retryAfter) ? retryAfter[0] : retryAfter };
    } catch (error) {
      const code = errorCode(error);
      if (code === NOT_ALLOWED) return { kind: 'NotAllowed' };
      if (signal.aborted) return { kind: 'NoAnswer', message: 'the agent stopped waiting' };
      return {
        kind: 'NoAnswer',
        message: timeout.aborted ? `no answer within ${timeoutMs / 1000} s` : (code ?? 'no connection'),
      };
    }
  }

  return { post, close: () => agent.close() };
}
