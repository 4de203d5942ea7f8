/** A JSON object whose shape has not been validated, such as a Pod template. A value of the wrong type counts as absent. */
export type Json = Readonly<Record<string, unknown>>;

/** The value if it is an object, else an empty object. */
export function record(value: unknown): Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {};
}

/** The value if it is a list, with every item as an object; else an empty list. */
export function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(record) : [];
}
