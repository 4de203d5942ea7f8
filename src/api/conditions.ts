/** Condition types and reasons. docs/conditions.md explains each reason; a test fails when one is missing there. */

/** Types of conditions. */
export const CONDITIONS = {
  /** UpgradePlan: the spec can be carried out. While False, nothing starts. */
  accepted: 'Accepted',
  /** UpgradePlan (kstatus): the rollout is complete and nothing is wrong. */
  ready: 'Ready',
  /** UpgradePlan (kstatus): the rollout is in progress. Present only while True. */
  reconciling: 'Reconciling',
  /** UpgradePlan (kstatus): stopped until somebody intervenes. Present only while True. */
  stalled: 'Stalled',
  /** UpgradePlan: no progress for too long; the reason names the cause. Present only while True. */
  rolloutStalled: 'RolloutStalled',
  /** UpgradePlan: every node is done. False when any node failed. */
  succeeded: 'Succeeded',
  /** UpgradePlan: every notification was delivered. */
  notificationsDelivered: 'NotificationsDelivered',
  /** UpgradeBatch: every node has an outcome. */
  settled: 'Settled',
  /** UpgradeBatch: every sink has a receipt. */
  notified: 'Notified',
  /** UpgradeAction: it was carried out. */
  applied: 'Applied',
} as const;

/** Reasons of plan conditions, each with the phase or condition that it belongs to. */
export const PLAN_REASONS = {
  /** Accepted=True: the spec was checked and is valid. */
  Valid: 'Valid',
  /** Accepted=False: the API server rejects a Pod made from a process's template. */
  TemplateRefused: 'TemplateRefused',
  /** Accepted=False: a window never opens, or its schedule or time zone is invalid. */
  ScheduleInvalid: 'ScheduleInvalid',
  /** Accepted=False: the Pods of a process fit on none of its nodes. */
  NoNodeFits: 'NoNodeFits',
  /** Accepted=False: the DaemonSet of a process does not exist. */
  DaemonSetMissing: 'DaemonSetMissing',
  /** Accepted=False: the DaemonSet of a process has an update strategy other than OnDelete. */
  DaemonSetNotOnDelete: 'DaemonSetNotOnDelete',
  /** Accepted=Unknown: the API server did not answer when it was asked to check a template, or a DaemonSet's newest revision is not known. */
  ValidationPending: 'ValidationPending',
  /** Stalled: nodeSelector matches no node. */
  NoNodes: 'NoNodes',
  /** Running: a batch is in progress. */
  BatchRunning: 'BatchRunning',
  /** Running: the baton is being passed to its next holder. */
  BatonMoving: 'BatonMoving',
  /** Running: the batch is settled and its notification is being delivered. */
  Notifying: 'Notifying',
  /** Waiting: the plan requires delivery, and some sinks have not received the last batch's notification yet. */
  NotificationPending: 'NotificationPending',
  /** Paused: the plan requires delivery, and a sink rejected the last batch's notification for good. */
  NotificationFailed: 'NotificationFailed',
  /** Waiting: nodes that are down use up maxUnavailable. */
  MaxUnavailableReached: 'MaxUnavailableReached',
  /** Waiting: every node in its turn is draining and blocked by Pods that cannot be evicted. */
  DrainBlocked: 'DrainBlocked',
  /** Waiting: a node of another topology domain is in its turn or down after a failed upgrade (`oneDomainAtATime`). */
  OneDomainAtATime: 'OneDomainAtATime',
  /** Waiting: another plan has claimed the remaining nodes. */
  ClaimedByOthers: 'ClaimedByOthers',
  /** Waiting: the soakSeconds of the last batch's step have not passed yet. */
  Soaking: 'Soaking',
  /** Waiting: a gate is closed, or has not been open for long enough. */
  GateClosed: 'GateClosed',
  /** Accepted=False: a gate's expression is not valid CEL. */
  GateInvalid: 'GateInvalid',
  /** Paused: the open batch or the next one waits for an UpgradeAction of type Approve. */
  ApprovalRequired: 'ApprovalRequired',
  /** Waiting: a plan in `dependsOn` has not succeeded at the required version. */
  DependencyNotMet: 'DependencyNotMet',
  /** Waiting: another plan of the same `exclusiveGroup` is running. */
  ExclusiveGroupBusy: 'ExclusiveGroupBusy',
  /** Waiting: new nodes are collected into a batch. */
  CollectingNewNodes: 'CollectingNewNodes',
  /** Waiting: every window is closed, or closes before the next node would finish. */
  WindowClosed: 'WindowClosed',
  /** Waiting: a freeze of the plan or of the cluster is in effect. */
  Frozen: 'Frozen',
  /** Waiting: the cluster's freezes cannot be read or are invalid. */
  FreezesUnreadable: 'FreezesUnreadable',
  /** Waiting: the sinks that `notify.sinksFrom` names cannot be read or are invalid. */
  SinksUnreadable: 'SinksUnreadable',
  /** Paused: spec.paused is true. */
  PausedBySpec: 'PausedBySpec',
  /** Paused: an UpgradeAction of type Pause was applied. */
  PausedByAction: 'PausedByAction',
  /** Paused: another version of Baton created the newest batch, in another format. An UpgradeAction of type Resume lets the plan continue. */
  MadeByOlderVersion: 'MadeByOlderVersion',
  /** Aborted: `failure.then` or an UpgradeAction of type Abort ended the rollout of this revision. */
  Aborted: 'Aborted',
  /** Paused: more nodes failed than maxFailed allows. */
  BudgetExceeded: 'BudgetExceeded',
  /** Paused: too many nodes failed, and the rollback that `failure.then` requests waits for an approving UpgradeAction. */
  RollbackApprovalRequired: 'RollbackApprovalRequired',
  /** Running: the rollout is being rolled back. */
  RollingBack: 'RollingBack',
  /** RolledBack: the rollout was rolled back as far as possible. This revision has ended. */
  RolledBack: 'RolledBack',
  /** Succeeded: every node is at the version. */
  AllSucceeded: 'AllSucceeded',
  /** Succeeded: every node is done, except some that were skipped, for example because they were down. */
  SomeSkipped: 'SomeSkipped',
  /** Failed: the rollout ended within its budget, but some nodes failed. */
  SomeFailed: 'SomeFailed',
  /** The plan is being deleted: open turns end, then the nodes are released. */
  Deleting: 'Deleting',
} as const;

