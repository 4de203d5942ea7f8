/** Condition types and reasons. docs/conditions.md explains each reason; a test proves that none is missing there. */

/** Types of conditions. */
export const CONDITIONS = {
  /** UpgradePlan: the spec can be carried out. False: `Invalid`, nothing starts. */
  accepted: 'Accepted',
  /** UpgradePlan (kstatus): nothing is left to do and nothing is wrong. */
  ready: 'Ready',
  /** UpgradePlan (kstatus): work is going on. Present only while True. */
  reconciling: 'Reconciling',
  /** UpgradePlan (kstatus): stopped until somebody acts. Present only while True. */
  stalled: 'Stalled',
  /** UpgradePlan: nothing has moved for too long, and the reason names what is to blame. Present only while True. */
  rolloutStalled: 'RolloutStalled',
  /** UpgradePlan: every node is done; False when any failed. */
  succeeded: 'Succeeded',
  /** UpgradePlan: every notification has gone out. */
  notificationsDelivered: 'NotificationsDelivered',
  /** UpgradeBatch: every node has its outcome. */
  settled: 'Settled',
  /** UpgradeBatch: every sink has a receipt. */
  notified: 'Notified',
  /** UpgradeAction: it was done. */
  applied: 'Applied',
} as const;

/** Reasons of plan conditions, each with when it surfaces. */
export const PLAN_REASONS = {
  /** Accepted=True: the spec was looked at and nothing is wrong with it. */
  Valid: 'Valid',
  /** Accepted=False: the API server refuses a Pod made from a process's template. */
  TemplateRefused: 'TemplateRefused',
  /** Accepted=False: a window never opens, or its schedule or time zone means nothing. */
  ScheduleInvalid: 'ScheduleInvalid',
  /** Accepted=False: the Pods of a process fit on none of its nodes. */
  NoNodeFits: 'NoNodeFits',
  /** Accepted=False: the DaemonSet of a process does not exist. */
  DaemonSetMissing: 'DaemonSetMissing',
  /** Accepted=False: the DaemonSet of a process rolls by itself. */
  DaemonSetNotOnDelete: 'DaemonSetNotOnDelete',
  /** Accepted=Unknown: the template could not be tried (the API server did not answer), or the newest revision of a DaemonSet is not known. */
  ValidationPending: 'ValidationPending',
  /** Stalled: nodeSelector chooses no node. */
  NoNodes: 'NoNodes',
  /** Running: a batch is under way. */
  BatchRunning: 'BatchRunning',
  /** Running: the baton is on its way to the next holder. */
  BatonMoving: 'BatonMoving',
  /** Running: the batch is settled and its notification is on its way. */
  Notifying: 'Notifying',
  /** Waiting: not every sink has got the notification of the last batch, and the plan requires it. */
  NotificationPending: 'NotificationPending',
  /** Paused: a sink will never take the notification of the last batch, and the plan requires it. */
  NotificationFailed: 'NotificationFailed',
  /** Waiting: nodes that are down use up maxUnavailable. */
  MaxUnavailableReached: 'MaxUnavailableReached',
  /** Waiting: every node in its turn is held up in its drain, by Pods that may not go. */
  DrainBlocked: 'DrainBlocked',
  /** Waiting: a node of another topology domain is in its turn, or down since its upgrade failed (`oneDomainAtATime`). */
  OneDomainAtATime: 'OneDomainAtATime',
  /** Waiting: the nodes still to do are claimed by another plan. */
  ClaimedByOthers: 'ClaimedByOthers',
  /** Waiting: the last batch is left to prove itself for the soakSeconds of its step. */
  Soaking: 'Soaking',
  /** Waiting: a gate is closed, or not open for long enough. */
  GateClosed: 'GateClosed',
  /** Accepted=False: the expression of a gate is no CEL. */
  GateInvalid: 'GateInvalid',
  /** Paused: a batch, or the next one, waits for an UpgradeAction Approve. */
  ApprovalRequired: 'ApprovalRequired',
  /** Waiting: a plan of `dependsOn` has not succeeded at its version. */
  DependencyNotMet: 'DependencyNotMet',
  /** Waiting: another plan of `exclusiveGroup` runs. */
  ExclusiveGroupBusy: 'ExclusiveGroupBusy',
  /** Waiting: nodes that came late wait for others. */
  CollectingNewNodes: 'CollectingNewNodes',
  /** Waiting: every window is closed, or closes before the next node would be done. */
  WindowClosed: 'WindowClosed',
  /** Waiting: a freeze of the plan or of the cluster. */
  Frozen: 'Frozen',
  /** Waiting: the cluster's freezes cannot be read or understood. */
  FreezesUnreadable: 'FreezesUnreadable',
  /** Waiting: the sinks that `notify.sinksFrom` names cannot be read or are wrong. */
  SinksUnreadable: 'SinksUnreadable',
  /** Paused: spec.paused is true. */
  PausedBySpec: 'PausedBySpec',
  /** Paused: an UpgradeAction Pause asked for it. */
  PausedByAct: 'PausedByAct',
  /** Aborted: the rollout of this revision was ended, by failure.then or by an UpgradeAction Abort. */
  Aborted: 'Aborted',
  /** Paused: more nodes failed than maxFailed allows. */
  BudgetExceeded: 'BudgetExceeded',
  /** Paused: too many nodes failed, and the rollback that failure.then asks for waits for an act. */
  RollbackApprovalRequired: 'RollbackApprovalRequired',
  /** Running: what the rollout did is being taken back. */
  RollingBack: 'RollingBack',
  /** RolledBack: what the rollout did was taken back, as far as it could be. The revision is over. */
  RolledBack: 'RolledBack',
  /** Succeeded: every node is at the version. */
  AllSucceeded: 'AllSucceeded',
  /** Succeeded: every node is done but some that were skipped, for example because they were down. */
  SomeSkipped: 'SomeSkipped',
  /** Failed: the rollout ended within its budget, but some nodes failed. */
  SomeFailed: 'SomeFailed',
  /** The plan is being deleted: what runs ends, then the nodes are released. */
  Deleting: 'Deleting',
} as const;

