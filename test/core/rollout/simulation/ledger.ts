/** What a run has to remember so that its invariants can be checked. */
export interface Ledger {
  /** The revision that is done on a Node, by its UID. */
  readonly succeeded: Map<string, string>;
  readonly settled: Set<string>;
  checks: number;
}

/** An empty ledger. */
export function newLedger(): Ledger {
  return { succeeded: new Map(), settled: new Set(), checks: 0 };
}
