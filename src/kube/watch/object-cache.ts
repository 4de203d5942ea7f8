import { isOlderVersion, keyOf, type KubeObject } from '../kube-object.ts';

/** Called after a change. Without `current`, the object was deleted or is no longer of interest; without `previous`, it is new. */
export type OnChange<T> = (key: string, current: T | undefined, previous: T | undefined) => void;

/** How a cache derives its values and whom it notifies. */
export interface ObjectCacheOptions<T> {
  /** Returns undefined for an object of no interest. An error that it throws is passed on, and the cache stays unchanged. */
  readonly project: (object: KubeObject) => T | undefined;
  readonly onChange: OnChange<T>;
}

interface Entry<T> {
  readonly uid: string | undefined;
  readonly version: string | undefined;
  /** Undefined after an own write that made the object uninteresting. The entry then keeps older versions out. */
  readonly value: T | undefined;
}

/**
 * The objects from list and watch, merged with the answers to our own writes, so that a reader never sees a state older than what it
 * wrote itself.
 *
 * A write is *unconfirmed* until the watch delivers it or passes its version. When the watch passes the version without the object, the
 * query does not select the object, and it is dropped.
 */
export class ObjectCache<T> {
  readonly #options: ObjectCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #unconfirmed = new Map<string, string | undefined>();
  /** UIDs of objects that are known to be deleted but may still appear in delayed events. */
  readonly #deleted = new Set<string>();
  /** The watch has delivered all selected objects up to this version. */
  #version: string | undefined;
  #listed: Set<string> | undefined;
  #deletedBeforeList: readonly string[] = [];
  #hidden = 0;

  constructor(options: ObjectCacheOptions<T>) {
    this.#options = options;
  }

  get size(): number {
    return this.#entries.size - this.#hidden;
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  *entries(): IterableIterator<[string, T]> {
    for (const [key, { value }] of this.#entries) if (value !== undefined) yield [key, value];
  }

  /** Takes in an object from list or watch. */
  accept(object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object);
    this.#listed?.add(key);
    if (uid !== undefined && this.#deleted.has(uid)) return;
    const entry = this.#entries.get(key);
    if (entry !== undefined && isOlderVersion(version, entry.version)) return;
    const same = entry !== undefined && entry.uid === uid && entry.version === version;
    const value = same ? entry.value : this.#options.project(object);
    this.#unconfirmed.delete(key);
    if (value === undefined) this.#drop(key);
    else if (!same) this.#put(key, { uid, version, value });
  }

  /** Takes in a DELETED event of the watch: the object was deleted or is no longer selected by the query. */
  remove(object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object);
    if (uid !== undefined) this.#deleted.delete(uid);
    const entry = this.#entries.get(key);
    // The name was reused since, or the object matches the selector again.
    if (entry !== undefined && isOlderVersion(version, entry.version)) return;
    this.#drop(key);
  }

  /** Takes in the answer to an own write. The object must be in the watched resource and namespace. */
  observe(object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object);
    // The answer is late: the watch has already delivered everything up to this version.
    if (this.#isPassed(version) || (uid !== undefined && this.#deleted.has(uid))) return;
    const entry = this.#entries.get(key);
    if (entry !== undefined && (entry.version === version || isOlderVersion(version, entry.version))) return;
    const value = this.#options.project(object);
    this.#unconfirmed.set(key, version);
    this.#put(key, { uid, version, value });
  }

  /** Takes in the deletion of an object that is certain: without grace period and finalizer, or answered with NotFound. */
  observeDeleted(key: string, uid: string): void {
    if (this.#entries.get(key)?.uid !== uid) return;
    this.#deleted.add(uid);
    this.#drop(key);
  }

  /** Records that the watch has delivered everything up to this version. */
  advance(version: string): void {
    this.#version = version;
    for (const [key, written] of this.#unconfirmed) {
      if (this.#isPassed(written)) this.#drop(key);
    }
  }

  /** Must be called before a list is requested. */
  startList(): void {
    this.#listed = new Set();
    this.#deletedBeforeList = [...this.#deleted];
  }

  /** Takes in a page of the list. */
  acceptPage(objects: readonly KubeObject[], version: string, onError: (key: string, error: unknown) => void): void {
    // The API server's store was restored from a backup: versions start again at an older one, and the cached ones are void.
    if (isOlderVersion(version, this.#version)) this.#forgetVersions();
    for (const object of objects) {
      try {
        this.accept(object);
      } catch (error) {
        onError(keyOf(object), error);
      }
    }
  }

  /** Completes the list: objects that are not in it are dropped, except for newer writes. */
  endList(version: string): void {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    for (const uid of this.#deletedBeforeList) this.#deleted.delete(uid);
    for (const [key, entry] of this.#entries) {
      if (!listed.has(key) && !isOlderVersion(version, entry.version)) this.#drop(key);
    }
    this.advance(version);
  }

  #isPassed(version: string | undefined): boolean {
    return version !== undefined && (version === this.#version || isOlderVersion(version, this.#version));
  }

  #forgetVersions(): void {
    this.#version = undefined;
    this.#unconfirmed.clear();
    for (const [key, entry] of this.#entries) this.#entries.set(key, { ...entry, version: undefined });
  }

  #put(key: string, entry: Entry<T>): void {
    const before = this.#entries.get(key);
    this.#entries.set(key, entry);
    this.#hidden += Number(entry.value === undefined) - Number(before !== undefined && before.value === undefined);
    const previous = before?.value;
    const recreated = previous !== undefined && entry.value !== undefined && before?.uid !== entry.uid;
    if (recreated) this.#options.onChange(key, undefined, previous);
    if (entry.value !== undefined || previous !== undefined)
      this.#options.onChange(key, entry.value, recreated ? undefined : previous);
  }

  #drop(key: string): void {
    const before = this.#entries.get(key);
    this.#unconfirmed.delete(key);
    if (before === undefined) return;
    this.#entries.delete(key);
    if (before.value === undefined) this.#hidden -= 1;
    else this.#options.onChange(key, undefined, before.value);
  }
}