/** Reasons of the NotificationsDelivered condition of a plan and the Notified condition of a batch. */
export const NOTIFY_REASONS = {
  /** Every sink has its receipt. */
  Delivered: 'Delivered',
  /** The plan names no sink. */
  NoSinks: 'NoSinks',
  /** The batch is not settled yet. */
  NotSettled: 'NotSettled',
  /** On its way. */
  Pending: 'Pending',
  /** No node may hold the baton now; the notification stays in the outbox. */
  NoEligibleAgent: 'NoEligibleAgent',
  /** A sink refused it for good. */
  Refused: 'Refused',
  /** A mail server refuses the login. */
  AuthRefused: 'AuthRefused',
  /** A mail server does not protect the connection as the plan wants it. */
  TlsRefused: 'TlsRefused',
  /** A mail server took it, but not for all recipients. */
  RecipientsRefused: 'RecipientsRefused',
  /** Slack took its text alone. */
  BlocksRefused: 'BlocksRefused',
  /** The agent is older than the kind of the sink. */
  UnknownSink: 'UnknownSink',
  /** A Secret of the sink is missing. */
  SecretMissing: 'SecretMissing',
  /** The content of a Secret cannot be used. */
  SecretInvalid: 'SecretInvalid',
  /** The sink has an address that sinks may not have. */
  AddressNotAllowed: 'AddressNotAllowed',
  /** The receiver sends us somewhere else. */
  RedirectRefused: 'RedirectRefused',
  /** The sink's template failed: the built-in text was sent instead. */
  TemplateFailed: 'TemplateFailed',
  /** The agent cannot reach the receiver from its node. */
  SinkUnreachable: 'SinkUnreachable',
  /** Nobody took it within the time. */
  GivenUp: 'GivenUp',
  /** The sink was removed from the plan before it got the notification. */
  SinkRemoved: 'SinkRemoved',
} as const;

/** Reasons of the Settled condition of a batch. */
export const SETTLED_REASONS = {
  /** Turns are open or to come. */
  InProgress: 'InProgress',
  /** Every node has its outcome. */
  AllTerminal: 'AllTerminal',
} as const;

/** Reasons of a node's record. */
export const NODE_REASONS = {
  /** Skipped: the done-mark says that this revision is done. */
  AlreadyDone: 'AlreadyDone',
  /** Skipped: what every process would bring is there already, as its `verify` shows. */
  AlreadyCurrent: 'AlreadyCurrent',
  /** Skipped: NotReady when its turn came. */
  NotReady: 'NotReady',
  /** Skipped: no process of the plan is for this node. */
  NothingToRun: 'NothingToRun',
  /** Skipped: the Node is gone, or another Node has its name. */
  NodeDeleted: 'NodeDeleted',
  /** Skipped: the node no longer matches nodeSelector. */
  NoLongerSelected: 'NoLongerSelected',
  /** Skipped: quarantined by this or another plan when its turn came. */
  Quarantined: 'Quarantined',
  /** Skipped: an autoscaler is removing it. */
  BeingRemoved: 'BeingRemoved',
  /** Skipped: an UpgradeAction Skip asked for it. */
  SkippedByAct: 'SkippedByAct',
  /** NotAttempted: the rollout of this revision was aborted. */
  Aborted: 'Aborted',
  /** NotAttempted: too many nodes failed. */
  BudgetExceeded: 'BudgetExceeded',
  /** NotAttempted: the rollout is being rolled back. */
  RollingBack: 'RollingBack',
  /** Skipped in a rollback: nobody knows which version the node came from. */
  FromVersionUnknown: 'FromVersionUnknown',
  /** Skipped in a rollback, of a node or a process: what ran there has no job.rollback.template. */
  NoRollback: 'NoRollback',
  /** NotAttempted: the plan was deleted. */
  PlanDeleted: 'PlanDeleted',
  /** NotAttempted: the plan has moved on to another revision. */
  Superseded: 'Superseded',
  /** Failed before the upgrade began: the drain did not end in time. */
  DrainTimeout: 'DrainTimeout',
  /** Failed before the upgrade began: the Job could not be created. */
  JobRefused: 'JobRefused',
  /** Failed: the Job failed. */
  JobFailed: 'JobFailed',
  /** Failed: the process did not end before its deadline. */
  DeadlineExceeded: 'DeadlineExceeded',
  /** Failed: the host rebooted, but the process had not said that it would, and no `verify` shows what it did. */
  /** Failed: the process was overdue, and the plan says `onOverdue: Fail`, or it was overdue again after a retry. */
  Overdue: 'Overdue',
  /** Failed: the host rebooted, but the process had not said that it would. */
  UnannouncedReboot: 'UnannouncedReboot',
  /** Failed: the node did not come back from its reboot in time. */
  NoReturnFromReboot: 'NoReturnFromReboot',
  /** Failed: the old Pod of a DaemonSet did not end in time. */
  PodNotGone: 'PodNotGone',
  /** Failed: the Job is gone and nothing shows that its work was done. */
  JobVanished: 'JobVanished',
  /** Failed: the node was not Ready again in time after its process had ended. */
  NodeNotReady: 'NodeNotReady',
  /** Failed: what `verify` asks for did not hold in time after the process had ended. */
  VerifyFailed: 'VerifyFailed',
} as const;