/** A reason of a plan condition. */
export type PlanReason = keyof typeof PLAN_REASONS;

/** Reasons of the NotificationsDelivered condition of a plan and the Notified condition of a batch. */
export const NOTIFY_REASONS = {
  /** Every sink has a receipt. */
  Delivered: 'Delivered',
  /** The plan names no sink. */
  NoSinks: 'NoSinks',
  /** The batch is not settled yet. */
  NotSettled: 'NotSettled',
  /** Delivery is in progress. */
  Pending: 'Pending',
  /** No node is eligible to hold the baton now; the notification stays in the outbox. */
  NoEligibleAgent: 'NoEligibleAgent',
  /** A sink rejected it for good. */
  Refused: 'Refused',
  /** A mail server rejected the login. */
  AuthRefused: 'AuthRefused',
  /** A mail server does not offer the TLS that the plan requires. */
  TlsRefused: 'TlsRefused',
  /** A mail server accepted it, but rejected some of the recipients. */
  RecipientsRefused: 'RecipientsRefused',
  /** Slack rejected the blocks and accepted the plain text. */
  BlocksRefused: 'BlocksRefused',
  /** The agent is older than the sink's kind and does not know it. */
  UnknownSink: 'UnknownSink',
  /** A Secret of the sink is missing. */
  SecretMissing: 'SecretMissing',
  /** The content of a Secret cannot be used. */
  SecretInvalid: 'SecretInvalid',
  /** The sink's address is not allowed. */
  AddressNotAllowed: 'AddressNotAllowed',
  /** The receiver answered with a redirect, which is not followed. */
  RedirectRefused: 'RedirectRefused',
  /** The sink's template failed; the built-in text was sent instead. */
  TemplateFailed: 'TemplateFailed',
  /** The agent cannot reach the receiver from its node. */
  SinkUnreachable: 'SinkUnreachable',
  /** It was not accepted in time. */
  GivenUp: 'GivenUp',
  /** The sink was removed from the plan before the notification was delivered. */
  SinkRemoved: 'SinkRemoved',
} as const;

