import type { NodeReason } from '../../../api/conditions.ts';

/** What messages depend on, for one reason. */
interface NodeReasonTraits {
  /** Whether nothing is left to do on a node that was skipped for it. */
  readonly complete?: true;
  /** Where to look for what happened to a quarantined node, if Kubernetes cannot show it. */
  readonly whereToLook?: string;
  /** Whether evictions were blocked, so that the message names the PodDisruptionBudget. */
  readonly blocked?: true;
  /** Whether the plan has moved on to another revision, so that the node cannot be retried. */
  readonly outdated?: true;
}

/** Every reason of a node. A reason without traits is shown as it is. */
const TRAITS: Readonly<Record<NodeReason, NodeReasonTraits>> = {
  AlreadyDone: { complete: true },
  AlreadyCurrent: { complete: true },
  NotReady: {},
  NothingToRun: { complete: true },
  NodeDeleted: { complete: true },
  NoLongerSelected: { complete: true },
  Quarantined: {},
  BeingRemoved: { complete: true },
  SkippedByAction: {},
  Aborted: {},
  BudgetExceeded: {},
  MadeByOlderVersion: {},
  RollingBack: {},
  FromVersionUnknown: {},
  NoRollback: {},
  PlanDeleted: {},
  Superseded: { outdated: true },
  DrainTimeout: { blocked: true },
  JobRefused: {},
  JobFailed: {},
  DeadlineExceeded: {},
  Overdue: {},
  UnannouncedReboot: {},
  NoReturnFromReboot: { whereToLook: 'look at its console' },
  PodNotGone: {},
  JobVanished: {},
  NodeNotReady: {},
  VerifyFailed: {},
};

const BY_REASON: ReadonlyMap<string | undefined, NodeReasonTraits> = new Map(Object.entries(TRAITS));

/** The traits of a reason as a record has it; none for a reason that only another version of Baton knows. */
export function nodeReasonTraits(reason: string | undefined): NodeReasonTraits {
  return BY_REASON.get(reason) ?? {};
}
