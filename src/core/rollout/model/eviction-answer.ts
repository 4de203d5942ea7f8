/** What the API server said last when a Pod was to go. No watch delivers it: an operator that starts anew asks again. */
export interface EvictionAnswer {
  /** Why the Pod may not go now; undefined when it goes. */
  readonly refusal: Refusal | undefined;
  /** Milliseconds until it may be asked again; not above 0: now. */
  readonly askAgainMs: number;
}

/** Why a Pod may not go. */
export interface Refusal {
  readonly message: string;
  /** The PodDisruptionBudget, in the Pod's namespace, that allows no eviction; undefined when it is something else. */
  readonly budget: string | undefined;
}
