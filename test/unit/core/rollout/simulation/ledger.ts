/** What a run has to remember so that its invariants can be checked. */
export interface Ledger {
  /** The revision that is done on a Node, by its UID. */
  readonly succeeded: Map<string, string>;
  /** The batch that took a Node back, by the Node's UID. */
  readonly rolledBack: Map<string, string>;
  readonly settled: Set<string>;
  /** When a node's failure was first on record, by batch and name. */
  readonly failed: Map<string, number>;
  checks: number;
}

/** An empty ledger. */
export function newLedger(): Ledger {
  return { succeeded: new Map(), rolledBack: new Map(), settled: new Set(), failed: new Map(), checks: 0 };
}