/** Reasons of the Settled condition of a batch. */
export const SETTLED_REASONS = {
  /** Some turns are open or have not begun. */
  InProgress: 'InProgress',
  /** Every node has an outcome. */
  AllTerminal: 'AllTerminal',
} as const;

/** Reasons of a node's record. */
export const NODE_REASONS = {
  /** Skipped: the node's done-mark shows that this revision is done. */
  AlreadyDone: 'AlreadyDone',
  /** Skipped: every process's `verify` already holds. */
  AlreadyCurrent: 'AlreadyCurrent',
  /** Skipped: NotReady when its turn came. */
  NotReady: 'NotReady',
  /** Skipped: no process of the plan applies to this node. */
  NothingToRun: 'NothingToRun',
  /** Skipped: the Node is gone, or another Node has its name. */
  NodeDeleted: 'NodeDeleted',
  /** Skipped: the node no longer matches nodeSelector. */
  NoLongerSelected: 'NoLongerSelected',
  /** Skipped: quarantined by this or another plan when its turn came. */
  Quarantined: 'Quarantined',
  /** Skipped: an autoscaler is removing it. */
  BeingRemoved: 'BeingRemoved',
  /** Skipped: an UpgradeAction of type Skip was applied. */
  SkippedByAction: 'SkippedByAction',
  /** NotAttempted: the rollout of this revision was aborted. */
  Aborted: 'Aborted',
  /** NotAttempted: too many nodes failed. */
  BudgetExceeded: 'BudgetExceeded',
  /** NotAttempted: another version of Baton created the batch, in another format. */
  MadeByOlderVersion: 'MadeByOlderVersion',
  /** NotAttempted: the rollout is being rolled back. */
  RollingBack: 'RollingBack',
  /** Skipped in a rollback: the node's earlier version is not known. */
  FromVersionUnknown: 'FromVersionUnknown',
  /** Skipped in a rollback, of a node or a process: the processes that ran there have no job.rollback.template. */
  NoRollback: 'NoRollback',
  /** NotAttempted: the plan was deleted. */
  PlanDeleted: 'PlanDeleted',
  /** NotAttempted: the plan has moved on to another revision. */
  Superseded: 'Superseded',
  /** Failed before the upgrade began: the drain did not finish in time. */
  DrainTimeout: 'DrainTimeout',
  /** Failed before the upgrade began: the API server rejected the Job. */
  JobRefused: 'JobRefused',
  /** Failed: the Job failed. */
  JobFailed: 'JobFailed',
  /** Failed: the process did not end before its deadline. */
  DeadlineExceeded: 'DeadlineExceeded',
  /** Failed: the process was overdue, and `onOverdue` is Fail, or it was overdue again after a retry. */
  Overdue: 'Overdue',
  /** Failed: the host rebooted, the process had not announced it, and no `verify` shows that the work is done. */
  UnannouncedReboot: 'UnannouncedReboot',
  /** Failed: the node did not come back from its reboot in time. */
  NoReturnFromReboot: 'NoReturnFromReboot',
  /** Failed: the old Pod of a DaemonSet did not terminate in time. */
  PodNotGone: 'PodNotGone',
  /** Failed: the Job has disappeared and nothing shows that its work was done. */
  JobVanished: 'JobVanished',
  /** Failed: the node was not Ready again in time after its process had ended. */
  NodeNotReady: 'NodeNotReady',
  /** Failed: `verify` did not hold in time after the process had ended. */
  VerifyFailed: 'VerifyFailed',
} as const;

