import type { PlanReason } from '../../../api/conditions.ts';

/** A pause of the rollout. */
interface Pause {
  /** Who or what paused the rollout, if messages depend on it. Nobody is asked to end a pause that a person wanted. */
  readonly cause?: 'Person' | 'Failures';
  /** The UpgradeActions that end the pause, the suggested one first; none if only a change of the plan ends it. */
  readonly endedBy: readonly ('Approve' | 'Resume' | 'Rollback')[];
}

/** What messages depend on, for one reason. What decisions depend on is in core/rollout/model/hold-reasons.ts. */
interface PlanReasonTraits {
  /** How the summary of a rollout calls the time spent waiting for it. Without a name, the summary shows the reason. */
  readonly waitName?: string;
  /** How a message calls the wait if it also says when the wait ends. Without a name, it shows the message of the status. */
  readonly timedWaitName?: string;
  /** Set if the rollout is paused. */
  readonly pause?: Pause;
}

/** Every reason of a plan. A reason without traits is shown as it is, and asks for nothing. */
const TRAITS: Readonly<Record<PlanReason, PlanReasonTraits>> = {
  Valid: {},
  TemplateRefused: {},
  ScheduleInvalid: {},
  NoNodeFits: {},
  DaemonSetMissing: {},
  DaemonSetNotOnDelete: {},
  ValidationPending: {},
  NoNodes: {},
  BatchRunning: {},
  BatonMoving: {},
  Notifying: {},
  NotificationPending: {},
  NotificationFailed: { pause: { endedBy: ['Resume'] } },
  MaxUnavailableReached: { waitName: 'nodes down' },
  DrainBlocked: {},
  OneDomainAtATime: { waitName: 'other domains' },
  ClaimedByOthers: {},
  Soaking: { waitName: 'soak', timedWaitName: 'soak' },
  GateClosed: { waitName: 'gate', timedWaitName: 'gate not open for long enough yet' },
  GateInvalid: {},
  ApprovalRequired: { waitName: 'approval', pause: { endedBy: ['Approve'] } },
  DependencyNotMet: { waitName: 'other plans' },
  ExclusiveGroupBusy: { waitName: 'other plans' },
  CollectingNewNodes: { waitName: 'new nodes' },
  WindowClosed: { waitName: 'window', timedWaitName: 'window closed' },
  Frozen: { waitName: 'freeze' },
  FreezesUnreadable: { waitName: 'freeze' },
  SinksUnreadable: {},
  PausedBySpec: { waitName: 'pause', pause: { cause: 'Person', endedBy: [] } },
  PausedByAction: { waitName: 'pause', pause: { cause: 'Person', endedBy: ['Resume'] } },
  MadeByOlderVersion: { pause: { endedBy: ['Resume'] } },
  Aborted: {},
  BudgetExceeded: { waitName: 'too many failures', pause: { cause: 'Failures', endedBy: ['Resume', 'Rollback'] } },
  RollbackApprovalRequired: { pause: { cause: 'Failures', endedBy: ['Rollback', 'Resume'] } },
  RollingBack: {},
  RolledBack: {},
  AllSucceeded: { waitName: 'nothing to do' },
  SomeSkipped: { waitName: 'nothing to do' },
  SomeFailed: { waitName: 'nothing to do' },
  Deleting: {},
};

const BY_REASON: ReadonlyMap<string | undefined, PlanReasonTraits> = new Map(Object.entries(TRAITS));

/** The traits of a reason as a status has it; none for a reason that only another version of Baton knows. */
export function planReasonTraits(reason: string | undefined): PlanReasonTraits {
  return BY_REASON.get(reason) ?? {};
}

/** Whether a plan that is paused for this reason waits for a person to act. */
export function pauseNeedsAction(reason: string | undefined): boolean {
  const { pause } = planReasonTraits(reason);
  return pause !== undefined && pause.cause !== 'Person';
}

/** Whether a plan that is paused for this reason waits for an Approve. */
export function awaitsApproval(reason: string | undefined): boolean {
  return planReasonTraits(reason).pause?.endedBy[0] === 'Approve';
}
