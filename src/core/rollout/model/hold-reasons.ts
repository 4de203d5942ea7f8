import type { PlanReason } from '../../../api/conditions.ts';

/** What depends on the reason of a hold. */
interface HoldTraits {
  /** Whether gates are evaluated during the hold. Not if it may last for days: nobody needs their state until it ends. */
  readonly gatesEvaluated: boolean;
  /** Whether the plan asks for the rollout to rest, so that this time does not count as a stall. */
  readonly restIntended: boolean;
  /** Whether a person asked for the hold, so that an alert about it does not call for action. */
  readonly requested: boolean;
}

const DEFAULT: HoldTraits = { gatesEvaluated: true, restIntended: false, requested: false };

/** Every reason for which something does not start. A hold with another reason does not compile until it is listed here. */
const HOLD_REASONS = {
  ApprovalRequired: { ...DEFAULT, gatesEvaluated: false },
  BatonMoving: DEFAULT,
  ClaimedByOthers: DEFAULT,
  CollectingNewNodes: DEFAULT,
  DependencyNotMet: DEFAULT,
  DrainBlocked: DEFAULT,
  ExclusiveGroupBusy: DEFAULT,
  FreezesUnreadable: { ...DEFAULT, gatesEvaluated: false },
  Frozen: { ...DEFAULT, gatesEvaluated: false, restIntended: true },
  GateClosed: DEFAULT,
  MadeByOlderVersion: DEFAULT,
  MaxUnavailableReached: DEFAULT,
  NotificationFailed: DEFAULT,
  NotificationPending: DEFAULT,
  Notifying: DEFAULT,
  OneDomainAtATime: DEFAULT,
  PausedByAction: { ...DEFAULT, requested: true },
  PausedBySpec: { gatesEvaluated: false, restIntended: true, requested: true },
  SinksUnreadable: DEFAULT,
  Soaking: { ...DEFAULT, restIntended: true },
  ValidationPending: DEFAULT,
  WindowClosed: { ...DEFAULT, gatesEvaluated: false, restIntended: true },
} as const satisfies Partial<Record<PlanReason, HoldTraits>>;

/** A reason for which something does not start. */
export type HoldReason = keyof typeof HOLD_REASONS;

function isHoldReason(reason: string): reason is HoldReason {
  return Object.hasOwn(HOLD_REASONS, reason);
}

/** What depends on a reason. A reason that is not that of a hold has the default. */
export function holdTraits(reason: string | undefined): HoldTraits {
  return reason !== undefined && isHoldReason(reason) ? HOLD_REASONS[reason] : DEFAULT;
}
