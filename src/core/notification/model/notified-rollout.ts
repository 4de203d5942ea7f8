import type {
  RolloutStory as RecordedStory,
  StoryBatch,
  StoryDependent,
  StoryRollback,
} from '../../../api/generated/upgradebatch.ts';

/** The progress of the plan when the batch settled. */
export interface PlanProgress {
  readonly nodes: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The failure budget. */
  readonly maxFailed?: number;
}

/** What follows a batch. */
export interface NotifiedNext {
  readonly kind: 'NextBatch' | 'Paused' | 'Aborted' | 'RollingBack' | 'RolledBack' | 'Done' | 'Deleted' | 'Waiting';
  /** A CamelCase identifier for what the plan waits for. */
  readonly reason?: string;
  readonly message: string;
  /** Index of the next batch. */
  readonly batch?: number;
  /** Number of nodes in the next batch. */
  readonly nodes?: number;
  /** When the next batch is expected to start, RFC 3339. Absent if that depends on a person. */
  readonly time?: string;
  /** When the plan's windows close after `time` or, without it, after now, RFC 3339. */
  readonly openUntilTime?: string;
  /** When the plan's next window opens, RFC 3339, if the start depends on a person and all windows are closed now. */
  readonly opensTime?: string;
  /** Whether all gates of the next batch were open. */
  readonly gates?: 'Open' | 'Unknown';
  /** Until when the next notification is expected, RFC 3339. */
  readonly wordTime?: string;
  /** When the rollout is expected to end, RFC 3339. */
  readonly estimatedEndTime?: string;
}

/** Parts of a rollout's story that have the same form in the status of a batch. */
type SameInStatus = 'startTime' | 'waits' | 'batches' | 'failures' | 'recovered' | 'retried' | 'quarantined' | 'drainWaits';

/** The story of a whole rollout. Its names are part of the notification's schema, and need not be those of the API. */
export interface RolloutStory extends Pick<RecordedStory, SameInStatus> {
  /** Duration from the first batch to the end of the last one, in seconds. */
  readonly seconds?: number;
  /** The first batches, the last ones, and the unsuccessful ones in between. */
  readonly shown?: readonly StoryBatch[];
  /** The highest number of nodes that were unavailable at once. */
  readonly mostUnavailable?: number;
  /** The UpgradeActions that were applied, the oldest first. */
  readonly acts?: readonly NotifiedAction[];
  /** The plans that depend on this one. */
  readonly dependents?: readonly NotifiedDependent[];
  /** What was rolled back, if the rollout ended with a rollback. */
  readonly rollback?: NotifiedRollback;
  /** How much of that time the rollout waited. */
  readonly waitedSeconds: number;
  /** Names of the nodes that are still quarantined, with ranges in brackets, without those that must not be named. */
  readonly quarantinedNodes: string;
}

/** An UpgradeAction in the story of a rollout. */
export interface NotifiedAction {
  readonly action: string;
  readonly requestedBy?: string;
  /** The reason given for the action. */
  readonly why?: string;
  /** When it was applied, RFC 3339. */
  readonly time: string;
}

/** A plan that depends on the one that ended. */
export interface NotifiedDependent extends Pick<StoryDependent, 'plan' | 'state'> {
  /** When its next window opens, RFC 3339, if all are closed. */
  readonly opensTime?: string;
}

/** The result of a rollback. */
export interface NotifiedRollback extends Pick<StoryRollback, 'rolledBack' | 'versions'> {
  /** The batch or the revision that was rolled back. */
  readonly of: string;
  /** How many nodes should have been rolled back and were not. */
  readonly notBack: number;
}
