import { isMap, isPair, isScalar, isSeq, parseDocument } from 'yaml';

/**
 * The paths of fields that occur more than once in a JSON text, each once. JSON.parse keeps the last of them silently.
 */
export function duplicateFields(json: string): readonly string[] {
  // Most texts have none: the keys in the text are then as many as those in the value.
  if (keysInText(json) === keysInValue(JSON.parse(json))) return [];
  return [...new Set(fieldsIn(json).flatMap(({ path, again }) => (again ? [path] : [])))];
}

/** Duplicate and unknown fields of a JSON text as messages about them, in the order in which they occur. */
export function inDocumentOrder(json: string, duplicates: readonly string[], unknown: readonly string[]): readonly string[] {
  const messages = fieldsIn(json).flatMap(({ path, again }) => {
    if (again) return duplicates.includes(path) ? [`duplicate field "${path}"`] : [];
    return unknown.includes(path) ? [`unknown field "${path}"`] : [];
  });
  return [...new Set(messages)];
}

/** A field of a JSON text. */
interface Field {
  readonly path: string;
  /** Whether it has occurred before. */
  readonly again: boolean;
}

function fieldsIn(json: string): readonly Field[] {
  const found: Field[] = [];
  collect(parseDocument(json, { uniqueKeys: false, schema: 'json' }).contents, '', found);
  return found;
}

function keysInText(json: string): number {
  let keys = 0;
  for (const [, colon] of json.matchAll(/"(?:[^"\\]|\\.)*"(\s*:)?/gs)) if (colon !== undefined) keys += 1;
  return keys;
}

function keysInValue(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  const inner = Object.values(value);
  return (Array.isArray(value) ? 0 : inner.length) + inner.reduce<number>((sum, field) => sum + keysInValue(field), 0);
}

function collect(node: unknown, path: string, found: Field[]): void {
  if (isSeq(node)) node.items.forEach((item, index) => collect(item, `${path}[${index}]`, found));
  if (!isMap(node)) return;
  const seen = new Set<string>();
  for (const pair of node.items) {
    if (!isPair(pair) || !isScalar(pair.key)) continue;
    const name = String(pair.key.value);
    const field = path === '' ? name : `${path}.${name}`;
    found.push({ path: field, again: seen.has(name) });
    seen.add(name);
    collect(pair.value, field, found);
  }
}
