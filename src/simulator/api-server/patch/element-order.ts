import { isJsonObject } from '../../../core/json.ts';

/** The field that names an element of a list; undefined for lists of scalars. */
export type ElementKey = string | undefined;

/** Whether two elements are the same one. */
export function isSame(left: unknown, right: unknown, key: ElementKey): boolean {
  if (key === undefined) return left === right;
  return isJsonObject(left) && isJsonObject(right) && left[key] === right[key];
}

/** What decides the order of a merged list. */
export interface Orders {
  /** The elements as the patch has them. */
  readonly patch: readonly unknown[];
  /** The elements as the server had them. */
  readonly server: readonly unknown[];
  readonly key: ElementKey;
}

/**
 * Orders a merged list: elements of the patch as in the patch, all others as they were. Of two elements that the server had, the
 * earlier one comes first; otherwise that of the patch.
 */
export function inOrder(merged: readonly unknown[], { patch, server, key }: Orders): readonly unknown[] {
  function indexIn(list: readonly unknown[], element: unknown): number {
    return list.findIndex((each) => isSame(each, element, key));
  }
  function sorted(elements: readonly unknown[], order: readonly unknown[]): readonly unknown[] {
    return elements.toSorted((left, right) => indexIn(order, left) - indexIn(order, right));
  }
  const given = sorted(
    merged.filter((element) => indexIn(patch, element) !== -1),
    patch,
  );
  const others = sorted(
    merged.filter((element) => indexIn(patch, element) === -1),
    server,
  );
  const result: unknown[] = [];
  let next = 0;
  for (const element of given) {
    const position = indexIn(server, element);
    while (position !== -1 && next < others.length && indexIn(server, others[next]) < position) {
      result.push(others[next]);
      next += 1;
    }
    result.push(element);
  }
  return [...result, ...others.slice(next)];
}
