import type { KubeClient, KubeObject, ListPage, WatchEvent } from '../../../../src/kube/client/client.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { keyOf } from '../../../../src/kube/kube-object.ts';

interface OpenWatch {
  readonly queue: WatchEvent[];
  wake: () => void;
  end: (() => void) | undefined;
  deaf: boolean;
}

/** A query as the collection got it. */
export type Query = Readonly<Record<string, string>>;

/** A collection of an API server in memory, with the faults that a real one shows. Lists and watches as the Reflector's client. */
export class Collection implements Pick<KubeClient, 'list' | 'watch'> {
  readonly lists: Query[] = [];
  readonly watches: Query[] = [];
  /** Thrown by the next calls, one each. */
  readonly listFaults: Error[] = [];
  readonly watchFaults: Error[] = [];
  /** Called before a list is answered. */
  onList: (query: Query) => void = () => undefined;
  /** Watches end at once. */
  refuseWatches = false;
  /** Watches that are opened say nothing. */
  deafWatches = false;
  #version = 100;
  #oldest = 0;
  #history: WatchEvent[] = [];
  readonly #objects = new Map<string, KubeObject>();
  readonly #open = new Set<OpenWatch>();

  get version(): string {
    return String(this.#version);
  }

  get openWatches(): number {
    return this.#open.size;
  }

  put(name: string, fields: Readonly<Record<string, unknown>> = {}, uid = `uid-of-${name}`): KubeObject {
    const type = this.#objects.has(keyOf(anObject(name))) ? 'MODIFIED' : 'ADDED';
    const object = { ...anObject(name, String((this.#version += 1)), uid), ...fields };
    this.#objects.set(keyOf(object), object);
    this.#publish({ type, object });
    return object;
  }

  remove(name: string): void {
    const before = this.#objects.get(keyOf(anObject(name)));
    if (before === undefined) return;
    this.#objects.delete(keyOf(before));
    const object = { ...before, metadata: { ...before.metadata, resourceVersion: String((this.#version += 1)) } };
    this.#publish({ type: 'DELETED', object });
  }

  bookmark(): void {
    const event = { type: 'BOOKMARK', object: { metadata: { resourceVersion: String((this.#version += 1)) } } } as const;
    this.#publish(event, false);
  }

  /** Any event, as it is. */
  send(event: WatchEvent): void {
    this.#publish(event, false);
  }

  /** The server forgets all versions before the present one. */
  compact(): void {
    this.#oldest = this.#version;
    this.#history = [];
  }

  /** The server goes back to an earlier time, with other contents. */
  restore(version: number): void {
    this.#version = version;
    this.#history = [];
    this.#objects.clear();
  }

  breakWatches(error: Error): void {
    this.#endWatches(() => {
      throw error;
    });
  }

  closeWatches(): void {
    this.#endWatches(() => undefined);
  }

  /** Half-open: what happens from now on does not reach the watches that are open. */
  deafen(): void {
    for (const watch of this.#open) watch.deaf = true;
  }

  async list<T>(_path: string, query: Query = {}): Promise<ListPage<T>> {
    this.lists.push(query);
    this.onList(query);
    const fault = this.listFaults.shift();
    if (fault !== undefined) throw fault;
    const objects = [...this.#objects.values()];
    const start = Number(query['continue'] ?? '0');
    const end = start + Number(query['limit']);
    await Promise.resolve();
    return {
      items: objects.slice(start, end) as T[],
      resourceVersion: this.version,
      ...(end < objects.length ? { continue: String(end) } : {}),
    };
  }

  async *watch(_path: string, query: Query, { signal }: { readonly signal: AbortSignal }): AsyncGenerator<WatchEvent> {
    this.watches.push(query);
    const fault = this.watchFaults.shift();
    if (fault !== undefined) throw fault;
    if (this.refuseWatches) return;
    const from = Number(query['resourceVersion']);
    if (from < this.#oldest) throw expired();
    const missed = this.#history.filter(({ object }) => Number(object.metadata.resourceVersion) > from);
    const watch: OpenWatch = { queue: missed, wake: () => undefined, end: undefined, deaf: this.deafWatches };
    const abort = (): void => {
      watch.end = () => {
        throw new KubeError('given up', { code: 0, reason: 'Aborted' });
      };
      watch.wake();
    };
    signal.addEventListener('abort', abort);
    this.#open.add(watch);
    try {
      for (;;) {
        const event = watch.queue.shift();
        if (event !== undefined) yield event;
        else if (watch.end !== undefined) {
          watch.end();
          return;
        } else await new Promise<void>((resolve) => (watch.wake = resolve));
      }
    } finally {
      this.#open.delete(watch);
      signal.removeEventListener('abort', abort);
    }
  }

  #publish(event: WatchEvent, keep = true): void {
    if (keep) this.#history.push(event);
    for (const watch of this.#open) {
      if (watch.deaf) continue;
      watch.queue.push(event);
      watch.wake();
    }
  }

  #endWatches(end: () => void): void {
    for (const watch of this.#open) {
      watch.end = end;
      watch.wake();
    }
  }
}

/** An object of the namespace `fleet`. */
export function anObject(name: string, resourceVersion = '1', uid = `uid-of-${name}`): KubeObject {
  return { apiVersion: 'v1', kind: 'Thing', metadata: { namespace: 'fleet', name, uid, resourceVersion } };
}

/** What a server says whose history does not reach back so far. */
export function expired(): KubeError {
  return new KubeError('too old resource version', { code: 410, reason: 'Expired' });
}
