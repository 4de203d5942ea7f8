import { keyOf, type KubeObject } from '../../../kube/kube-object.ts';
import { resourcePath, type ResourceKind } from '../../../kube/resource-path.ts';
import type { ClusterClient } from '../cluster-client.ts';

/** A change of a cached object. */
export interface Change {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly object: KubeObject;
  /** As it was before; undefined for a new object. */
  readonly previous: KubeObject | undefined;
}

type KeysOf = (object: KubeObject) => readonly string[];

/** Finds the objects of a cache by something that they contain. */
export class ObjectIndex {
  readonly #keysOf: KeysOf;
  readonly #found = new Map<string, Map<string, KubeObject>>();

  constructor(keysOf: KeysOf) {
    this.#keysOf = keysOf;
  }

  get(key: string): readonly KubeObject[] {
    return [...(this.#found.get(key)?.values() ?? [])];
  }

  has(key: string): boolean {
    return this.#found.has(key);
  }

  /** Follows a change of the cache. */
  update({ type, object, previous }: Change): void {
    const name = keyOf(object);
    const after = type === 'DELETED' ? [] : this.#keysOf(object);
    const before = previous === undefined ? [] : this.#keysOf(previous);
    for (const key of before) if (!after.includes(key)) this.#remove(key, name);
    for (const key of after) {
      const objects = this.#found.get(key) ?? new Map<string, KubeObject>();
      objects.set(name, object);
      this.#found.set(key, objects);
    }
  }

  #remove(key: string, name: string): void {
    const objects = this.#found.get(key);
    objects?.delete(name);
    if (objects?.size === 0) this.#found.delete(key);
  }
}

/**
 * The objects of a resource as they are now: changes arrive within the write that makes them. Handlers must not write; they add keys to
 * the queue of a worker.
 */
export class ObjectCache {
  readonly kind: ResourceKind;
  readonly #objects = new Map<string, KubeObject>();
  readonly #indices: ObjectIndex[] = [];
  readonly #handlers = new Set<(change: Change) => void>();
  readonly #stop: () => void;

  constructor(client: ClusterClient, kind: ResourceKind) {
    this.kind = kind;
    this.#stop = client.watch(resourcePath(kind), (type, object) => {
      const key = keyOf(object);
      const change = { type, object, previous: this.#objects.get(key) };
      if (type === 'DELETED') this.#objects.delete(key);
      else this.#objects.set(key, object);
      for (const index of this.#indices) index.update(change);
      for (const handle of [...this.#handlers]) handle(change);
    });
  }

  /** An object by `namespace/name`, or by `name` when it has no namespace. */
  get(key: string): KubeObject | undefined {
    return this.#objects.get(key);
  }

  list(): readonly KubeObject[] {
    return [...this.#objects.values()];
  }

  /** Adds an index. */
  index(keysOf: KeysOf): ObjectIndex {
    const index = new ObjectIndex(keysOf);
    for (const object of this.#objects.values()) index.update({ type: 'ADDED', object, previous: undefined });
    this.#indices.push(index);
    return index;
  }

  /** Calls a handler for the present objects, and then for every change, until the returned function is called. */
  onChange(handle: (change: Change) => void): () => void {
    for (const object of [...this.#objects.values()]) handle({ type: 'ADDED', object, previous: undefined });
    this.#handlers.add(handle);
    return () => {
      this.#handlers.delete(handle);
    };
  }

  /** The path of an object of this resource, or of one of its subresources. */
  pathOf({ metadata }: KubeObject, subresource?: string): string {
    const { name, namespace } = metadata;
    return resourcePath(this.kind, {
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
      ...(subresource === undefined ? {} : { subresource }),
    });
  }

  /** The path of the resource in a namespace. */
  pathIn(namespace: string): string {
    return resourcePath(this.kind, { namespace });
  }

  stop(): void {
    this.#stop();
  }
}
