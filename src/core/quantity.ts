const percent = /^(?<value>\d{1,3})%$/;

/**
 * Resolves a number or a percentage of `total`. Percentages are rounded down, so that a limit is never exceeded: '10%' of 25 is 2. An
 * invalid value, which the schema rejects, counts as 0, the safe side.
 */
export function countOf(quantity: number | string, total: number): number {
  if (typeof quantity === 'number') return Number.isInteger(quantity) && quantity >= 0 ? quantity : 0;
  const value = percent.exec(quantity)?.groups?.['value'];
  return value === undefined ? 0 : Math.floor((total * Number(value)) / 100);
}

/** Like {@link countOf}, but at least 1. For batch sizes and `maxUnavailable`, where 0 would block the rollout. */
export function countOfAtLeastOne(quantity: number | string, total: number): number {
  return Math.max(1, countOf(quantity, total));
}
