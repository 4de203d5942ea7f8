import { ResourceEventType, ResourceMetaImpl, type ResourceEvent, type ResourceMeta } from '@dot-i/k8s-operator';
import { CoreV1Api } from '@kubernetes/client-node';
import type { Log } from '../api/log.ts';
import type { KubeClient } from './client/client.ts';
import { IsolatedOperator } from './isolated-operator.ts';
import { keyOf, type KubeObject } from './kube-object.ts';
import type { Sleep } from './pause.ts';
import type { PooledKubeConfig } from './client/pooled-kube-config.ts';
import { Reflector } from './watch/reflector.ts';
import { resourcePath, type ResourceKind } from './resource-path.ts';
import { WorkQueue } from './work-queue.ts';

export { ResourceEventType, type ResourceEvent, type ResourceMeta };

/** What a {@link SafeOperator} depends on. */
export interface SafeOperatorDeps {
  readonly kubeConfig: PooledKubeConfig;
  readonly client: KubeClient;
  readonly log: Log;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  /** Maximum number of objects of one resource that are handled at the same time; 4 by default. */
  readonly concurrency?: number | undefined;
}

interface Watched {
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly reflector: Reflector<KubeObject>;
  readonly queue: WorkQueue;
}

/**
 * The base class of `@dot-i/k8s-operator` with its lifecycle (`start`, `init`, `stop`, `handleResourceFinalizer`) and without its
 * problems: the original exits the process when a watch fails, loses deletions between watches, swallows the errors of handlers, and
 * returns null for a failed write. See docs/adr/0002-kubernetes-layer.md.
 */
export abstract class SafeOperator extends IsolatedOperator {
  readonly #deps: SafeOperatorDeps;
  readonly #watched = new Map<string, Watched>();
  readonly #stop = new AbortController();
  readonly #loops: Promise<void>[] = [];

  constructor(deps: SafeOperatorDeps) {
    super(deps.log);
    this.#deps = deps;
    this.kubeConfig = deps.kubeConfig;
    this.k8sApi = deps.kubeConfig.makeApiClient(CoreV1Api);
  }

  /** Aborted by {@link stop}. */
  protected get stopSignal(): AbortSignal {
    return this.#stop.signal;
  }

  /** Starts to stop: ends the watches and delivers no more events. Running handlers may finish. */
  override stop(): void {
    this.#stop.abort(new Error('the operator is being stopped'));
  }