/** Reasons of RolloutStalled beside those of the plan: what is to blame is a node in its turn, or nobody knows. */
export const STALL_REASONS = {
  /** The processes of a node do not end. */
  Upgrading: 'Upgrading',
  /** Nothing is known to hold the rollout. */
  Unknown: 'Unknown',
} as const;

/** Why a process is overdue: it has not ended, and what is late. */
export const OVERDUE_REASONS = {
  /** It runs longer than its reference time and tolerance. */
  TooLong: 'TooLong',
  /** The task that it is at takes longer than its reference time and tolerance. */
  TaskTooLong: 'TaskTooLong',
  /** It has announced a reboot, and the node is not back in time. */
  RebootTooLong: 'RebootTooLong',
  /** It has reported, and says nothing any more. */
  Silent: 'Silent',
  /** It is past its deadline and is being ended. */
  PastDeadline: 'PastDeadline',
} as const;

/** Reasons of the Applied condition of an UpgradeAction. */
export const ACTION_REASONS = {
  /** It was done. */
  Done: 'Done',
  /** It waits: for turns to be closed, or for what runs to be finished. */
  Pending: 'Pending',
  /** There is no plan of that name. */
  PlanNotFound: 'PlanNotFound',
  /** The named batch is not the one after which the plan paused, or that waits for approval. */
  WrongBatch: 'WrongBatch',
  /** The plan is paused neither by its failure budget nor by an act. */
  NotPaused: 'NotPaused',
  /** No batch of the plan waits for approval now. */
  NotWaiting: 'NotWaiting',
  /** One of the nodes is not quarantined by this plan. */
  NotQuarantined: 'NotQuarantined',
  /** The plan is at another revision than the named one. */
  WrongRevision: 'WrongRevision',
  /** The rollout of this revision is over. */
  RevisionEnded: 'RevisionEnded',
  /** The plan is paused already. */
  AlreadyPaused: 'AlreadyPaused',
  /** One of the nodes has not failed, or none has. */
  NotFailed: 'NotFailed',
  /** One of the nodes is in its turn. */
  NodeInTurn: 'NodeInTurn',
  /** One of the nodes has its outcome already, or is not of the plan. */
  NodeNotWaiting: 'NodeNotWaiting',
  /** What the rollout did is being rolled back. */
  RollingBack: 'RollingBack',
  /** No process of the plan has a job.rollback.template. */
  NoRollback: 'NoRollback',
  /** Nothing was changed, or nothing of it can be taken back. */
  NothingToRollBack: 'NothingToRollBack',
  /** The batch waits for two things, and the act does not say for which it is. */
  Ambiguous: 'Ambiguous',
} as const;

/** Reasons of the warnings in `status.preflight` of a plan: what may go wrong, and stops nothing. */
export const PREFLIGHT_REASONS = {
  /** A template's own nodeSelector or node affinity keeps its Pod off some nodes, for instance for their architecture. */
  NodeDoesNotFit: 'NodeDoesNotFit',
  /** The DaemonSet of a process has no Pod on some nodes: nothing is replaced there. */
  NoDaemonSetPod: 'NoDaemonSetPod',
  /** Nodes are in the turn of another plan. */
  NodesClaimed: 'NodesClaimed',
  /** Nodes are NotReady, cordoned or quarantined already. */
  NodesDown: 'NodesDown',
  /** A PodDisruptionBudget allows nothing now, and guards a Pod on one of the nodes. */
  DisruptionNotAllowed: 'DisruptionNotAllowed',
  /** Something could not be read, and was not looked at. */
  NotAllRead: 'NotAllRead',
  /** There are more warnings than the status holds. */
  MoreWarnings: 'MoreWarnings',
} as const;

/** Reasons of the Events about images that are pulled ahead. */
export const PRE_PULL_REASONS = {
  /** Images of the next batch cannot be pulled on some of its nodes. */
  PrePullFailed: 'PrePullFailed',
} as const;
