import { isJsonObject, type Json } from '../json.ts';

function kindOf(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return isJsonObject(value) ? 'an object' : JSON.stringify(value);
}

/**
 * Reads an object field by field and collects problems: a value of the wrong type, and with {@link Fields.addUnknownFields} every field
 * that nothing has read, so that no field is lost silently. A null field counts as absent, as in Kubernetes.
 */
export class Fields {
  readonly #value: Json;
  readonly #where: string;
  readonly #problems: string[];
  readonly #fieldsRead = new Set<string>();

  /** @param where path of the object; empty for the root. */
  constructor(value: Json, where: string, problems: string[]) {
    this.#value = value;
    this.#where = where;
    this.#problems = problems;
  }

  /** Path of a field. */
  pathOf(key: string): string {
    return this.#where === '' ? key : `${this.#where}.${key}`;
  }

  /** Adds a problem with a field. */
  addProblem(key: string, message: string): void {
    this.#problems.push(`${this.pathOf(key)} ${message}`);
  }

  /** The unvalidated value of a field. */
  raw(key: string): unknown {
    this.#fieldsRead.add(key);
    return this.#value[key] ?? undefined;
  }

  string(key: string): string | undefined {
    return this.#read(key, 'a string', (value) => (typeof value === 'string' ? value : undefined));
  }

  wholeNumber(key: string): number | undefined {
    return this.#read(key, 'a whole number', (value) => (Number.isSafeInteger(value) ? Number(value) : undefined));
  }

  boolean(key: string): boolean | undefined {
    return this.#read(key, 'true or false', (value) => (typeof value === 'boolean' ? value : undefined));
  }

  strings(key: string): readonly string[] | undefined {
    const isText = (value: unknown): value is string => typeof value === 'string';
    return this.#read(key, 'a list of strings', (value) => (Array.isArray(value) && value.every(isText) ? value : undefined));
  }

  /** An object with string values, such as labels. */
  stringMap(key: string): Readonly<Record<string, string>> | undefined {
    return this.#read(key, 'an object with string values', (value) => {
      if (!isJsonObject(value)) return undefined;
      const entries = Object.entries(value).filter((entry): entry is [string, string] => typeof entry[1] === 'string');
      return entries.length === Object.keys(value).length ? Object.fromEntries(entries) : undefined;
    });
  }

  /** An object that is copied unchanged; the API server validates it. */
  rawObject(key: string): Json | undefined {
    return this.#read(key, 'an object', (value) => (isJsonObject(value) ? value : undefined));
  }

  /** A list of objects that are copied unchanged. */
  rawObjects(key: string): readonly Json[] | undefined {
    return this.#read(key, 'a list of objects', (value) =>
      Array.isArray(value) && value.every(isJsonObject) ? value : undefined,
    );
  }

  object(key: string): Fields | undefined {
    const value = this.rawObject(key);
    return value === undefined ? undefined : new Fields(value, this.pathOf(key), this.#problems);
  }

  objects(key: string): readonly Fields[] {
    return (this.rawObjects(key) ?? []).map((value, index) => new Fields(value, `${this.pathOf(key)}[${index}]`, this.#problems));
  }

  /** A required string. When it is missing, adds a problem and returns the empty string. */
  required(key: string): string {
    const value = this.string(key);
    if (value !== undefined && value !== '') return value;
    if (this.raw(key) === undefined || value === '') this.addProblem(key, 'is required');
    return '';
  }

  /** Adds a problem for each field that nothing has read. */
  addUnknownFields(): void {
    for (const key of Object.keys(this.#value)) {
      if (this.#fieldsRead.has(key)) continue;
      this.addProblem(key, 'is an unknown field: remove it or correct its name');
    }
  }

  #read<T>(key: string, what: string, parse: (value: unknown) => T | undefined): T | undefined {
    const value = this.raw(key);
    if (value === undefined) return undefined;
    const parsed = parse(value);
    if (parsed === undefined) this.addProblem(key, `must be ${what}, got ${kindOf(value)}`);
    return parsed;
  }
}
