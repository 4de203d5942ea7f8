import type { RolloutStory as RecordedStory } from '../../../api/generated/upgradebatch.ts';

/** The plan as it stood when the batch settled. */
export interface PlanProgress {
  readonly nodes: number;
  readonly succeeded: number;
  readonly failed: number;
  /** The failure budget. */
  readonly maxFailed?: number;
}

/** What follows a batch. */
export interface NextStep {
  readonly kind: 'NextBatch' | 'Paused' | 'Aborted' | 'RollingBack' | 'RolledBack' | 'Done' | 'Deleted' | 'Waiting';
  /** One CamelCase word for what is waited for. */
  readonly reason?: string;
  readonly message: string;
  /** Index of the batch to come. */
  readonly batch?: number;
  /** How many nodes the batch to come has. */
  readonly nodes?: number;
  /** When it is expected to begin, RFC 3339; absent where that depends on somebody. */
  readonly time?: string;
  /** Until when the plan's windows are open from then on, RFC 3339; where that depends on somebody, from now on. */
  readonly openUntilTime?: string;
  /** When the plan's next window opens, RFC 3339, where it depends on somebody and all are closed now. */
  readonly opensTime?: string;
  /** Whether all gates that the batch to come waits for were open. */
  readonly gates?: 'Open' | 'Unknown';
  /** When its notification is expected at the latest, RFC 3339. */
  readonly wordTime?: string;
  /** When the rollout is expected to end, RFC 3339. */
  readonly estimatedEndTime?: string;
}

/** A whole rollout. */
export interface RolloutStory extends Omit<RecordedStory, 'quarantinedNodes'> {
  /** From its first batch to the end of its last one. */
  readonly seconds?: number;
  /** How much of that it waited. */
  readonly waitedSeconds: number;
  /** Names of the nodes that wait for a Release, with ranges in brackets, as far as they may be told. */
  readonly quarantinedNodes: string;
}
