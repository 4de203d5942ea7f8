/** What stands for the name of a node that is not told. */
export const SOME_NODE = '<node>';

/** Words in which a name can stand: `node-3`, `kubelet@node-3.rack-1:10250` has two. */
const WORD = /[\p{L}\p{N}]+(?:[.-]+[\p{L}\p{N}]+)*/gu;

/**
 * A text without the names of nodes, also where one is only the first label of its name (hosts call themselves so) or a part of another
 * word, as in the name of a static Pod (`etcd-node-3`).
 */
export function hideNames(text: string, names: ReadonlySet<string>): string {
  return names.size === 0 ? text : text.replace(WORD, (word) => hideInWord(word, names));
}

/** The names, and the names without their domains. */
export function withShortNames(names: Iterable<string>): ReadonlySet<string> {
  const all = new Set<string>();
  for (const name of names) {
    all.add(name.toLowerCase());
    const [label = ''] = name.split('.');
    // The first number of an IP address is no name.
    if (!/^\d*$/.test(label)) all.add(label.toLowerCase());
  }
  return all;
}

/** The longest name that begins at each part of the word goes first. */
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

/** The fields of a notification that hold sentences of others, in which a name may stand. */
const SENTENCES: ReadonlySet<string> = new Set(['message', 'task', 'pod', 'why']);

/** A copy of some data in which no sentence has one of the names. */
export function hideNamesIn<T>(data: T, names: ReadonlySet<string>): T {
  return names.size === 0 ? data : (hideIn(data, names) as T);
}

function hideIn(value: unknown, names: ReadonlySet<string>): unknown {
  if (Array.isArray(value)) return value.map((item) => hideIn(item, names));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, field]: [string, unknown]) => [
      key,
      typeof field === 'string' && SENTENCES.has(key) ? hideNames(field, names) : hideIn(field, names),
    ]),
  );
}
