/** A whole number from `least` to `most`, both included. */
export function between(random: () => number, least: number, most: number): number {
  return least + Math.floor(random() * (most - least + 1));
}

/** One of these, by weight. */
export function weighted<T>(random: () => number, options: readonly (readonly [T, number])[]): T {
  const total = options.reduce((sum, [, weight]) => sum + weight, 0);
  let left = random() * total;
  for (const [option, weight] of options) {
    left -= weight;
    if (left < 0) return option;
  }
  const last = options.at(-1);
  if (last === undefined) throw new Error('there is nothing to choose from');
  return last[0];
}

/** One of these; undefined when there is none. */
export function pick<T>(random: () => number, options: readonly T[]): T | undefined {
  return options[Math.floor(random() * options.length)];
}
