import type { Instant } from '../../facts.ts';
import type { HoldReason } from './hold-reasons.ts';

/** Why nothing new starts, or why a waiting node does not get its turn yet. What runs is finished all the same. */
export interface Hold {
  readonly reason: HoldReason;
  /** The sentence for a person: what is waited for and, where somebody must act, how. */
  readonly message: string;
  /** The plan's word while it lasts: Paused where only an act or an edit ends it. */
  readonly summary: 'Waiting' | 'Running' | 'Paused';
  /** What kstatus is told: Working goes on by itself soon, Resting was asked for, Stalled needs somebody or something else to move. */
  readonly kind: 'Working' | 'Resting' | 'Stalled';
  /** When it may end by itself, and the plan is to be looked at again. */
  readonly until?: Instant;
}
