import { lookup as systemLookup } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { Agent, buildConnector, Pool, ProxyAgent, type Dispatcher } from 'undici';
import type { AddressPolicy } from './address-policy.ts';
import { destinationOf, guardedLookup, notAllowed } from './guarded-lookup.ts';

/** Whom a TLS connection trusts, and as whom it introduces itself. All in PEM. */
export interface TlsOptions {
  /** Certificates to be trusted instead of the system's. */
  readonly ca?: string;
  /** The client's certificate, with those that lead to its authority. */
  readonly cert?: string;
  /** The client's private key. */
  readonly key?: string;
}

/** What a guarded agent is made from. */
export interface GuardedAgentOptions {
  readonly policy: AddressPolicy;
  /** For making a connection, milliseconds. */
  readonly connectTimeoutMs: number;
  /** Resolves names; the system's by default. */
  readonly lookup?: LookupFunction | undefined;
  readonly tls?: TlsOptions | undefined;
  /** An HTTP proxy through which everything goes. */
  readonly proxyUrl?: URL | undefined;
}

/**
 * The only way out of Baton for anything but the Kubernetes API: connections that reach only what the policy allows. The check is on
 * the address of the connection itself, so that a name that resolves differently the second time gains nothing. With a proxy that is
 * the proxy's address, and of the receiver only its name can be judged: the proxy resolves it.
 */
export function createGuardedAgent(options: GuardedAgentOptions): Dispatcher {
  const { policy, connectTimeoutMs, lookup = systemLookup, tls = {}, proxyUrl } = options;
  if (proxyUrl !== undefined) return new GuardedProxy({ policy, connectTimeoutMs, lookup, tls, proxyUrl });
  return new Agent({
    allowH2: false,
    connect: (target, callback) => {
      const destination = destinationOf(target);
      // A literal address is never looked up.
      if (isIP(destination.host) !== 0 && !policy.allows(destination, destination.host)) {
        callback(notAllowed(), null);
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
      // The client's certificate is for the receiver, not for the proxy.
      proxyTls: { allowH2: false, timeout: connectTimeoutMs, lookup: guarded, ...trust },
      // A proxy that says nothing to CONNECT is not waited for any longer than the request that asked for it.
      clientFactory: (origin, options) => new Pool(origin, { ...options, headersTimeout: connectTimeoutMs }),
      requestTls: { allowH2: false, timeout: connectTimeoutMs, ...tls },
    });
    this.#policy = policy;
    this.#proxyUrl = proxyUrl;
  }

  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    const proxy = destinationOf(this.#proxyUrl);
    const literalProxy = isIP(proxy.host) !== 0;
    if (literalProxy && !this.#policy.allows(proxy, proxy.host)) throw notAllowed();
    if (!this.#policy.allowsName(destinationOf(new URL(String(options.origin))))) throw notAllowed();
    return super.dispatch(options, handler);
  }
}
