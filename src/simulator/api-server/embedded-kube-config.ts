import type { RequestContext } from '@kubernetes/client-node';
import { PooledKubeConfig } from '../../kube/client/pooled-kube-config.ts';
import { impersonationHeaders, type Identity } from './access/caller.ts';
import type { ApiServerDispatcher } from './dispatcher.ts';

/** A KubeConfig whose requests reach a server in memory. The client of src/kube works on it unchanged. */
export class EmbeddedKubeConfig extends PooledKubeConfig {
  readonly #dispatcher: ApiServerDispatcher;
  readonly #headers: Readonly<Record<string, string>>;

  /** @param identity who calls; the administrator unless given. */
  constructor(dispatcher: ApiServerDispatcher, identity?: Identity) {
    super();
    this.#dispatcher = dispatcher;
    this.#headers = identity === undefined ? {} : impersonationHeaders(identity);
    this.loadFromClusterAndUser({ name: 'embedded', server: 'http://embedded.invalid', skipTLSVerify: true }, { name: 'admin' });
  }

  override applySecurityAuthentication(context: RequestContext): Promise<void> {
    context.setDispatcher(this.#dispatcher);
    for (const [name, value] of Object.entries(this.#headers)) context.setHeaderParam(name, value);
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    await this.#dispatcher.close();
  }
}
