import type { Instant } from '../../facts.ts';
import type { HoldReason } from './hold-reasons.ts';

/** Why nothing new starts, or why a waiting node does not get its turn yet. Running upgrades always finish. */
export interface Hold {
  readonly reason: HoldReason;
  /** What the plan waits for and, where manual action is needed, what to do. */
  readonly message: string;
  /** The plan's `status.summary` meanwhile: Paused where only an UpgradeAction or an edit ends the hold. */
  readonly summary: 'Waiting' | 'Running' | 'Paused';
  /** For kstatus: Working ends by itself soon, Resting was requested, Stalled waits for a person or another component. */
  readonly kind: 'Working' | 'Resting' | 'Stalled';
  /** When it may end by itself; the plan is requeued for then. */
  readonly until?: Instant;
}
