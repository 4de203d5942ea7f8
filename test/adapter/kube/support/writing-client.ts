import type { KubeClient, KubeObject, WatchEvent } from '../../../../src/kube/client/client.ts';
import { KubeError } from '../../../../src/kube/client/kube-error.ts';
import { anObject, Collection } from './collection.ts';

/** A write, and what it said. */
export interface Write {
  readonly verb: string;
  readonly path: string;
  readonly body: unknown;
}

/** A client that reads from a collection and answers every write with the next answer. */
export class WritingClient implements KubeClient {
  readonly collection = new Collection();
  readonly writes: Write[] = [];
  answer: KubeObject | KubeError = anObject('a', '900');

  list<T>(path: string, query?: Readonly<Record<string, string>>): ReturnType<typeof this.collection.list<T>> {
    return this.collection.list(path, query);
  }

  watch(
    path: string,
    query: Readonly<Record<string, string>>,
    options: { readonly signal: AbortSignal },
  ): AsyncIterable<WatchEvent> {
    return this.collection.watch(path, query, options);
  }

  replace<T>(path: string, body: unknown): Promise<T> {
    return this.#write('PUT', path, body);
  }

  mergePatch<T>(path: string, body: unknown): Promise<T> {
    return this.#write('PATCH', path, body);
  }

  get<T>(path: string): Promise<T> {
    return this.#write('GET', path, undefined);
  }

  create<T>(path: string, body: unknown): Promise<T> {
    return this.#write('POST', path, body);
  }

  jsonPatch<T>(path: string, body: unknown): Promise<T> {
    return this.#write('PATCH', path, body);
  }

  async delete(path: string): Promise<void> {
    await this.#write('DELETE', path, undefined);
  }

  async deleteCollection(path: string): Promise<void> {
    await this.#write('DELETE', path, undefined);
  }

  #write<T>(verb: string, path: string, body: unknown): Promise<T> {
    this.writes.push({ verb, path, body });
    return this.answer instanceof KubeError ? Promise.reject(this.answer) : Promise.resolve(this.answer as T);
  }
}
