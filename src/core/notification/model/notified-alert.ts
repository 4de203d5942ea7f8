/** What an alert is about. */
export interface NotifiedAlert {
  /** When it was raised, RFC 3339. */
  readonly time: string;
  /** The kinds of problems, without duplicates. */
  readonly reasons: readonly NotifiedAlertCause['alert'][];
  readonly causes: readonly NotifiedAlertCause[];
  /** What follows, as known when the alert was raised. */
  readonly next: string;
}

/**
 * One problem in an alert. It equals the record in the batch's status, but is declared here because receivers rely on it, and the API of
 * the batch may change.
 */
export interface NotifiedAlertCause {
  readonly alert: 'NodeFailed' | 'NodeOverdue' | 'RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired';
  /** A CamelCase identifier. */
  readonly reason?: string;
  /** The affected process. */
  readonly process?: string;
  readonly message?: string;
  /** Number of affected nodes. 0 if it is about the whole rollout. */
  readonly count: number;
  /** Names of the nodes with ranges in brackets, truncated if there are many. */
  readonly nodes?: string;
  /** Whether the nodes are cordoned and tainted by Baton. */
  readonly quarantined?: boolean;
}
