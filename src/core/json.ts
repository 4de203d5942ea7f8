/** Reading of JSON whose shape nobody has checked, a Pod's template for instance: what is not what was expected reads as absent. */
export type Json = Readonly<Record<string, unknown>>;

/** The value as an object; an empty one for anything else. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The value as a list of objects; an empty one for anything else. */
export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}
