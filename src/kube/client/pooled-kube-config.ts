import { createHash } from 'node:crypto';
import type { RequestOptions } from 'node:https';
import { KubeConfig, type DispatcherOptions, type RequestContext } from '@kubernetes/client-node';
import { Agent, ProxyAgent, type Dispatcher } from 'undici';

/** After which time without an answer a connection is checked, in milliseconds. */
export interface PoolTimeouts {
  /** From the request to the answer's headers. It is shorter than the client's deadline, so that the pool notices first. */
  readonly headersMs: number;
  /** Between two chunks of an answer. A healthy watch is never silent for this long, because bookmarks arrive about every 60 s. */
  readonly bodyMs: number;
}

const DEFAULT_TIMEOUTS: PoolTimeouts = { headersMs: 25_000, bodyMs: 145_000 };

// HTTP/2 needs one connection. More are opened when the server or a proxy supports only HTTP/1.1, or while a silent connection is checked.
const MAX_CONNECTIONS = 16;

/**
 * A KubeConfig whose requests share a pool of connections. client-node itself opens a new connection for every request when a CA or a
 * certificate is configured, which is always the case.
 *
 * When a timeout of the pool passes, undici sends a PING, opens no streams meanwhile, and closes the connection when no answer arrives.
 * Aborting a request does not do that, so one request after another would be lost on a dead connection.
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

  /** Adds the credentials and the pool to a request. client-node calls it before each request. */
  override async applySecurityAuthentication(context: RequestContext): Promise<void> {
    const options: RequestOptions = {};
    // Reads tokens and certificates again, because they may have been rotated.
    await this.applyToHTTPSOptions(options);
    for (const [name, value] of Object.entries(options.headers ?? {})) context.setHeaderParam(name, String(value));
    if (typeof options.auth === 'string') {
      context.setHeaderParam('Authorization', `Basic ${Buffer.from(options.auth).toString('base64')}`);
    }
    context.setDispatcher(this.#poolFor(options));
  }

  /**
   * Closes all connections and aborts their requests. Do not call it before the program exits: undici's HTTP/2 client (8.12.4) may then
   * emit the end of an aborted watch as an 'error' that nothing can catch, and the exit code would be 1.
   */
  async close(): Promise<void> {
    const pools = [...this.#retiring, ...(this.#pool === undefined ? [] : [this.#pool])];
    this.#pool = undefined;
    this.#credentials = '';
    await Promise.all(pools.map((pool) => pool.destroy()));
  }

  #poolFor(options: RequestOptions): Dispatcher {
    const tls = tlsOf(options);
    // Rejects plain HTTP unless the kubeconfig sets skipTLSVerify.
    const route = this.createDispatcherOptions(this.getCurrentCluster(), tls);
    const credentials = fingerprint(route.type, tls);
    if (this.#pool !== undefined && credentials === this.#credentials) return this.#pool;
    if (this.#pool !== undefined) this.#retire(this.#pool);
    this.#credentials = credentials;
    this.#pool = createPool(route, tls, this.#timeouts);
    return this.#pool;
  }

  // Requests on the old connections may finish; watches do within minutes.
  #retire(pool: Dispatcher): void {
    this.#retiring.add(pool);
    const forget = (): void => {
      this.#retiring.delete(pool);
    };
    // A pool that cannot be closed has already been destroyed.
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
  // TCP keepalive detects a vanished peer between requests, and comes before a load balancer's idle timeout.
  const connect = { timeout: 10_000, keepAlive: true, keepAliveInitialDelay: 15_000 };
  switch (route.type) {
    case 'proxy':
      return new ProxyAgent({ ...shared, uri: route.uri, requestTls: tls, connect });
    case 'socks':
      throw new Error('the kubeconfig uses a SOCKS proxy, which Baton does not support: use an HTTP proxy or none');
    case 'agent':
    case 'none':
      return new Agent({ ...shared, connect: { ...tls, ...connect } });
  }
}

// Hashed, so that no copy of a private key stays in memory.
function fingerprint(route: string, tls: Tls): string {
  return createHash('sha256')
    .update(JSON.stringify([route, tls]))
    .digest('base64');
}

/** A kubeconfig that cannot be used. The message is for the user. */
export class KubeConfigError extends Error {
  /** Exit code for invalid input. */
  readonly exitCode = 2;

  constructor(message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'KubeConfigError';
  }
}

/** Where to load the cluster's address and credentials from. */
export interface KubeConfigSource {
  /** Path of a kubeconfig; undefined for the Pod's ServiceAccount. */
  readonly kubeconfigPath?: string | undefined;
}

/**
 * Loads the kubeconfig at the path, or else the Pod's own credentials. KUBECONFIG and the home directory are ignored, because an exported
 * variable must not decide which fleet is upgraded. Throws a {@link KubeConfigError}.
 */
export function loadKubeConfig(source: KubeConfigSource): PooledKubeConfig {
  const config = new PooledKubeConfig();
  if (source.kubeconfigPath !== undefined) {
    try {
      config.loadFromFile(source.kubeconfigPath);
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      throw new KubeConfigError(`The kubeconfig ${source.kubeconfigPath} cannot be read: ${why}`, { cause: error });
    }
    if (config.getCurrentCluster() === null) {
      throw new KubeConfigError(
        `The kubeconfig ${source.kubeconfigPath} has no current context with a cluster: set one with 'kubectl config use-context'.`,
      );
    }
    return config;
  }
  if (process.env['KUBERNETES_SERVICE_HOST'] === undefined) {
    throw new KubeConfigError('A kubeconfig is required outside of a Pod: pass one with --kubeconfig <path>.');
  }
  config.loadFromCluster();
  return config;
}
