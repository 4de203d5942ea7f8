import type { Log } from '../../api/log.ts';
import type { KubeClient, WatchEvent } from '../client/client.ts';
import { isOlderVersion, keyOf, type KubeObject } from '../kube-object.ts';
import { Latch } from './latch.ts';
import { ObjectCache, type OnChange } from './object-cache.ts';
import { pause, type Sleep } from '../pause.ts';
import { VersionRegressionError, SilenceError, isSilence, isVersionLost, recoverFrom } from './watch-recovery.ts';

export { keyOf } from '../kube-object.ts';

/** What a reflector watches, and what it depends on. */
export interface ReflectorOptions<T> {
  readonly client: Pick<KubeClient, 'list' | 'watch'>;
  /** A collection, see `resourcePath`. */
  readonly path: string;
  /** `labelSelector`, `fieldSelector`. */
  readonly query?: Readonly<Record<string, string>> | undefined;
  /** Extracts the part of an object to keep; undefined when the object is of no interest. */
  readonly project: (object: KubeObject) => T | undefined;
  /** Called after each change. It should only add the key to a queue. */
  readonly onChange?: OnChange<T> | undefined;
  readonly log: Log;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: Sleep;
  /** Number of objects in a page; 500 by default. */
  readonly pageSize?: number | undefined;
  /** A watch without any event for this long is ended; 150 s by default, because active collections send a bookmark about every 60 s. */
  readonly silenceMs?: number | undefined;
}

/** What a reflector has done so far. */
export interface ReflectorStatistics {
  readonly relists: number;
  readonly watches: number;
  /** Without bookmarks. */
  readonly events: number;
  /** When the API server last sent something, including bookmarks, by the clock `now`. */
  readonly lastActivity: number | undefined;
}

// A shorter watch counts as a failure even if the server closed it normally. Otherwise watches would follow each other without a pause.
const MIN_WATCH_MS = 5_000;

/**
 * Keeps a projection of all objects of a collection up to date. It lists them in pages, watches from there, resumes where a watch ended,
 * and lists again only when the server no longer has that version. It continues after every failure until it is stopped.
 */
export class Reflector<T> {
  readonly #options: ReflectorOptions<T>;
  readonly #cache: ObjectCache<T>;
  readonly #sync = new Latch();
  /** The version to watch from; undefined to list first. */
  #version: string | undefined;
  #watchStarted: number | undefined;
  #losses = 0;
  #silences = 0;
  #failures = 0;
  #relists = 0;
  #watches = 0;
  #events = 0;
  #lastActivity: number | undefined;

