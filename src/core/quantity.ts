const percent = /^(?<value>\d{1,3})%$/;

/**
 * How many of `total` a number or percentage means. Percentages are rounded down, so that a limit is never exceeded:
 * '10%' of 25 is 2. Values that are neither (the schema refuses them) count as 0: closed.
 */
export function countOf(quantity: number | string, total: number): number {
  if (typeof quantity === 'number') return Number.isInteger(quantity) && quantity >= 0 ? quantity : 0;
  const value = percent.exec(quantity)?.groups?.['value'];
  return value === undefined ? 0 : Math.floor((total * Number(value)) / 100);
}

/** Like {@link countOf}, but at least 1: for sizes and for `maxUnavailable`, where 0 would stand still. */
export function countOfAtLeastOne(quantity: number | string, total: number): number {
  return Math.max(1, countOf(quantity, total));
}
