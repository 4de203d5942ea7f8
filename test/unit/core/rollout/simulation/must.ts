/** Throws when an invariant of the design does not hold. */
export function must(holds: boolean, invariant: number, sentence: () => string): void {
  if (!holds) throw new Error(`Invariant ${invariant} is broken: ${sentence()}`);
}