  constructor(options: ReflectorOptions<T>) {
    this.#options = options;
    this.#cache = new ObjectCache({
      project: options.project,
      onChange: (key, current, previous) => {
        this.#guard(key, () => options.onChange?.(key, current, previous));
      },
    });
  }

  /** Whether the collection has been listed completely once. */
  get synced(): boolean {
    return this.#sync.isOpen;
  }

  get size(): number {
    return this.#cache.size;
  }

  get statistics(): ReflectorStatistics {
    return { relists: this.#relists, watches: this.#watches, events: this.#events, lastActivity: this.#lastActivity };
  }

  get(key: string): T | undefined {
    return this.#cache.get(key);
  }

  entries(): IterableIterator<[string, T]> {
    return this.#cache.entries();
  }

  *values(): IterableIterator<T> {
    for (const [, value] of this.#cache.entries()) yield value;
  }

  /**
   * Takes the answer to an own write into the cache at once. The newer resourceVersion wins, so the order of this call and the watch does
   * not matter.
   */
  observe(object: KubeObject): void {
    this.#guard(keyOf(object), () => {
      this.#cache.observe(object);
    });
  }

  /** Removes an object from the cache that is known to be deleted, not only being deleted. */
  observeDeleted(key: string, uid: string): void {
    this.#cache.observeDeleted(key, uid);
  }

  /** Resolves when the collection has been listed once; rejects with the signal's reason when the signal is aborted first. */
  whenSynced(signal?: AbortSignal): Promise<void> {
    return this.#sync.wait(signal);
  }

  /** Lists and watches until the signal is aborted, then resolves. Call it once. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      let error: unknown;
      try {
        this.#version ??= await this.#list(signal);
        await this.#watch(this.#version, signal);
      } catch (caught) {
        error = caught;
      }
      await this.#recover(error, signal);
    }
  }

  async #recover(error: unknown, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { log, now, path, random, sleep } = this.#options;
    const steady = this.#watchStarted !== undefined && now() - this.#watchStarted >= MIN_WATCH_MS;
    if (steady) this.#failures = this.#losses = 0;
    if (isVersionLost(error)) this.#losses += 1;
    if (error !== undefined || !steady) this.#failures += 1;
    this.#silences = isSilence(error) ? this.#silences + 1 : 0;
    const end = { error, failures: this.#failures, silences: this.#silences, losses: this.#losses };
    const { waitMs, relist } = recoverFrom(end, random);
    if (relist) this.#version = undefined;
    const fields = { path, failures: this.#failures, waitMs, relist };
    if (error === undefined) log.debug('Resuming a watch that the server closed', fields);
    else if (isSilence(error)) log.debug('Restarting a watch without events', { ...fields, error });
    else log.warn('Retrying after a failed list or watch', { ...fields, error });
    if (waitMs > 0) await pause(sleep, waitMs, signal);
  }

  /** Returns the version to watch from. */
  async #list(signal: AbortSignal): Promise<string> {
    const { client, path, query, now, pageSize = 500 } = this.#options;
    this.#relists += 1;
    this.#watchStarted = undefined;
    this.#cache.startList();
    let next: string | undefined;
    let version: string;
    do {
      const position = next === undefined ? {} : { continue: next };
      const page = await client.list<KubeObject>(path, { ...query, limit: String(pageSize), ...position }, { signal });
      this.#lastActivity = now();
      // Page by page, so that only projections accumulate.
      this.#cache.acceptPage(page.items, page.resourceVersion, (key, error) => {
        this.#logFailure(key, error);
      });
      version = page.resourceVersion;
      next = page.continue;
    } while (next !== undefined);
    this.#cache.endList(version);
    this.#sync.open();
    return version;
  }

  /** Returns when the server has closed the watch. */
  async #watch(from: string, signal: AbortSignal): Promise<void> {
    const { client, path, query, now, random } = this.#options;
    this.#watches += 1;
    this.#watchStarted = now();
    const place = {
      ...query,
      resourceVersion: from,
      allowWatchBookmarks: 'true',
      // Random, so that watches that started together do not end together.
      timeoutSeconds: String(240 + Math.floor(random() * 240)),
    };
    const silence = new AbortController();
    const ended = new AbortController();
    const guard = this.#abortOnSilence(now(), silence, ended.signal);
    try {
      for await (const event of client.watch(path, place, { signal: AbortSignal.any([signal, silence.signal]) }))
        this.#handleEvent(event);
    } catch (error) {
      if (silence.signal.aborted) throw silence.signal.reason;
      throw error;
    } finally {
      ended.abort();
      await guard;
    }
  }

  /** Only bookmarks distinguish a half-open connection from a quiet one. */
  async #abortOnSilence(started: number, silence: AbortController, ended: AbortSignal): Promise<void> {
    const { now, sleep, silenceMs = 150_000 } = this.#options;
    while (!ended.aborted) {
      const quietMs = now() - Math.max(started, this.#lastActivity ?? started);
      if (quietMs >= silenceMs) {
        silence.abort(new SilenceError(quietMs));
        return;
      }
      await pause(sleep, silenceMs - quietMs, ended);
    }
  }

  #handleEvent({ type, object }: WatchEvent): void {
    const version = object.metadata.resourceVersion;
    if (version !== undefined && this.#version !== undefined && isOlderVersion(version, this.#version)) {
      throw new VersionRegressionError(version, this.#version);
    }
    this.#lastActivity = this.#options.now();
    this.#silences = 0;
    this.#losses = 0;
    if (type !== 'BOOKMARK') {
      this.#events += 1;
      this.#guard(keyOf(object), () => {
        if (type === 'DELETED') this.#cache.remove(object);
        else this.#cache.accept(object);
      });
    }
    if (version === undefined) return;
    this.#version = version;
    this.#cache.advance(version);
  }

  #guard(key: string, run: () => void): void {
    try {
      run();
    } catch (error) {
      this.#logFailure(key, error);
    }
  }

  // An object that cannot be processed must affect neither the others nor the watch.
  #logFailure(key: string, error: unknown): void {
    this.#options.log.error('Processing an object failed', { path: this.#options.path, key, error });
  }
}