/** A reason of a node's record. */
export type NodeReason = keyof typeof NODE_REASONS;

/** Reasons of RolloutStalled in addition to those of the plan: the cause is a node in its turn, or it is not known. */
export const STALL_REASONS = {
  /** The processes on a node do not end. */
  Upgrading: 'Upgrading',
  /** The cause is not known. */
  Unknown: 'Unknown',
} as const;

/** Reasons why a process that has not ended is overdue. */
export const OVERDUE_REASONS = {
  /** It has run longer than its expected time plus tolerance. */
  TooLong: 'TooLong',
  /** Its current task has taken longer than its expected time plus tolerance. */
  TaskTooLong: 'TaskTooLong',
  /** It announced a reboot, and the node did not come back in time. */
  RebootTooLong: 'RebootTooLong',
  /** It has reported before, and no report has arrived for too long. */
  Silent: 'Silent',
  /** It is past its deadline and is being ended. */
  PastDeadline: 'PastDeadline',
} as const;

/** Reasons of the Applied condition of an UpgradeAction. */
export const ACTION_REASONS = {
  /** It was carried out. */
  Done: 'Done',
  /** It waits for turns to close or for running work to finish. */
  Pending: 'Pending',
  /** No plan has that name. */
  PlanNotFound: 'PlanNotFound',
  /** The plan did not pause after the named batch, or that batch does not wait for approval. */
  WrongBatch: 'WrongBatch',
  /** Neither the failure budget nor an UpgradeAction has paused the plan. */
  NotPaused: 'NotPaused',
  /** No batch of the plan waits for approval now. */
  NotWaiting: 'NotWaiting',
  /** This plan has not quarantined one of the nodes. */
  NotQuarantined: 'NotQuarantined',
  /** The plan is not at the named revision. */
  WrongRevision: 'WrongRevision',
  /** The rollout of this revision has ended. */
  RevisionEnded: 'RevisionEnded',
  /** The plan is paused already. */
  AlreadyPaused: 'AlreadyPaused',
  /** A named node has not failed, or no node has. */
  NotFailed: 'NotFailed',
  /** One of the nodes is in its turn. */
  NodeInTurn: 'NodeInTurn',
  /** One of the nodes already has an outcome or does not belong to the plan. */
  NodeNotWaiting: 'NodeNotWaiting',
  /** The rollout is being rolled back. */
  RollingBack: 'RollingBack',
  /** No process of the plan has a job.rollback.template. */
  NoRollback: 'NoRollback',
  /** The rollout changed nothing, or none of its changes can be rolled back. */
  NothingToRollBack: 'NothingToRollBack',
  /** The batch waits for two approvals, and the action does not say which one it gives. */
  Ambiguous: 'Ambiguous',
} as const;

/** Reasons of the warnings in `status.preflight` of a plan. A warning does not stop the rollout. */
export const PREFLIGHT_REASONS = {
  /** A template's own nodeSelector or node affinity excludes some nodes, for example by their architecture. */
  NodeDoesNotFit: 'NodeDoesNotFit',
  /** The DaemonSet of a process has no Pod on some nodes, so nothing is replaced there. */
  NoDaemonSetPod: 'NoDaemonSetPod',
  /** Some nodes are in a turn of another plan. */
  NodesClaimed: 'NodesClaimed',
  /** Some nodes are already NotReady, cordoned or quarantined. */
  NodesDown: 'NodesDown',
  /** A PodDisruptionBudget that covers a Pod on one of the nodes allows no disruption now. */
  DisruptionNotAllowed: 'DisruptionNotAllowed',
  /** Some objects could not be read, so they were not checked. */
  ChecksIncomplete: 'ChecksIncomplete',
  /** There are more warnings than the status can hold. */
  MoreWarnings: 'MoreWarnings',
} as const;

/** Reasons of the Events about pulling images ahead of a batch. */
export const PRE_PULL_REASONS = {
  /** Images of the next batch cannot be pulled on some of its nodes. */
  PrePullFailed: 'PrePullFailed',
} as const;
