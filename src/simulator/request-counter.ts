import type { ApiRequest } from './api-server/rest/exchange.ts';

/** Counts the requests of Baton's programs that reach the API server. */
export class RequestCounter {
  readonly #byVerb = new Map<string, number>();
  readonly #byProgram = new Map<string, number>();
  #total = 0;

  get total(): number {
    return this.#total;
  }

  /** By verb of Kubernetes, the most frequent first. */
  get byVerb(): Readonly<Record<string, number>> {
    return sorted(this.#byVerb);
  }

  /** By kind of program: operator, agent, reporter. */
  get byProgram(): Readonly<Record<string, number>> {
    return sorted(this.#byProgram);
  }

  /** @param from the name of the process, such as `agent/node-3/17`. */
  count(from: string, request: ApiRequest): void {
    const [program = from] = from.split('/', 1);
    this.#total += 1;
    increment(this.#byVerb, verbOf(request));
    increment(this.#byProgram, program);
  }
}

const VERBS: Readonly<Record<string, string>> = { POST: 'create', PUT: 'update', PATCH: 'patch', DELETE: 'delete' };

function verbOf({ method, path, query }: ApiRequest): string {
  if (method !== 'GET') return VERBS[method] ?? method;
  if (query.get('watch') === 'true') return 'watch';

  return isCollection(path) ? 'list' : 'get';
}

function isCollection(path: string): boolean {
  const parts = path.split('/').filter((part) => part !== '');
  const rest = parts.slice(parts[0] === 'api' ? 2 : 3);
  return (rest[0] === 'namespaces' && rest.length > 2 ? rest.length - 2 : rest.length) === 1;
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function sorted(counts: ReadonlyMap<string, number>): Readonly<Record<string, number>> {
  return Object.fromEntries([...counts].toSorted(([, left], [, right]) => right - left));
}
