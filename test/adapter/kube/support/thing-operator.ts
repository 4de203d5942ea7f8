import type { KubeObject } from '../../../../src/kube/client/client.ts';
import type { Reflector } from '../../../../src/kube/watch/reflector.ts';
import { SafeOperator, type ResourceEvent, type ResourceMeta } from '../../../../src/kube/safe-operator.ts';

/** An operator that makes what is protected visible. */
export class ThingOperator extends SafeOperator {
  handler: (event: ResourceEvent) => Promise<void> = () => Promise.resolve();
  readonly events: ResourceEvent[] = [];

  get things(): Reflector<KubeObject> {
    return this.reflector('things');
  }

  get server(): string {
    return this.getCustomResourceApiUri('x', 'v1', 'things', 'fleet');
  }

  get coreApi(): unknown {
    return this.k8sApi;
  }

  whenSynced(): Promise<void> {
    return this.synced();
  }

  watchAgain(): Promise<void> {
    return this.init();
  }

  patchStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    return this.patchResourceStatus(meta, status);
  }

  setStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    return this.setResourceStatus(meta, status);
  }

  finalize(event: ResourceEvent, act: () => Promise<void>): Promise<boolean> {
    return this.handleResourceFinalizer(event, 'x/done', act);
  }

  forbidden(): Promise<unknown>[] {
    return [this.registerCustomResourceDefinition(), this.applyAxiosKubeConfigAuth(), this.applyGaxiosKubeConfigAuth()];
  }

  protected override init(): Promise<void> {
    return this.watchResource('x', 'v1', 'things', async (event) => {
      this.events.push(event);
      await this.handler(event);
    });
  }
}
