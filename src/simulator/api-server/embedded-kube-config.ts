import type { RequestContext } from '@kubernetes/client-node';
import { PooledKubeConfig } from '../../kube/client/pooled-kube-config.ts';
import type { ApiServerDispatcher } from './dispatcher.ts';

/** A KubeConfig whose requests reach a server in memory. The client of src/kube works on it unchanged. */
export class EmbeddedKubeConfig extends PooledKubeConfig {
  readonly #dispatcher: ApiServerDispatcher;

  constructor(dispatcher: ApiServerDispatcher) {
    super();
    this.#dispatcher = dispatcher;
    this.loadFromClusterAndUser({ name: 'embedded', server: 'http://embedded.invalid', skipTLSVerify: true }, { name: 'admin' });
  }

  override applySecurityAuthentication(context: RequestContext): Promise<void> {
    context.setDispatcher(this.#dispatcher);
    return Promise.resolve();
  }

  override async close(): Promise<void> {
    await this.#dispatcher.close();
  }
}
