import { isOlder, keyOf, type KubeObject } from '../kube-object.ts';

/** Told after a change: without `current` the object is gone (or of no interest any more), without `previous` it is new. */
export type OnChange<T> = (key: string, current: T | undefined, previous: T | undefined) => void;

/** How a cache makes its values, and whom it tells. */
export interface ObjectCacheOptions<T> {
  /** Undefined: of no interest. What it throws, the method that was called throws, and nothing has changed. */
  readonly project: (object: KubeObject) => T | undefined;
  readonly onChange: OnChange<T>;
}

interface Entry<T> {
  readonly uid: string | undefined;
  readonly version: string | undefined;
  /** Undefined after a write of ours that made it uninteresting; the entry keeps older news out. */
  readonly value: T | undefined;
}

/**
 * What list and watch have told, joined with the answers to our own writes, so that a reader never sees a state older than what
 * it wrote itself.
 *
 * A write is *unconfirmed* until the watch delivers it or passes its version. When the watch passes it in silence, the query does
 * not select the object, and it is dropped.
 */
export class ObjectCache<T> {
  readonly #options: ObjectCacheOptions<T>;
  readonly #entries = new Map<string, Entry<T>>();
  readonly #unconfirmed = new Map<string, string | undefined>();
  /** UIDs that we know to be deleted, of which old news may still come. */
  readonly #deleted = new Set<string>();
  /** All that the query selects has been told up to this version. */
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

  /** An object as list or watch has it. */
  accept(object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object);
    this.#listed?.add(key);
    if (uid !== undefined && this.#deleted.has(uid)) return;
    const entry = this.#entries.get(key);
    if (entry !== undefined && isOlder(version, entry.version)) return;
    const same = entry !== undefined && entry.uid === uid && entry.version === version;
    const value = same ? entry.value : this.#options.project(object);
    this.#unconfirmed.delete(key);
    if (value === undefined) this.#drop(key);
    else if (!same) this.#put(key, { uid, version, value });
  }

  /** An object that the watch calls deleted: it is, or the query does not select it any more. */
  remove(object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object);
    if (uid !== undefined) this.#deleted.delete(uid);
    const entry = this.#entries.get(key);
    // An older life of a name that has been taken again, or a selector that the object has met again since.
    if (entry !== undefined && isOlder(version, entry.version)) return;
    this.#drop(key);
  }

  /** The answer to a write of our own. It must be of the resource and namespace that are watched. */
  observe(object: KubeObject): void {
    const { uid, resourceVersion: version } = object.metadata;
    const key = keyOf(object);
    // Answers may come late: the watch has told all that there is to tell of this version.
    if (this.#isPassed(version) || (uid !== undefined && this.#deleted.has(uid))) return;
    const entry = this.#entries.get(key);
    if (entry !== undefined && (entry.version === version || isOlder(version, entry.version))) return;
    const value = this.#options.project(object);
    this.#unconfirmed.set(key, version);
    this.#put(key, { uid, version, value });
  }

  /** An object that we know to be gone for good: deleted without grace or finalizer, or answered with NotFound. */
  observeDeleted(key: string, uid: string): void {
    if (this.#entries.get(key)?.uid !== uid) return;
    this.#deleted.add(uid);
    this.#drop(key);
  }

  /** The watch has told all up to this version. */
  advance(version: string): void {
    this.#version = version;
    for (const [key, written] of this.#unconfirmed) {
      if (this.#isPassed(written)) this.#drop(key);
    }
  }

  /** A list is about to be asked for. */
  startList(): void {
    this.#listed = new Set();
    this.#deletedBeforeList = [...this.#deleted];
  }

  /** A page of that list. */
  acceptPage(objects: readonly KubeObject[], version: string, onError: (key: string, error: unknown) => void): void {
    // The store was restored from a backup: versions begin again, and what is cached is from a future that never was.
    if (isOlder(version, this.#version)) this.#forgetVersions();
    for (const object of objects) {
      try {
        this.accept(object);
      } catch (error) {
        onError(keyOf(object), error);
      }
    }
  }

  /** That list is complete: what is not in it is gone, but for writes that are newer. */
  endList(version: string): void {
    const listed = this.#listed ?? new Set();
    this.#listed = undefined;
    for (const uid of this.#deletedBeforeList) this.#deleted.delete(uid);
    for (const [key, entry] of this.#entries) {
      if (!listed.has(key) && !isOlder(version, entry.version)) this.#drop(key);
    }
    this.advance(version);
  }

  #isPassed(version: string | undefined): boolean {
    return version !== undefined && (version === this.#version || isOlder(version, this.#version));
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
    const reborn = previous !== undefined && entry.value !== undefined && before?.uid !== entry.uid;
    if (reborn) this.#options.onChange(key, undefined, previous);
    if (entry.value !== undefined || previous !== undefined)
      this.#options.onChange(key, entry.value, reborn ? undefined : previous);
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
