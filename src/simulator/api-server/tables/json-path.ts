import { isJsonObject } from '../../../core/json.ts';

/** Finds values in an object, in the order of the path. */
export type JsonPath = (root: unknown) => readonly unknown[];

const FIELD = /^\.((?:\\.|[^\\.[\]])+)/;
const KEYS = /^\[((?:'[^']*'|"[^"]*")(?:,(?:'[^']*'|"[^"]*"))*)\]/;
const INDEX = /^\[(-?\d+)\]/;
const ALL = /^\[\*\]/;
const FILTER = /^\[\?\(@((?:\.[^\s.=()]+)+)\s*==\s*(?:"([^"]*)"|'([^']*)')\)\]/;

/**
 * Parses a JSONPath as columns of CRDs have it: fields, keys in brackets, indices, `[*]`, and filters that compare a field with a text.
 * Throws for everything else.
 */
export function parseJsonPath(text: string): JsonPath {
  const steps: JsonPath[] = [];
  let rest = text;
  while (rest !== '') {
    const { step, length } = firstStep(rest, text);
    steps.push(step);
    rest = rest.slice(length);
  }
  return (root) => steps.reduce<readonly unknown[]>((values, step) => values.flatMap(step), [root]);
}

function firstStep(rest: string, text: string): { readonly step: JsonPath; readonly length: number } {
  const field = FIELD.exec(rest);
  if (field?.[1] !== undefined) return { step: keys([field[1].replaceAll(/\\(.)/g, '$1')]), length: field[0].length };
  const quoted = KEYS.exec(rest);
  if (quoted?.[1] !== undefined) {
    const names = quoted[1].matchAll(/'([^']*)'|"([^"]*)"/g);
    return { step: keys([...names].map((name) => name[1] ?? name[2] ?? '')), length: quoted[0].length };
  }
  const index = INDEX.exec(rest);
  if (index?.[1] !== undefined) return { step: at(Number(index[1])), length: index[0].length };
  const all = ALL.exec(rest);
  if (all !== null) return { step: (value) => elements(value), length: all[0].length };
  const filter = FILTER.exec(rest);
  if (filter?.[1] === undefined) throw new Error(`the JSONPath ${text} is not supported`);
  const [path, wanted] = [parseJsonPath(filter[1]), filter[2] ?? filter[3]];
  return { step: (value) => elements(value).filter((each) => path(each)[0] === wanted), length: filter[0].length };
}

function keys(names: readonly string[]): JsonPath {
  return (value) => (isJsonObject(value) ? names.filter((name) => Object.hasOwn(value, name)).map((name) => value[name]) : []);
}

function at(index: number): JsonPath {
  return (value) =>
    Array.isArray(value) ? (value as readonly unknown[]).slice(index, index === -1 ? undefined : index + 1) : [];
}

function elements(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}
