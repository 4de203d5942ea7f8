/** What an alert is about. */
export interface NotifiedAlert {
  /** When it was raised, RFC 3339. */
  readonly time: string;
  /** What happened, each once. */
  readonly reasons: readonly NotifiedAlertCause['alert'][];
  readonly causes: readonly NotifiedAlertCause[];
  /** What follows, as it was when the alert was raised. */
  readonly next: string;
}

/**
 * One thing that an alert tells. Like the record of it in the batch's status, but a contract of its own: receivers rely on it, and the API
 * of the batch may change.
 */
export interface NotifiedAlertCause {
  readonly alert: 'NodeFailed' | 'NodeOverdue' | 'RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired';
  /** One CamelCase word. */
  readonly reason?: string;
  /** The process that it happened to. */
  readonly process?: string;
  readonly message?: string;
  /** How many nodes it concerns; 0 where it is about the rollout as a whole. */
  readonly count: number;
  /** Names of the nodes with ranges in brackets, cut where they are many. */
  readonly nodes?: string;
  /** Whether the nodes are cordoned and tainted by Baton. */
  readonly quarantined?: boolean;
}
