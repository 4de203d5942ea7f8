import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import { eventsAfter, type StoreEvent } from './event-log.ts';

export type { StoreEvent };

/** The objects of a resource as they were at one version of the store. */
export interface StoredList {
  /** In the order of their keys, as etcd returns them. */
  readonly objects: readonly KubeObject[];
  readonly version: number;
}

/** Where the store starts to count. */
export interface StoreOptions {
  /** The resourceVersion of the empty store. */
  readonly firstVersion?: number;
}

/**
 * Objects by resource, and the log of their changes, as etcd keeps them. Every change gets the next resourceVersion. Objects are
 * values: the store never changes one, and neither may a caller.
 */
export class Store {
  readonly #objects = new Map<string, Map<string, KubeObject>>();
  readonly #logs = new Map<string, StoreEvent[]>();
  readonly #listeners = new Set<(event: StoreEvent) => void>();
  /** Where the log of a resource begins, when that is later than its last compaction. */
  readonly #starts = new Map<string, number>();
  #version: number;
  #compacted = 0;

  constructor({ firstVersion = 1 }: StoreOptions = {}) {
    this.#version = firstVersion;
  }

  /** The resourceVersion of the latest change. */
  get version(): number {
    return this.#version;
  }

  /** The oldest version of a resource from which its changes are known. */
  oldest(resource: string): number {
    return Math.max(this.#compacted, this.#starts.get(resource) ?? 0);
  }

  /** Begins the log of a resource that did not exist before: no watch can go on from an earlier version. */
  startLog(resource: string): void {
    this.#starts.set(resource, this.#version);
  }

  /** An object by its key: `namespace/name`, or `name` when it has no namespace. */
  get(resource: string, key: string): KubeObject | undefined {
    return this.#objects.get(resource)?.get(key);
  }

  /** Stores an object under its key, whether or not there is one, and returns it with its new resourceVersion. */
  put(resource: string, object: KubeObject): KubeObject {
    const key = keyOf(object);
    const objects = this.#objectsOf(resource);
    const previous = objects.get(key);
    const stored = this.#next(object);
    objects.set(key, stored);
    this.#record({ resource, type: previous === undefined ? 'ADDED' : 'MODIFIED', object: stored, previous });
    return stored;
  }

  /** Removes an object, and returns it as it was, with the resourceVersion of its removal. */
  remove(resource: string, key: string): KubeObject | undefined {
    const previous = this.#objects.get(resource)?.get(key);
    if (previous === undefined) return undefined;
    this.#objects.get(resource)?.delete(key);
    const removed = this.#next(previous);
    this.#record({ resource, type: 'DELETED', object: removed, previous });
    return removed;
  }

  /** Lists a resource, as of an earlier version when one is given; undefined when that version has been compacted. */
  list(resource: string, at = this.#version): StoredList | undefined {
    if (at < this.oldest(resource)) return undefined;
    const objects = new Map(this.#objects.get(resource));
    for (const { object, previous } of this.#after(resource, at).reverse()) {
      if (previous === undefined) objects.delete(keyOf(object));
      else objects.set(keyOf(object), previous);
    }
    const sorted = [...objects].sort(([left], [right]) => (left < right ? -1 : 1));
    return { objects: sorted.map(([, object]) => object), version: at };
  }

  /** The changes of a resource after a version; undefined when some of them have been compacted. */
  changesAfter(resource: string, version: number): readonly StoreEvent[] | undefined {
    return version < this.oldest(resource) ? undefined : this.#after(resource, version);
  }

  /** Calls a listener after every change, until the function that it returns is called. */
  subscribe(listener: (event: StoreEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  /** Forgets the changes up to a version. */
  compact(version: number): void {
    this.#compacted = Math.max(this.#compacted, Math.min(version, this.#version));
    for (const [resource, log] of this.#logs) this.#logs.set(resource, [...eventsAfter(log, this.#compacted)]);
  }

  #after(resource: string, version: number): StoreEvent[] {
    return eventsAfter(this.#logs.get(resource) ?? [], version);
  }

  #next(object: KubeObject): KubeObject {
    this.#version += 1;
    return { ...object, metadata: { ...object.metadata, resourceVersion: String(this.#version) } };
  }

  #record(change: Omit<StoreEvent, 'version'>): void {
    const event = { ...change, version: this.#version };
    const log = this.#logs.get(change.resource) ?? [];
    log.push(event);
    this.#logs.set(change.resource, log);
    for (const listener of [...this.#listeners]) listener(event);
  }

  #objectsOf(resource: string): Map<string, KubeObject> {
    const objects = this.#objects.get(resource) ?? new Map<string, KubeObject>();
    this.#objects.set(resource, objects);
    return objects;
  }
}
