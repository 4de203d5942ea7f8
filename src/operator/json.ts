/** Reading of JSON that comes from outside: whatever is not what was expected reads as absent. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one for anything else. */
export function object(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The value as a list of objects. */
export function objects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(object) : [];
}

/** The value as a text; empty for anything else. */
export function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value as a number; 0 for anything else. */
export function number(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** A JSON text as an object; undefined when it is none. */
export function parseObject(json: string | undefined): Json | undefined {
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : undefined;
  } catch {
    return undefined; // Not JSON: closed. What depends on it is not done.
  }
}
