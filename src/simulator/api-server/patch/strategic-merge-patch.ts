import { isJsonObject, type Json } from '../../../core/json.ts';
import { inOrder, isSame, type ElementKey } from './element-order.ts';
import type { MergeRule, MergeRules } from './merge-rules.ts';

/** A patch that cannot be applied. */
export class StrategicMergePatchError extends Error {
  /** Whether the patch is malformed by itself, rather than that an element lacks its merge key. */
  readonly malformed: boolean;

  constructor(message: string, malformed = false) {
    super(message);
    this.name = 'StrategicMergePatchError';
    this.malformed = malformed;
  }
}

const DIRECTIVE = '$patch';
const RETAIN_KEYS = '$retainKeys';
const ORDER = '$setElementOrder/';
const REMOVED_SCALARS = '$deleteFromPrimitiveList/';

/**
 * Applies a strategic merge patch as the API server does. Lists with a merge key are merged by their elements. Source:
 * k8s.io/apimachinery/pkg/util/strategicpatch.
 */
export function strategicMergePatch(original: Json, patch: Json, rules: MergeRules): Json {
  const directive = patch[DIRECTIVE];
  if (directive === 'delete') return {};
  if (directive === 'replace') return withoutKey(patch, DIRECTIVE);
  if (directive !== undefined) throw unknownDirective(directive);
  const retained = retainedKeys(patch);
  const result = new Map(Object.entries(original).filter(([key]) => retained?.has(key) !== false));
  const ordered = Object.keys(patch).filter((key) => key.startsWith(ORDER));
  const lists = new Set(ordered.map((key) => key.slice(ORDER.length)));
  for (const name of lists) mergeOrdered(result, name, patch, rules[name]);
  for (const [key, value] of Object.entries(patch)) {
    if (key === RETAIN_KEYS || key.startsWith(ORDER) || lists.has(key)) continue;
    if (key.startsWith(REMOVED_SCALARS)) removeScalars(result, key.slice(REMOVED_SCALARS.length), value);
    else mergeField(result, key, value, rules[key]);
  }
  return Object.fromEntries(result);
}

/** The fields that stay although the patch does not name them; undefined: all. */
function retainedKeys(patch: Json): ReadonlySet<unknown> | undefined {
  const list = patch[RETAIN_KEYS];
  if (list === undefined) return undefined;
  const malformed = new StrategicMergePatchError('invalid patch format of retainKeys', true);
  if (!Array.isArray(list)) throw malformed;
  const keys = new Set<unknown>(list);
  const stray = Object.entries(patch).some(
    ([key, value]) => value !== null && key !== RETAIN_KEYS && !key.includes('/') && !keys.has(key),
  );
  if (stray) throw malformed;
  return keys;
}

function mergeField(result: Map<string, unknown>, key: string, value: unknown, rule: MergeRule = {}): void {
  if (value === null) {
    result.delete(key);
    return;
  }
  const before = result.get(key);
  const merged = mergedValue(before, value, rule);
  if (merged === undefined) result.delete(key);
  else result.set(key, merged);
}

function mergedValue(before: unknown, value: unknown, rule: MergeRule): unknown {
  if (isJsonObject(before) && isJsonObject(value)) {
    return rule.replace === true ? value : strategicMergePatch(before, value, rule.fields ?? {});
  }
  if (Array.isArray(before) && Array.isArray(value)) return mergedList(before, value, rule);
  return cleaned(value);
}

/** A value that is new: without nulls, and without what only marks elements to be removed. */
function cleaned(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(cleaned).filter((element) => element !== undefined);
  if (!isJsonObject(value)) return value;
  if (DIRECTIVE in value) return undefined;
  const entries = Object.entries(value).filter(([, field]) => field !== null);
  return Object.fromEntries(entries.map(([key, field]) => [key, cleaned(field)]).filter(([, field]) => field !== undefined));
}

type List = readonly unknown[];

function mergedList(before: List, patch: List, rule: MergeRule): List {
  if (rule.key !== undefined) return mergedObjects(before, patch, rule.key, rule.fields ?? {});
  if (rule.scalars !== true) return patch;
  return inOrder([...new Set([...before, ...patch])], { patch, server: before, key: undefined });
}

function mergedObjects(before: List, patch: List, key: string, rules: MergeRules): List {
  const marked = patch.map((element) => object(element)).filter((element) => DIRECTIVE in element);
  const given = patch.map((element) => object(element)).filter((element) => !(DIRECTIVE in element));
  for (const element of marked) {
    const directive = element[DIRECTIVE];
    if (directive === 'merge') throw new StrategicMergePatchError('merging lists cannot yet be specified in the patch');
    if (directive !== 'delete' && directive !== 'replace') throw unknownDirective(directive);
    if (directive === 'delete') requireKey(element, key);
  }
  for (const element of given) requireKey(element, key);
  if (marked.some((element) => element[DIRECTIVE] === 'replace')) return given;
  const removed = marked.filter((element) => element[DIRECTIVE] === 'delete');
  const kept: unknown[] = before.filter((element) => !removed.some((each) => isSame(each, element, key)));
  const server = [...kept];
  for (const element of given) {
    const index = kept.findIndex((each) => isSame(each, element, key));
    if (index === -1) kept.push(cleaned(element));
    else kept[index] = strategicMergePatch(object(kept[index]), element, rules);
  }
  return inOrder(kept, { patch: given, server, key });
}

/** Merges a list whose order the patch gives, in which it names all elements that it knows. */
function mergeOrdered(result: Map<string, unknown>, name: string, patch: Json, rule: MergeRule = {}): void {
  const order = patch[`${ORDER}${name}`];
  const [before, given] = [result.get(name), patch[name]];
  if (!Array.isArray(order)) throw new StrategicMergePatchError('expected a list in $setElementOrder');
  if (Array.isArray(given)) requireOrder(given, order, rule.key);
  if (before === undefined && given === undefined) return;
  const server = Array.isArray(before) ? (before as List) : [];
  const merged = mergedOrKept(before, given, rule);
  result.set(name, inOrder(merged, { patch: order, server, key: rule.key }));
}

function mergedOrKept(before: unknown, given: unknown, rule: MergeRule): List {
  if (!Array.isArray(given)) return before as List;
  if (!Array.isArray(before)) return cleaned(given) as List;
  return mergedList(before, given, rule);
}

function requireOrder(given: List, order: List, key: ElementKey): void {
  if (order.length === 0) return;
  let next = 0;
  for (const element of given) {
    if (isJsonObject(element) && DIRECTIVE in element) continue;
    while (next < order.length && !isSame(order[next], element, key)) next += 1;
    if (next === order.length) throw new StrategicMergePatchError("The order in patch list doesn't match $setElementOrder list");
    next += 1;
  }
}

function removeScalars(result: Map<string, unknown>, name: string, removed: unknown): void {
  const before = result.get(name);
  if (!Array.isArray(before) || !Array.isArray(removed)) return;
  result.set(
    name,
    before.filter((element) => !removed.includes(element)),
  );
}

function object(value: unknown): Json {
  if (!isJsonObject(value)) throw new StrategicMergePatchError('expected an object in a list with a merge key');
  return value;
}

function requireKey(element: Json, key: string): void {
  if (!(key in element)) throw new StrategicMergePatchError(`an element does not contain declared merge key: ${key}`);
}

function unknownDirective(directive: unknown): StrategicMergePatchError {
  return new StrategicMergePatchError(`unknown patch type: ${String(directive)}`);
}

function withoutKey(value: Json, key: string): Json {
  return Object.fromEntries(Object.entries(value).filter(([name]) => name !== key));
}
