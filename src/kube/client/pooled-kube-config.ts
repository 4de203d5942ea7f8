import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { KubeConfig, type DispatcherOptions, type RequestContext } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';

/** How long a connection may stay without an answer before it is suspected. All in milliseconds. */
export interface PoolTimeouts {
  /** From the request to the answer's headers. Shorter than the client's deadline, so that the pool finds out before it. */
  readonly headersMs: number;
  /** Between two parts of an answer. A healthy watch is never silent that long: bookmarks come about every 60 s. */
  readonly bodyMs: number;
}

const DEFAULT_TIMEOUTS: PoolTimeouts = { headersMs: 25_000, bodyMs: 145_000 };

// HTTP/2 needs one connection. More are opened when the server (or what stands before it) speaks HTTP/1.1 only, or while a
// silent one is being probed.
const MAX_CONNECTIONS = 16;

/**
 * A KubeConfig whose requests share one pool of connections. client-node itself opens a new connection for every request as soon
 * as there is a CA or a certificate, which is always.
 *
 * When a timeout of the pool passes, undici sends a PING, opens no further streams meanwhile, and drops the connection when no
 * answer comes. A mere abort of a request does not do that, so a dead connection would otherwise swallow one request after
 * another.
 */
export class PooledKubeConfig extends KubeConfig {
  readonly #timeouts: PoolTimeouts;
  #pool: Dispatcher | undefined;
  #credentials = '';
  readonly #retiring = new Set<Dispatcher>();

  constructor(timeouts: PoolTimeouts = DEFAULT_TIMEOUTS) {
    super();
    this.#timeouts = timeouts;
  }

  /** Puts the credentials and the pool into a request. Called by every API class of client-node before each request. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const options: RequestOptions = {};
    // Reads rotated tokens and certificates again.
    await this.applyToHTTPSOptions(options);
    for (const [name, value] of Object.entries(options.headers ?? {})) context.setHeaderParam(name, String(value));
    if (typeof options.auth === 'string') {
      context.setHeaderParam('Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    }
    context.setDispatcher(this.#poolFor(options));
  }

  /**
   * Ends all connections and what runs on them. Not for a program that is about to exit, which ends them anyway: undici's HTTP/2
   * client (8.12.4) may then emit the end of an aborted watch as an 'error' that nothing can catch, and the exit code would be 1.
   */
  async close(): Promise<void> {
    const pools = [...this.#retiring, ...(this.#pool === undefined ? [] : [this.#pool])];
    this.#pool = undefined;
    this.#credentials = '';
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #poolFor(options: RequestOptions): Dispatcher {
    const tls = tlsOf(options);
    // Refuses plain HTTP unless the kubeconfig says skipTLSVerify.
    const route = this.createDispatcherOptions(this.getCurrentCluster(), tls);
    const credentials = fingerprint(route.type, tls);
    if (this.#pool !== undefined && credentials === this.#credentials) return this.#pool;
    if (this.#pool !== undefined) this.#retire(this.#pool);
    this.#credentials = credentials;
    this.#pool = createPool(route, tls, this.#timeouts);
    return this.#pool;
  }

  // What runs on the old connections may end there; watches do within minutes.
  #retire(pool: Dispatcher): void {
    this.#retiring.add(pool);
    const forget = (): void => {
      this.#retiring.delete(pool);
    };
    // A pool that cannot close has been destroyed already, which is as good.
    pool.close().then(forget, forget);
  }
}

type Tls = Pick<RequestOptions, 'ca' | 'cert' | 'key' | 'servername' | 'rejectUnauthorized'>;

function tlsOf({ ca, cert, key, servername, rejectUnauthorized }: RequestOptions): Tls {
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
    ...(servername === undefined ? {} : { servername }),
    ...(rejectUnauthorized === undefined ? {} : { rejectUnauthorized }),
  };
}

function createPool(route: DispatcherOptions, tls: Tls, timeouts: PoolTimeouts): Dispatcher {
  const shared = {
    allowH2: true,
    connections: MAX_CONNECTIONS,
    headersTimeout: timeouts.headersMs,
    bodyTimeout: timeouts.bodyMs,
    keepAliveTimeout: 60_000,
  };
  // TCP keepalive finds a peer that vanished between requests, before a load balancer's idle timeout.
  const connect = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 15_000 };
  switch (route.type) {
    case 'proxy':
      return new ProxyAgent({ ...shared, uri: route.uri, requestTls: tls, connect });
    case 'socks':
      throw new Error('the kubeconfig asks for a SOCKS proxy, which Baton does not support: use an HTTP proxy, or none');
    case 'agent':
    case 'none':
      return new Agent({ ...shared, connect: { ...tls, ...connect } });
  }
}

// Hashed, so that no copy of a private key lives on as a text.
function fingerprint(route: string, tls: Tls): string {
  return createHash('sha256')
    .update(JSON.stringify([route, tls]))
    .digest('base64');
}

/** A kubeconfig that cannot be used, said to whoever started the program. */
export class KubeConfigError extends Error {
  /** The program ends with it: the input was wrong. */
  readonly exitCode = 2;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubeConfigError';
  }
}

/** Which cluster is meant. */
export interface KubeConfigSource {
  /** Path of a kubeconfig; without it, the Pod's ServiceAccount. */
  readonly kubeconfigPath?: string | undefined;
}

/**
 * Loads the kubeconfig that was named, or else the Pod's own credentials. The KUBECONFIG environment and the home directory are
 * never looked at, because an exported variable must not choose which fleet is upgraded. Throws a {@link KubeConfigError}.
 */
export function loadKubeConfig(source: KubeConfigSource): PooledKubeConfig {
  const config = new PooledKubeConfig();
  if (source.kubeconfigPath !== undefined) {
    try {
      config.loadFromFile(source.kubeconfigPath);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new KubeConfigError(`the kubeconfig ${source.kubeconfigPath} cannot be read: ${why}`, { cause: error });
    }
    if (config.getCurrentCluster() === null) {
      throw new KubeConfigError(
        `the kubeconfig ${source.kubeconfigPath} has no current context with a cluster: set one with 'kubectl config use-context'`,
      );
    }
    return config;
  }
  if (process.env['KUBERNETES_SERVICE_HOST'] === undefined) {
    throw new KubeConfigError('no kubeconfig was given and this is not a Pod: name one with --kubeconfig');
  }
  config.loadFromCluster();
  return config;
}
