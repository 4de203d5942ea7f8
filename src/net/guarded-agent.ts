import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { destinationOf, guardedLookup, notAllowedError } from './guarded-lookup.ts';

/** The trusted CAs and the client certificate of a TLS connection, in PEM. */
export interface TlsOptions {
  /** Certificates to trust instead of the system's. */
  readonly ca?: string;
  /** The client certificate with its chain. */
  readonly cert?: string;
  /** Private key of the client certificate. */
  readonly key?: string;
}

/** The options of a guarded agent. */
export interface GuardedAgentOptions {
  readonly policy: AddressPolicy;
  /** Timeout of a connection attempt, in milliseconds. */
  readonly connectTimeoutMs: number;
  /** Resolves names; the system's resolver by default. */
  readonly lookup?: LookupFunction | undefined;
  readonly tls?: TlsOptions | undefined;
  /** An HTTP proxy for all connections. */
  readonly proxyUrl?: URL | undefined;
}

/**
 * Creates an agent that connects only to what the policy allows. All of Baton's connections except for those to the Kubernetes API use it.
 * It checks the address of the connection itself, so that a name that resolves differently the next time cannot bypass it. With a proxy,
 * that is the proxy's address; of the receiver, only the name can be checked, because the proxy resolves it.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Dispatcher {
  const { policy, connectTimeoutMs, lookup = systemLookup, tls = {}, proxyUrl } = options;
  if (proxyUrl !== undefined) return new GuardedProxy({ policy, connectTimeoutMs, lookup, tls, proxyUrl });
  return new Agent({
    allowH2: false,
    connect: (target, callback) => {
      const destination = destinationOf(target);
      // A literal address is not looked up.
      if (isIP(destination.host) !== 0 && !policy.allows(destination, destination.host)) {
        callback(notAllowedError(), null);
        return;
      }
      const guarded = guardedLookup(policy, destination, lookup);
      buildConnector({ allowH2: false, timeout: connectTimeoutMs, lookup: guarded, ...tls })(target, callback);
    },
  });
}

interface GuardedProxyOptions extends GuardedAgentOptions {
  readonly lookup: LookupFunction;
  readonly tls: TlsOptions;
  readonly proxyUrl: URL;
}

class GuardedProxy extends ProxyAgent {
  readonly #policy: AddressPolicy;
  readonly #proxyUrl: URL;

  constructor({ policy, connectTimeoutMs, lookup, tls, proxyUrl }: GuardedProxyOptions) {
    const guarded = guardedLookup(policy, destinationOf(proxyUrl), lookup);
    const trust = tls.ca === undefined ? {} : { ca: tls.ca };
    super({
      uri: proxyUrl.href,
      // The client certificate is for the receiver, not for the proxy.
      proxyTls: { allowH2: false, timeout: connectTimeoutMs, lookup: guarded, ...trust },
      // Limits the wait for a proxy that does not answer CONNECT.
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: connectTimeoutMs }),
      requestTls: { allowH2: false, timeout: connectTimeoutMs, ...tls },
    });
    this.#policy = policy;
    this.#proxyUrl = proxyUrl;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const proxy = destinationOf(this.#proxyUrl);
    const literalProxy = isIP(proxy.host) !== 0;
    if (literalProxy && !this.#policy.allows(proxy, proxy.host)) throw notAllowedError();
    if (!this.#policy.allowsName(destinationOf(new URL(String(options.origin))))) throw notAllowedError();
    return super.dispatch(options, handler);
  }
}
