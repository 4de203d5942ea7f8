/** Replaces the name of a node that must not be named. */
export const SOME_NODE = '<node>';

/** Words that can contain a name: `node-3`; `kubelet@node-3.rack-1:10250` has two of them. */
const WORD = /[\p{L}\p{N}]+(?:[.-]+[\p{L}\p{N}]+)*/gu;

/**
 * Replaces the names of nodes in a text. It also finds the first label of a name, which hosts use for themselves, and names within words,
 * such as the name of a static Pod (`etcd-node-3`).
 */
export function hideNames(text: string, names: ReadonlySet<string>): string {
  return names.size === 0 ? text : text.replace(WORD, (word) => hideInWord(word, names));
}

/** The names with and without their domains, in lower case. */
export function withShortNames(names: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const name of names) {
    all.add(name.toLowerCase());
    const [label = ''] = name.split('.');
    // The first number of an IP address is not a name.
    if (!/^\d*$/.test(label)) all.add(label.toLowerCase());
  }
  return all;
}

/** At each part of the word, the longest name that begins there is replaced. */
function hideInWord(word: string, names: ReadonlySet<string>): string {
  const parts = word.split(/([.-]+)/);
  let hidden = '';
  for (let from = 0; from < parts.length; from += 2) {
    const to = endOfName(parts, from, names);
    hidden += to === undefined ? `${parts[from] ?? ''}${parts[from + 1] ?? ''}` : `${SOME_NODE}${parts[to] ?? ''}`;
    if (to !== undefined) from = to - 1;
  }
  return hidden;
}

function endOfName(parts: readonly string[], from: number, names: ReadonlySet<string>): number | undefined {
  for (let to = parts.length; to > from; to -= 2) if (names.has(parts.slice(from, to).join('').toLowerCase())) return to;
  return undefined;
}

/** The fields of a notification with text from other programs or people, which may contain a name. */
const FREE_TEXT_FIELDS: ReadonlySet<string> = new Set(['message', 'task', 'pod', 'why']);

/** A copy of the data with the names replaced in all free text. */
export function hideNamesIn<T>(data: T, names: ReadonlySet<string>): T {
  return names.size === 0 ? data : (hideIn(data, names) as T);
}

function hideIn(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => hideIn(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => [
      key,
      typeof field === 'string' && FREE_TEXT_FIELDS.has(key) ? hideNames(field, names) : hideIn(field, names),
    ]),
  );
}
