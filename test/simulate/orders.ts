/** How far the orders of a run were explored. */
export interface Explored {
  readonly runs: number;
  /** Whether every order was run. */
  readonly complete: boolean;
  /** The choices of the first failing run; undefined: none has failed. */
  readonly failing: readonly number[] | undefined;
}

/**
 * Runs every order of simultaneous messages, up to a bound. Each run records how many alternatives it met at each choice; the next run
 * repeats it up to the last choice that has an alternative left, and takes that one.
 */
export async function exploreOrders(
  run: (choose: (alternatives: number) => number) => Promise<boolean>,
  { maxRuns }: { readonly maxRuns: number },
): Promise<Explored> {
  let prefix: readonly number[] | undefined = [];
  let runs = 0;
  while (prefix !== undefined && runs < maxRuns) {
    const planned: readonly number[] = prefix;
    const taken: number[] = [];
    const alternatives: number[] = [];
    const holds = await run((count) => {
      const choice = Math.min(planned[taken.length] ?? 0, count - 1);
      taken.push(choice);
      alternatives.push(count);
      return choice;
    });
    runs += 1;
    if (!holds) return { runs, complete: false, failing: taken };
    prefix = nextChoices(taken, alternatives);
  }
  return { runs, complete: prefix === undefined, failing: undefined };
}

function nextChoices(taken: readonly number[], alternatives: readonly number[]): readonly number[] | undefined {
  const last = taken.findLastIndex((choice, index) => choice + 1 < (alternatives[index] ?? 0));
  return last === -1 ? undefined : [...taken.slice(0, last), (taken[last] ?? 0) + 1];
}
