import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, request } from 'undici';
import type { AddressPolicy, Destination } from './address-policy.ts';
import { errorCode } from './error-code.ts';

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

/** The only way out of Baton for anything but the Kubernetes API. */
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
const NOT_ALLOWED = 'BATON_ADDRESS_NOT_ALLOWED';

/** Makes a client that reaches only what the policy allows. The check is on the address of the connection itself, so that a name that resolves differently the second time gains nothing. */
export function createHttpClient({
  policy,
  timeoutMs = DEFAULT_TIMEOUT_MS,
  lookup = systemLookup,
}: HttpClientOptions): HttpClient {
  const agent = new Agent({
    allowH2: false,
    connect: (options, callback) => {
      const destination = { host: options.hostname, port: Number(options.port || (options.protocol === 'https:' ? 443 : 80)) };
      // A literal address is never looked up.
      if (isIP(destination.host) !== 0 && !policy.allows(destination, destination.host)) {
        callback(notAllowed(), null);
        return;
      }
      const connect = buildConnector({ allowH2: false, timeout: timeoutMs, lookup: guardedLookup(policy, destination, lookup) });
      connect(options, callback);
    },
  });

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

/** A lookup that gives only the addresses which are allowed, and fails when none is. */
function guardedLookup(policy: AddressPolicy, destination: Destination, lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error !== null) {
        callback(error, '', 0);
        return;
      }
      const all = Array.isArray(found) ? found : [{ address: found, family: isIP(found) }];
      const allowed = all.filter(({ address }) => policy.allows(destination, address));
      const [first] = allowed;
      if (first === undefined) callback(notAllowed(), '', 0);
      else if (options.all === true) callback(null, allowed);
      else callback(null, first.address, first.family);
    });
  };
}

function notAllowed(): Error {
  return Object.assign(new Error('The address is not allowed.'), { code: NOT_ALLOWED });
}