  /** Resolves when {@link stop} was called and everything has ended; rejects when it ended because a watch loop failed. */
  async stopped(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<undefined>();
    if (this.stopSignal.aborted) resolve(undefined);
    this.stopSignal.addEventListener('abort', () => {
      resolve(undefined);
    });
    await promise;
    const ends = await Promise.allSettled([...this.#loops, ...this.#watches().map(({ queue }) => queue.stop())]);
    const broken = ends.find((end) => end.status === 'rejected');
    if (broken !== undefined) throw new Error('the operator stopped because a watch loop failed', { cause: broken.reason });
  }

  /** The reflector of a resource for which {@link watchResource} was called. */
  protected reflector(plural: string): Reflector<KubeObject> {
    return this.#watchedAs(plural).reflector;
  }

  /** Resolves when every watched resource has been listed once; rejects when the operator is stopped first. */
  protected async synced(): Promise<void> {
    await Promise.all(this.#watches().map(({ reflector }) => reflector.whenSynced(this.stopSignal)));
  }

  /**
   * Delivers the events of a resource: for each object one event at a time, the newest one. An event is delivered again with growing
   * delays while the handler rejects. A plural can be watched once.
   */
  protected override watchResource(
    group: string,
    version: string,
    plural: string,
    onEvent: (event: ResourceEvent) => Promise<void>,
    namespace?: string,
  ): Promise<void> {
    if (this.#watched.has(plural)) return Promise.reject(new Error(`${plural} are already being watched`));
    const { concurrency = 4, ...ports } = this.#deps;
    const newest = new Map<string, PendingEvent>();
    const queue = new WorkQueue({
      ...ports,
      name: plural,
      concurrency,
      handle: async (key) => {
        const undelivered = newest.get(key);
        if (undelivered === undefined) return;
        await onEvent(resourceEvent(plural, undelivered));
        // A newer event that arrived meanwhile stays, and its key is in the queue again.
        if (newest.get(key) === undelivered) newest.delete(key);
      },
    });
    const reflector = new Reflector<KubeObject>({
      ...ports,
      path: resourcePath({ group, version, plural, namespaced: true }, namespace === undefined ? {} : { namespace }),
      project: withoutManagedFields,
      onChange: (key, current, previous) => {
        const undelivered = pendingEventOf(current, previous);
        if (undelivered !== undefined) newest.set(key, undelivered);
        queue.add(key);
      },
    });
    this.#watched.set(plural, { group, version, plural, reflector, queue });
    queue.start();
    this.#loops.push(this.#untilStopped(plural, reflector));
    return Promise.resolve();
  }

  // A reflector ends by itself only because of a bug. It is better to stop the operator than to run it without its watch.
  async #untilStopped(plural: string, reflector: Reflector<KubeObject>): Promise<void> {
    try {
      await reflector.run(this.stopSignal);
    } catch (error) {
      this.#deps.log.error('Stopping because a watch loop failed', { resource: plural, error });
      this.stop();
      throw error;
    }
  }

  /** Merges into the status of an object. Throws a KubeError with reason Conflict when the object has changed since `meta`. */
  protected override async patchResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const { reflector, kind } = this.#watchedBy(meta);
    const body = { metadata: { resourceVersion: meta.resourceVersion }, status };
    const answer = await this.#deps.client.mergePatch<KubeObject>(objectPath(kind, meta, 'status'), body);
    return written(reflector, meta, answer);
  }

  /** Replaces the status of an object. Throws a KubeError with reason Conflict when the object has changed since `meta`. */
  protected override async setResourceStatus(meta: ResourceMeta, status: unknown): Promise<ResourceMeta> {
    const { reflector, kind } = this.#watchedBy(meta);
    const { apiVersion, name, namespace, resourceVersion } = meta;
    const body = { apiVersion, kind: meta.kind, metadata: { name, namespace, resourceVersion }, status };
    const answer = await this.#deps.client.replace<KubeObject>(objectPath(kind, meta, 'status'), body);
    return written(reflector, meta, answer);
  }

  /** Sets the finalizers of an object. Throws a KubeError with reason Conflict when the object has changed since `meta`. */
  protected override async setResourceFinalizers(meta: ResourceMeta, finalizers: string[]): Promise<void> {
    const { reflector, kind } = this.#watchedBy(meta);
    const body = { metadata: { resourceVersion: meta.resourceVersion, finalizers } };
    const answer = await this.#deps.client.mergePatch<KubeObject>(objectPath(kind, meta), body);
    // Removing the last finalizer of an object that is being deleted deletes it; the answer is its last state.
    if (answer.metadata.deletionTimestamp !== undefined && finalizers.length === 0) {
      reflector.observeDeleted(keyOf(answer), answer.metadata.uid ?? '');
    } else reflector.observe(answer);
  }

  protected override getCustomResourceApiUri(group: string, version: string, plural: string, namespace?: string): string {
    const server = this.kubeConfig.getCurrentCluster()?.server ?? '';
    return server + resourcePath({ group, version, plural, namespaced: true }, namespace === undefined ? {} : { namespace });
  }

  /** Not supported. */
  protected override registerCustomResourceDefinition(): Promise<never> {
    return Promise.reject(new Error('CustomResourceDefinitions are installed by the Helm chart, not by the operator'));
  }

  /** Not supported. */
  protected override applyAxiosKubeConfigAuth(): Promise<never> {
    return Promise.reject(new Error('the operator talks to the API server through its KubeClient, not through axios'));
  }

  /** Not supported. */
  protected override applyGaxiosKubeConfigAuth(): Promise<never> {
    return Promise.reject(new Error('the operator talks to the API server through its KubeClient, not through gaxios'));
  }

  #watches(): Watched[] {
    return [...this.#watched.values()];
  }

  #watchedAs(plural: string): Watched {
    const watched = this.#watched.get(plural);
    if (watched === undefined) throw new Error(`${plural} are not being watched: call watchResource first`);
    return watched;
  }

  /** `meta.id` is `plural.group/version`, or `plural.version` in the core group. */
  #watchedBy(meta: ResourceMeta): { readonly reflector: Reflector<KubeObject>; readonly kind: ResourceKind } {
    const { group, version, plural, reflector } = this.#watchedAs(meta.id.slice(0, meta.id.indexOf('.')));
    return { reflector, kind: { group, version, plural, namespaced: meta.namespace !== undefined } };
  }
}

interface PendingEvent {
  readonly type: ResourceEventType;
  readonly object: KubeObject;
}

function pendingEventOf(current: KubeObject | undefined, previous: KubeObject | undefined): PendingEvent | undefined {
  if (current === undefined) return previous === undefined ? undefined : { type: ResourceEventType.Deleted, object: previous };
  return { type: previous === undefined ? ResourceEventType.Added : ResourceEventType.Modified, object: current };
}

function resourceEvent(plural: string, { type, object }: PendingEvent): ResourceEvent {
  // A copy, because the base class changes the finalizers of its argument, and the original belongs to the cache.
  const own = structuredClone<object>(object);
  return { type, object: own, meta: ResourceMetaImpl.createWithPlural(plural, own) };
}

// They are the larger part of most objects, and Baton does not use them.
function withoutManagedFields(object: KubeObject): KubeObject {
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([field]) => field !== 'managedFields'));
  return { ...object, metadata };
}

function objectPath(kind: ResourceKind, { name, namespace }: ResourceMeta, subresource?: string): string {
  return resourcePath(kind, {
    name,
    ...(namespace === undefined ? {} : { namespace }),
    ...(subresource === undefined ? {} : { subresource }),
  });
}

function written(reflector: Reflector<KubeObject>, meta: ResourceMeta, answer: KubeObject): ResourceMeta {
  reflector.observe(answer);
  return ResourceMetaImpl.createWithId(meta.id, structuredClone<object>(answer));
}
