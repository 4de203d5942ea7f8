import { compareNames, counted } from '../../text.ts';

/** Longer numbers are left as they are: they are serial numbers, and would not fit into a JavaScript number. */
const MAX_DIGITS = 15;

/** A name, split at the number that distinguishes it from others. */
interface NumberedName {
  readonly prefix: string;
  readonly digits: string;
  readonly suffix: string;
}

/**
 * Names in readable groups: node-1, node-2, node-3, node-7 and db become `db` and `node-[1-3,7]`. Ranges are made of the last number in
 * the first label (`ip-10-0-1-[4-6].internal`), or in the whole name if that label is a number (`10.0.0.[4-6]`). Leading zeros are kept:
 * `node-[008-012]`. Duplicates are removed.
 *
 * @returns the groups, sorted. {@link expandNodeNames} is the inverse.
 */
export function compressNodeNames(names: readonly string[]): string[] {
  return compress([...new Set(names)].sort(compareNames).map(splitName));
}

/** A name with its number, if it has one. */
interface SplitName {
  readonly name: string;
  readonly numbered: NumberedName | undefined;
}

function splitName(name: string): SplitName {
  return { name, numbered: findNumber(name) };
}

/** The groups of names that are sorted and all different. */
function compress(sorted: readonly SplitName[]): string[] {
  const groups = new Map<string, { prefix: string; suffix: string; digits: string[] }>();
  const groupOf: string[] = [];
  for (const { name, numbered } of sorted) {
    if (numbered === undefined) {
      groupOf.push(name);
      continue;
    }
    const { prefix, digits, suffix } = numbered;
    // No name contains a line break.
    const key = `${prefix}\n${suffix}`;
    const group = groups.get(key);
    if (group === undefined) {
      groups.set(key, { prefix, suffix, digits: [digits] });
      groupOf.push(key);
    } else {
      group.digits.push(digits);
    }
  }
  return groupOf.map((key) => {
    const group = groups.get(key);
    return group === undefined ? key : `${group.prefix}${numberRanges(group.digits)}${group.suffix}`;
  });
}

/** The names in groups of {@link compressNodeNames}, joined by commas or single. */
export function expandNodeNames(groups: string): string[] {
  return groups
    .split(/,\s*(?![^[]*\])/)
    .filter((group) => group !== '')
    .flatMap(expandGroup);
}

/**
 * Names as one text of at most `limit` characters: the groups that fit, then how many more nodes there are. The text has at least one name,
 * even if that is too long.
 *
 * @param unnamed number of further nodes, whose names are not known or not shown.
 */
export function listNodeNames(names: readonly string[], limit: number, unnamed = 0): string {
  if (names.length === 0) return counted(unnamed, 'node');
  const sorted = [...new Set(names)].sort(compareNames).map(splitName);
  const list = (count: number): string => {
    const more = sorted.length - count + unnamed;
    return `${compress(sorted.slice(0, count)).join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
  };
  const whole = list(sorted.length);
  if (whole.length <= limit) return whole;

  let fits = 1;
  let tooMany = sorted.length;
  while (tooMany - fits > 1) {
    const middle = Math.floor((fits + tooMany) / 2);
    if (list(middle).length <= limit) fits = middle;
    else tooMany = middle;
  }
  return list(fits);
}

function findNumber(name: string): NumberedName | undefined {
  const dot = name.indexOf('.');
  const firstLabel = dot === -1 ? name : name.slice(0, dot);
  const scope = /^\d+$/.test(firstLabel) ? name : firstLabel;
  const match = /^(?<prefix>.*?)(?<digits>\d+)(?<rest>\D*)$/.exec(scope);
  const { prefix, digits, rest } = match?.groups ?? {};
  if (prefix === undefined || digits === undefined || digits.length > MAX_DIGITS) return undefined;
  return { prefix, digits, suffix: `${rest ?? ''}${name.slice(scope.length)}` };
}

/** The numbers of one group, which are all different: `[1-3,7]`, or a single number without brackets. */
function numberRanges(digits: readonly string[]): string {
  if (digits.length === 1) return digits.join('');
  // node-08 and node-8 are different nodes. Only numbers of the same length as one with a leading zero are padded.
  const paddedWidths = new Set(digits.filter((text) => text.length > 1 && text.startsWith('0')).map((text) => text.length));
  const classes = Map.groupBy(digits, (text) => (paddedWidths.has(text.length) ? text.length : 0));
  const ranges = [...classes].flatMap(([width, texts]) => rangesOf(texts.map(Number), width));
  return `[${ranges.join(',')}]`;
}

function rangesOf(numbers: readonly number[], width: number): string[] {
  const runs: { first: number; last: number }[] = [];
  for (const number of numbers.toSorted((a, b) => a - b)) {
    const run = runs.at(-1);
    if (run?.last === number - 1) run.last = number;
    else runs.push({ first: number, last: number });
  }
  const text = (number: number): string => String(number).padStart(width, '0');
  return runs.map(({ first, last }) => (first === last ? text(first) : `${text(first)}-${text(last)}`));
}

function expandGroup(group: string): string[] {
  const { prefix, ranges, suffix } = /^(?<prefix>[^[]*)\[(?<ranges>[^\]]*)\](?<suffix>.*)$/.exec(group)?.groups ?? {};
  if (prefix === undefined || ranges === undefined) return [group];
  return ranges.split(',').flatMap((range) => expandRange(range).map((number) => `${prefix}${number}${suffix ?? ''}`));
}

function expandRange(range: string): string[] {
  const [first = '', last] = range.split('-');
  if (last === undefined) return [first];
  const width = first.startsWith('0') ? first.length : 0;
  return Array.from({ length: Number(last) - Number(first) + 1 }, (_, i) => String(Number(first) + i).padStart(width, '0'));
}
