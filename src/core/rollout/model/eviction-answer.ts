/** The API server's last answer to an eviction. No watch delivers it, so an operator that has restarted evicts again. */
export interface EvictionAnswer {
  /** Why the eviction was rejected; undefined when it was accepted. */
  readonly rejection: Rejection | undefined;
  /** Time until the next attempt (ms); 0 or less: now. */
  readonly askAgainMs: number;
}

/** Why an eviction was rejected. */
export interface Rejection {
  readonly message: string;
  /** Name of the PodDisruptionBudget, in the Pod's namespace, that allows no eviction; undefined for another cause. */
  readonly budget: string | undefined;
}
