/** Maximum number of names in a message; the others are counted. */
const MAX_NAMES = 5;

/** The first of the names, and the number of the others, as in `node-1, node-2 and 3 more`. */
export function listNames(names: readonly string[]): string {
  const shown = names.slice(0, MAX_NAMES);
  const more = names.length - shown.length;
  return `${shown.join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
}
