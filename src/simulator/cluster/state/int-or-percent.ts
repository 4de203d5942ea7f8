/** A number, or a percentage of a total, which is rounded up; 0 when it is neither. */
export function scaled(value: unknown, total: number): number {
  if (typeof value === 'number') return value;
  const percent = typeof value === 'string' ? /^(\d+)%$/.exec(value)?.[1] : undefined;
  return percent === undefined ? 0 : Math.ceil((total * Number(percent)) / 100);
}
