import type { Json } from '../json.ts';

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return isObject(value) ? 'an object' : JSON.stringify(value);
}

/**
 * Reads an object field by field, and notes what is wrong: a value of another type, and by {@link Fields.end} whatever nobody has
 * asked for, so that nothing is lost without a word. A field that is null counts as absent, as in Kubernetes.
 */
export class Fields {
  readonly #value: Json;
  readonly #where: string;
  readonly #problems: string[];
  readonly #known = new Set<string>();

  /** @param where path of the object, empty for the root. */
  constructor(value: Json, where: string, problems: string[]) {
    this.#value = value;
    this.#where = where;
    this.#problems = problems;
  }

  /** Path of a field. */
  at(key: string): string {
    return this.#where === '' ? key : `${this.#where}.${key}`;
  }

  /** Notes a problem of a field. */
  problem(key: string, message: string): void {
    this.#problems.push(`${this.at(key)} ${message}`);
  }

  /** The field as it is. */
  any(key: string): unknown {
    this.#known.add(key);
    return this.#value[key] ?? undefined;
  }

  text(key: string): string | undefined {
    return this.#read(key, 'a text', (value) => (typeof value === 'string' ? value : undefined));
  }

  wholeNumber(key: string): number | undefined {
    return this.#read(key, 'a whole number', (value) => (Number.isSafeInteger(value) ? Number(value) : undefined));
  }

  flag(key: string): boolean | undefined {
    return this.#read(key, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  texts(key: string): readonly string[] | undefined {
    const isText = (value: unknown): value is string => typeof value === 'string';
    return this.#read(key, 'a list of texts', (value) => (Array.isArray(value) && value.every(isText) ? value : undefined));
  }

  /** Texts by name, as labels are. */
  map(key: string): Readonly<Record<string, string>> | undefined {
    return this.#read(key, 'an object with texts', (value) => {
      if (!isObject(value)) return undefined;
      const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
    });
  }

  /** An object that is taken over as it is: the API server knows it better. */
  open(key: string): Json | undefined {
    return this.#read(key, 'an object', (value) => (isObject(value) ? value : undefined));
  }

  /** A list of objects that are taken over as they are. */
  openList(key: string): readonly Json[] | undefined {
    return this.#read(key, 'a list of objects', (value) => (Array.isArray(value) && value.every(isObject) ? value : undefined));
  }

  object(key: string): Fields | undefined {
    const value = this.open(key);
    return value === undefined ? undefined : new Fields(value, this.at(key), this.#problems);
  }

  objects(key: string): readonly Fields[] {
    return (this.openList(key) ?? []).map((value, index) => new Fields(value, `${this.at(key)}[${index}]`, this.#problems));
  }

  /** A text that must be there; empty, and noted, when it is not. */
  required(key: string): string {
    const value = this.text(key);
    if (value !== undefined && value !== '') return value;
    if (this.any(key) === undefined || value === '') this.problem(key, 'is missing');
    return '';
  }

  /** Notes the fields that were not asked for. */
  end(): void {
    for (const key of Object.keys(this.#value)) {
      if (this.#known.has(key)) continue;
      this.problem(key, 'is no field that baton convert knows: remove it, or correct its name');
    }
  }

  #read<T>(key: string, what: string, parse: (value: unknown) => T | undefined): T | undefined {
    const value = this.any(key);
    if (value === undefined) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) this.problem(key, `must be ${what}, but is ${kindOf(value)}`);
    return parsed;
  }
}
