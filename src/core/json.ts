/** A JSON object whose shape has not been validated, such as a Pod template. A field of the wrong type counts as absent. */
export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is a JSON object. */
export function isJsonObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The value as an object; an empty object if it is anything else. */
export function asObject(value: unknown): Json {
  return isJsonObject(value) ? value : {};
}

/** The value as a list of objects; an empty list if it is anything else. */
export function asObjects(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value.map(asObject) : [];
}

/** The value as a string; an empty string if it is anything else. */
export function asText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** The value as a number; 0 if it is anything else. */
export function asNumber(value: unknown): number {
  return typeof value === 'number' ? value : 0;
}

/** The object in a JSON text; undefined if the text is missing, invalid or not an object. */
export function parseObject(json: string | undefined): Json | undefined {
  if (json === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(json);
    return isJsonObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Whether two values are the same as JSON: a field that is undefined equals an absent one. It serializes nothing. */
export function isSameJson(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) || Array.isArray(b)) {
    return Array.isArray(a) && Array.isArray(b) && a.length === b.length && a.every((item, index) => isSameJson(item, b[index]));
  }
  if (!isJsonObject(a) || !isJsonObject(b)) return false;
  const fields = Object.keys(a).filter((key) => a[key] !== undefined);
  return fields.length === definedFields(b) && fields.every((key) => isSameJson(a[key], b[key]));
}

function definedFields(object: Json): number {
  return Object.values(object).filter((value) => value !== undefined).length;
}
