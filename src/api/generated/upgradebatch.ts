// Generated from crds/upgradebatches.baton.dev.yaml by `npm run generate`: do not edit.

import type { ObjectMeta } from '../object-meta.ts';

/** UpgradeBatch is a group of nodes that are upgraded, approved and reported together. The operator creates it from an UpgradePlan. */
export interface UpgradeBatch {
  readonly apiVersion: 'baton.dev/v1alpha1';
  readonly kind: 'UpgradeBatch';
  readonly metadata: ObjectMeta;
  /** spec is the work of the batch. It is immutable. */
  readonly spec: UpgradeBatchSpec;
  /** status is the observed state of the batch, with the notifications that it sends. */
  readonly status?: UpgradeBatchStatus;
}

/** `spec` of an UpgradeBatch. */
export interface UpgradeBatchSpec {
  /** plan is the name of the UpgradePlan. */
  readonly plan: string;
  /** planUid is the UID of the UpgradePlan. */
  readonly planUid: string;
  /** revision is the revision of the plan that the batch applies. */
  readonly revision: string;
  /** version is the spec.version of the plan when the batch was created. */
  readonly version: string;
  /** index is the number of the batch within the plan. It starts at 1 and is never reused. */
  readonly index: number;
  /** format is the version of the layout of the spec and the records. It is absent in batches that Baton 0.1 created. The operator does not continue a batch of another format: running processes finish, and the plan holds until it is resumed. */
  readonly format?: number;
  /** step is the index of the entry of the plan's spec.batches, from 0, that the batch was created for. */
  readonly step: number;
  /** stepName is the name of the step, if it has one. */
  readonly stepName?: string;
  /** domain is the topology domain of the nodes if the plan sets oneDomainAtATime, or (none) for nodes without the label. */
  readonly domain?: string;
  /** stepNodesRemaining is the number of nodes of the step that remain for later batches, if this batch could not hold them all. */
  readonly stepNodesRemaining?: number;
  /** planNodes is the number of nodes that the plan selected when the revision started. Percentages refer to it. */
  readonly planNodes: number;
  /** maxFailed is the number of nodes of this batch that may fail before no further nodes start. If the step was split into several batches, it is what remains of the step's limit. */
  readonly maxFailed?: number;
  /** retriesPerNode is the number of additional attempts on each node. */
  readonly retriesPerNode?: number;
  /** failedNodes is what happens to a node that fails after its upgrade has begun. Quarantine keeps it cordoned and tainted; Uncordon returns it to service. */
  readonly failedNodes?: 'Quarantine' | 'Uncordon';
  /** rollback is set if this batch rolls back another one. Its processes are then the rollback processes of that batch, in reverse order. */
  readonly rollback?: BatchRollback;
  /** nodes are the nodes of the batch, in the order in which they start. */
  readonly nodes: readonly BatchNode[];
  /** processes are the upgrade processes, as the plan defined them when the batch was created. */
  readonly processes: readonly BatchProcess[];
  /** drain is how the nodes are drained, as the plan defined it when the batch was created. */
  readonly drain?: BatchDrain;
}

/** `spec.rollback` of an UpgradeBatch. */
export interface BatchRollback {
  /** batch is the name of the UpgradeBatch that is rolled back. */
  readonly batch: string;
  /** decidedTime is when the rollback was decided. It equals status.rollback.time of the plan. */
  readonly decidedTime: string;
}

/** `spec.nodes[]` of an UpgradeBatch. */
export interface BatchNode {
  /** name is the name of the Node. */
  readonly name: string;
  /** uid is the UID of the Node. */
  readonly uid: string;
  /** processes are the names of the processes that run on the node, in order. */
  readonly processes: readonly string[];
  /** nodeDetail is how much notifications may reveal about the node, taken from the plan's notify.nodeDetails. Absent if no entry matches the node. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
  /** fromVersion is the version that a rollback returns the node to. Absent if it is unknown. */
  readonly fromVersion?: string;
}

/** `spec.processes[]` of an UpgradeBatch. */
export interface BatchProcess {
  /** name is the name of the process. */
  readonly name: string;
  /** disruption is how the process affects the host. Drain cordons and drains the node first; Reboot does the same and expects a reboot; None does neither. */
  readonly disruption: 'None' | 'Drain' | 'Reboot';
  /** report is how the process reports its progress. Socket mounts the reporter's socket; None does not. */
  readonly report: 'None' | 'Socket';
  /** deadlineSeconds is the maximum duration of the process, reboots included. */
  readonly deadlineSeconds: number;
  /** timing defines when the process is overdue, as in the plan when the batch was created. */
  readonly timing?: BatchTiming;
  /** onOverdue is what happens when the process is overdue. Alert reports it; Fail stops the process; Retry stops it and runs it once more. */
  readonly onOverdue?: 'Alert' | 'Fail' | 'Retry';
  /** rerun is Safe if the process may be stopped at any point and run again on the same node. */
  readonly rerun?: 'Unsafe' | 'Safe';
  /** template is the PodTemplateSpec of the process's Jobs. */
  readonly template?: Readonly<Record<string, unknown>>;
  /** daemonSet refers to the DaemonSet whose Pod on the node is replaced. */
  readonly daemonSet?: BatchDaemonSet;
  /** external is set if the node's own updater runs the process. */
  readonly external?: Readonly<Record<string, unknown>>;
  /** compatibility is the upgrade controller whose images the template is completed for. */
  readonly compatibility?: 'SystemUpgradeController';
  /** verify is what must hold on the node before the process counts as done. */
  readonly verify?: BatchVerify;
}

/** `spec.processes[].timing` of an UpgradeBatch. */
export interface BatchTiming {
  /** expectedSeconds is the usual duration of the process, without a reboot. */
  readonly expectedSeconds?: number;
  /** toleranceSeconds is how far the duration may exceed expectedSeconds before the process is overdue. */
  readonly toleranceSeconds?: number;
  /** rebootSeconds is the maximum duration of a reboot before the process is overdue. */
  readonly rebootSeconds?: number;
  /** silenceSeconds is the maximum time without a report, once the process has reported, before it is overdue. */
  readonly silenceSeconds?: number;
  /** tasks are the expected durations of individual tasks. */
  readonly tasks?: readonly TaskTiming[];
}

/** `spec.processes[].timing.tasks[]` of an UpgradeBatch. */
export interface TaskTiming {
  /** name is the name of the task, as used in reports. */
  readonly name: string;
  /** expectedSeconds is the usual duration of the task. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how far the duration may exceed expectedSeconds before the process is overdue. */
  readonly toleranceSeconds?: number;
}

/** `spec.processes[].daemonSet` of an UpgradeBatch. */
export interface BatchDaemonSet {
  /** namespace is the namespace of the DaemonSet. */
  readonly namespace: string;
  /** name is the name of the DaemonSet. */
  readonly name: string;
}

/** `spec.processes[].verify` of an UpgradeBatch. */
export interface BatchVerify {
  /** kernelVersion is the pattern that the kernel version must match. */
  readonly kernelVersion?: string;
  /** osImage is the pattern that the name of the operating system must match. */
  readonly osImage?: string;
  /** kubeletVersion is the pattern that the kubelet version must match. */
  readonly kubeletVersion?: string;
  /** containerRuntimeVersion is the pattern that the container runtime version must match. */
  readonly containerRuntimeVersion?: string;
  /** nodeLabels are labels that the Node must have with these values. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** daemonSetsReady requires every DaemonSet Pod on the node to be Ready. */
  readonly daemonSetsReady: boolean;
  /** stableSeconds is how long all conditions must hold without interruption. */
  readonly stableSeconds: number;
  /** timeoutSeconds is the time after the end of the process within which all conditions must hold. */
  readonly timeoutSeconds: number;
  /** jobTemplate is the PodTemplateSpec of the Job that verifies the node. */
  readonly jobTemplate?: Readonly<Record<string, unknown>>;
}

/** `spec.drain` of an UpgradeBatch. */
export interface BatchDrain {
  /** mode is Auto to cordon and drain nodes, Cordon to cordon them only, or None to leave them schedulable. Defaults to Auto. */
  readonly mode: 'Auto' | 'Cordon' | 'None';
  /** timeoutSeconds is the maximum duration of the drain of a node. */
  readonly timeoutSeconds?: number;
  /** ignore selects Pods that are not evicted. */
  readonly ignore?: BatchDrainIgnore;
  /** waitFor selects Pods that are given time to finish before anything is evicted. */
  readonly waitFor?: BatchDrainWaitFor;
  /** force selects the only Pods that may be deleted in violation of their PodDisruptionBudget. */
  readonly force?: BatchDrainForce;
  /** emptyDirData is Delete to allow the eviction of Pods with emptyDir volumes. Defaults to Keep. */
  readonly emptyDirData: 'Keep' | 'Delete';
  /** unmanagedPods is Delete to allow the eviction of Pods without a controller. Defaults to Keep. */
  readonly unmanagedPods: 'Keep' | 'Delete';
}

/** `spec.drain.ignore` of an UpgradeBatch. */
export interface BatchDrainIgnore {
  /** podSelector selects Pods by their labels. */
  readonly podSelector: PodSelector;
}

/** `spec.drain.ignore.podSelector` of an UpgradeBatch. */
export interface PodSelector {
  /** matchLabels are labels that must be present with these values. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** matchExpressions are label requirements, all of which must be met. */
  readonly matchExpressions?: readonly PodSelectorRequirement[];
}

/** `spec.drain.ignore.podSelector.matchExpressions[]` of an UpgradeBatch. */
export interface PodSelectorRequirement {
  /** key is the label key that the requirement applies to. */
  readonly key: string;
  /** operator is the relation between the label and the values. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** values are the values that the label is compared with. */
  readonly values?: readonly string[];
}

/** `spec.drain.waitFor` of an UpgradeBatch. */
export interface BatchDrainWaitFor {
  /** podSelector selects Pods by their labels. */
  readonly podSelector: PodSelector;
  /** timeoutSeconds is the maximum time to wait for these Pods. */
  readonly timeoutSeconds: number;
}

/** `spec.drain.force` of an UpgradeBatch. */
export interface BatchDrainForce {
  /** podSelector selects Pods by their labels. */
  readonly podSelector: PodSelector;
}

/** `status` of an UpgradeBatch. */
export interface UpgradeBatchStatus {
  /** conditions contains Settled (every node has reached its outcome) and Notified (every sink has received the notification). */
  readonly conditions?: readonly Condition[];
  /** agent is the node whose agent sends the notifications of the batch. */
  readonly agent?: string;
  /** startTime is when the upgrade of the first node started. */
  readonly startTime?: string;
  /** settledTime is when the last node reached its outcome. */
  readonly settledTime?: string;
  /** summary counts the nodes of the batch by outcome. */
  readonly summary?: BatchSummary;
  /** nodes are the records of the nodes, one for each node of the batch. */
  readonly nodes?: readonly NodeRecord[];
  /** outlook is the state of the plan when the batch settled, and what follows. The notification is made from it and the records. */
  readonly outlook?: BatchOutlook;
  /** notification is the final notification of the batch, with its alerts and the receipts for both. */
  readonly notification?: BatchNotification;
  /** resumed is the UpgradeAction that resumed the plan after this batch. */
  readonly resumed?: Resumption;
  /** approved is the UpgradeAction that approved the start of this batch or the creation of the next one. */
  readonly approved?: Approval;
}

/** `status.conditions[]` of an UpgradeBatch. */
export interface Condition {
  /** type is the type of the condition. */
  readonly type: string;
  /** status is the status of the condition. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** reason is a CamelCase identifier for why the condition has this status. */
  readonly reason: string;
  /** message is a human-readable explanation of the status. */
  readonly message: string;
  /** observedGeneration is the metadata.generation that the condition is based on. */
  readonly observedGeneration?: number;
  /** lastTransitionTime is when the status of the condition last changed. */
  readonly lastTransitionTime: string;
}

/** `status.summary` of an UpgradeBatch. */
export interface BatchSummary {
  /** nodes is the number of nodes in the batch. */
  readonly nodes?: number;
  /** succeeded is the number of nodes that succeeded. */
  readonly succeeded?: number;
  /** rolledBack is the number of nodes that are back at their previous version. */
  readonly rolledBack?: number;
  /** failed is the number of nodes that failed. */
  readonly failed?: number;
  /** skipped is the number of nodes that were skipped. */
  readonly skipped?: number;
  /** notAttempted is the number of nodes whose upgrade never started because the rollout stopped. */
  readonly notAttempted?: number;
  /** running is the number of nodes whose upgrade is in progress. */
  readonly running?: number;
  /** overdue is the number of nodes with an overdue process. */
  readonly overdue?: number;
  /** peakUnavailable is the highest number of the plan's nodes observed to be unavailable at once while the batch ran. */
  readonly peakUnavailable?: number;
  /** drainWaits are the obstacles that delayed drains the most, ordered by total time. Delays of less than 30 seconds are omitted. */
  readonly drainWaits?: readonly DrainWait[];
}

/** `status.summary.drainWaits[]` of an UpgradeBatch. */
export interface DrainWait {
  /** budget is the PodDisruptionBudget that blocked evictions, as namespace/name. */
  readonly budget?: string;
  /** pod is the Pod that blocked drains for another reason than a PodDisruptionBudget, as namespace/name. */
  readonly pod?: string;
  /** seconds is the total time for which it blocked drains. */
  readonly seconds: number;
  /** longestSeconds is the longest time for which it blocked a single drain. */
  readonly longestSeconds: number;
  /** nodes is the number of drains that it blocked. */
  readonly nodes: number;
}

/** `status.nodes[]` of an UpgradeBatch. */
export interface NodeRecord {
  /** name is the name of the Node. */
  readonly name: string;
  /** state is how far the upgrade of the node has progressed. */
  readonly state: 'Pending' | 'Draining' | 'Upgrading' | 'Verifying' | 'Succeeded' | 'RolledBack' | 'Failed' | 'Skipped' | 'NotAttempted';
  /** reason is a CamelCase identifier for why the node is in this state. */
  readonly reason?: string;
  /** message is a human-readable explanation of the state. */
  readonly message?: string;
  /** fromVersion is the version that the node had before or, in a rollback, returns to. Absent if it is unknown. */
  readonly fromVersion?: string;
  /** startTime is when the upgrade of the node started. */
  readonly startTime?: string;
  /** endTime is when the node reached its outcome. */
  readonly endTime?: string;
  /** quarantined is true while the node stays cordoned and tainted after a failure. */
  readonly quarantined?: boolean;
  /** raisedAlerts are the alerts that were raised for the node and still apply. They are not raised again. */
  readonly raisedAlerts?: readonly ('NodeFailed' | 'NodeOverdue')[];
  /** retriedBy is the UID of the UpgradeAction that puts the node into a later batch. */
  readonly retriedBy?: string;
  /** overdue is true while a process on the node is overdue. */
  readonly overdue?: boolean;
  /** drain is the obstacle that the drain of the node waits for or failed on. */
  readonly drain?: DrainRecord;
  /** processes are the records of the processes that have started on the node. */
  readonly processes?: readonly ProcessRecord[];
}

/** `status.nodes[].drain` of an UpgradeBatch. */
export interface DrainRecord {
  /** pod is the Pod that blocks the drain, as namespace/name. */
  readonly pod?: string;
  /** budget is the PodDisruptionBudget, in the namespace of the Pod, that blocks its eviction. */
  readonly budget?: string;
  /** blockedSinceTime is when this Pod began to block the drain. */
  readonly blockedSinceTime?: string;
  /** evictionStartTime is when evictions began, if drain.waitFor delayed them. */
  readonly evictionStartTime?: string;
  /** forcedDeletionStartTime is when the drain began to delete Pods in violation of their PodDisruptionBudgets. */
  readonly forcedDeletionStartTime?: string;
}

/** `status.nodes[].processes[]` of an UpgradeBatch. */
export interface ProcessRecord {
  /** name is the name of the process. */
  readonly name: string;
  /** state is how far the process has progressed. Skipped means that it had nothing to do. */
  readonly state: 'Running' | 'Verifying' | 'Succeeded' | 'Failed' | 'Skipped';
  /** reason is a CamelCase identifier for why the process is in this state. */
  readonly reason?: string;
  /** message is a human-readable explanation of the state. */
  readonly message?: string;
  /** attempt is the number of the attempt on the node, from 1, in which the process ran. */
  readonly attempt?: number;
  /** startTime is when the process started. For a Job, it is when the Job was created. */
  readonly startTime?: string;
  /** endTime is when the process ended. */
  readonly endTime?: string;
  /** bootId is the boot ID of the host when the process started. */
  readonly bootId?: string;
  /** rebooting is true once the process has reported UpgradeRebooting. */
  readonly rebooting?: boolean;
  /** verifyDeadlineTime is the time by which verify must hold. It is set once the process itself has succeeded. */
  readonly verifyDeadlineTime?: string;
  /** verifyStableSinceTime is the time since which all conditions of verify have held without interruption. */
  readonly verifyStableSinceTime?: string;
  /** verifiedTime is when verify had held for stableSeconds. endTime remains the time at which the process itself ended. */
  readonly verifiedTime?: string;
  /** rebootTime is when the process reported UpgradeRebooting. */
  readonly rebootTime?: string;
  /** lastHeardTime is when the last report of the process was received. It is updated only as often as silenceSeconds requires. */
  readonly lastHeardTime?: string;
  /** task is the current task of the process, if the plan defines an expected duration for it. */
  readonly task?: TaskRecord;
  /** checkpoint is the state that the process saved for its next attempt, as one key=value pair per line. */
  readonly checkpoint?: string;
  /** overdue is set while the process is overdue. */
  readonly overdue?: OverdueRecord;
}

/** `status.nodes[].processes[].task` of an UpgradeBatch. */
export interface TaskRecord {
  /** name is the name of the task, as used in reports. */
  readonly name: string;
  /** startTime is when the task was first reported. */
  readonly startTime: string;
}

/** `status.nodes[].processes[].overdue` of an UpgradeBatch. */
export interface OverdueRecord {
  /** reason is a CamelCase identifier for what is overdue. */
  readonly reason: string;
  /** message is a human-readable explanation of what is overdue. */
  readonly message: string;
  /** sinceTime is when the process became overdue. */
  readonly sinceTime: string;
}

/** `status.outlook` of an UpgradeBatch. */
export interface BatchOutlook {
  /** next is what follows this batch. */
  readonly next: 'NextBatch' | 'Paused' | 'Aborted' | 'RollingBack' | 'RolledBack' | 'Done' | 'Deleted' | 'Waiting';
  /** reason is a CamelCase identifier for why the next batch is not created yet. */
  readonly reason?: string;
  /** message is a human-readable description of what follows. */
  readonly message: string;
  /** rollbackScope is what an UpgradeAction Rollback can roll back: this batch or the whole revision. Absent if nothing can be rolled back. */
  readonly rollbackScope?: 'Batch' | 'Plan';
  /** nextBatchIndex is the index of the next batch. */
  readonly nextBatchIndex?: number;
  /** nextBatchNodes is the number of nodes in the next batch. */
  readonly nextBatchNodes?: number;
  /** lastBatchIndex is the expected index of the last batch of the revision. */
  readonly lastBatchIndex?: number;
  /** planNodes is the number of nodes that the plan selects. */
  readonly planNodes?: number;
  /** planSucceeded is the number of those nodes that are done. */
  readonly planSucceeded?: number;
  /** planFailed is the number of those nodes that failed. */
  readonly planFailed?: number;
  /** maxFailed is the failure budget of the plan, as a number of nodes. */
  readonly maxFailed?: number;
  /** maxUnavailable is the maximum number of unavailable nodes that the plan allows. */
  readonly maxUnavailable?: number;
  /** expectedSeconds is the expected duration of the batch, based on earlier batches or on the plan. */
  readonly expectedSeconds?: number;
  /** timing is the expected duration of each process on a node. */
  readonly timing?: readonly OutlookTiming[];
  /** nextBatchTime is when the next batch is expected to be created. Absent if that depends on a person. */
  readonly nextBatchTime?: string;
  /** nextNotificationTime is the latest time at which the notification of the next batch is expected, if everything goes as usual. */
  readonly nextNotificationTime?: string;
  /** windowEndTime is when the maintenance windows that are open at nextBatchTime close. If a person has to act first, it is when the currently open windows close. */
  readonly windowEndTime?: string;
  /** nextWindowTime is when the next maintenance window opens, if a person has to act first and all windows are closed. */
  readonly nextWindowTime?: string;
  /** gates is Open if all gates of the next batch were open, and Unknown if they were not evaluated. A closed gate is shown in reason instead. */
  readonly gates?: 'Open' | 'Unknown';
  /** timeZone is the time zone in which the notification shows times, taken from the plan's windows. */
  readonly timeZone?: string;
  /** estimatedEndTime is when the rollout is expected to end. */
  readonly estimatedEndTime?: string;
  /** story is the summary of the whole rollout, set when the rollout has ended. */
  readonly story?: RolloutStory;
}

/** `status.outlook.timing[]` of an UpgradeBatch. */
export interface OutlookTiming {
  /** process is the name of the process. */
  readonly process: string;
  /** expectedSeconds is the usual duration of the process, without a reboot. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how far the duration may exceed expectedSeconds. */
  readonly toleranceSeconds: number;
}

/** `status.outlook.story` of an UpgradeBatch. */
export interface RolloutStory {
  /** startTime is when the first batch was created. */
  readonly startTime: string;
  /** waits are the total times during which no node could start, by reason. */
  readonly waits?: readonly StoryWait[];
  /** batches is the number of batches in the rollout. */
  readonly batches: number;
  /** listedBatches are the results of the first batches, the last batches, and the most recent unsuccessful ones in between. */
  readonly listedBatches?: readonly StoryBatch[];
  /** failures are the reasons for which nodes failed, the most frequent first. */
  readonly failures?: readonly StoryFailure[];
  /** recovered is the number of nodes that failed and then succeeded in a later batch. */
  readonly recovered?: number;
  /** retried is the number of nodes that succeeded after more than one attempt in the same batch. */
  readonly retried?: number;
  /** peakUnavailable is the highest number of the plan's nodes observed to be unavailable at once. */
  readonly peakUnavailable?: number;
  /** quarantined is the number of nodes in quarantine. */
  readonly quarantined?: number;
  /** quarantinedNodes are the first 20 nodes in quarantine. */
  readonly quarantinedNodes?: readonly QuarantinedNode[];
  /** actions are the UpgradeActions that were applied during the rollout, the oldest first. */
  readonly actions?: readonly StoryAction[];
  /** dependents are plans in this namespace that depend on this plan. */
  readonly dependents?: readonly StoryDependent[];
  /** rollbackResult is the result of the rollback, if the rollout ended with one. */
  readonly rollbackResult?: StoryRollback;
  /** drainWaits are the obstacles that delayed drains the most in the whole rollout, ordered by total time. */
  readonly drainWaits?: readonly DrainWait[];
}

/** `status.outlook.story.waits[]` of an UpgradeBatch. */
export interface StoryWait {
  /** reason is a CamelCase identifier for the wait. */
  readonly reason: string;
  /** seconds is the total time spent waiting for this reason. */
  readonly seconds: number;
}

/** `status.outlook.story.listedBatches[]` of an UpgradeBatch. */
export interface StoryBatch {
  /** index is the index of the batch. */
  readonly index: number;
  /** nodes is the number of nodes in the batch. */
  readonly nodes: number;
  /** succeeded is the number of nodes that succeeded. */
  readonly succeeded: number;
  /** failed is the number of nodes that failed. */
  readonly failed: number;
  /** kind is Rollback if the batch rolled back another one, Retry if all its nodes had failed in earlier batches, and Upgrade otherwise. */
  readonly kind: 'Upgrade' | 'Retry' | 'Rollback';
}

/** `status.outlook.story.failures[]` of an UpgradeBatch. */
export interface StoryFailure {
  /** reason is a CamelCase identifier for the failure. */
  readonly reason: string;
  /** process is the name of the process that failed. */
  readonly process?: string;
  /** count is the number of failures with this reason. */
  readonly count: number;
}

/** `status.outlook.story.quarantinedNodes[]` of an UpgradeBatch. */
export interface QuarantinedNode {
  /** name is the name of the Node. */
  readonly name: string;
  /** nodeDetail is how much notifications may reveal about the node, taken from the plan's notify.nodeDetails. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
}

/** `status.outlook.story.actions[]` of an UpgradeBatch. */
export interface StoryAction {
  /** action is the requested action. */
  readonly action: string;
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** reason is the reason given for the action. */
  readonly reason?: string;
  /** time is when the action was applied. */
  readonly time: string;
}

/** `status.outlook.story.dependents[]` of an UpgradeBatch. */
export interface StoryDependent {
  /** plan is the name of the UpgradePlan. */
  readonly plan: string;
  /** state is Unblocked if all dependencies of the plan have succeeded, and Blocked otherwise. */
  readonly state: 'Unblocked' | 'Blocked';
  /** nextWindowTime is when the next maintenance window of the plan opens, if all its windows are closed. */
  readonly nextWindowTime?: string;
}

/** `status.outlook.story.rollbackResult` of an UpgradeBatch. */
export interface StoryRollback {
  /** target is what was rolled back: the name of a batch, or the revision. */
  readonly target: string;
  /** rolledBack is the number of nodes that are back at their previous version. */
  readonly rolledBack: number;
  /** notRolledBack is the number of nodes whose rollback was attempted without success. */
  readonly notRolledBack: number;
  /** versions are the versions of the nodes that were rolled back, the most frequent first. */
  readonly versions?: readonly StoryVersion[];
}

/** `status.outlook.story.rollbackResult.versions[]` of an UpgradeBatch. */
export interface StoryVersion {
  /** to is the version that the nodes returned to. Absent if it is unknown. */
  readonly to?: string;
  /** nodes is the number of nodes at this version. */
  readonly nodes: number;
}

/** `status.notification` of an UpgradeBatch. */
export interface BatchNotification {
  /** id is the stable ID of the notification: <batch uid>/<sequence>. */
  readonly id: string;
  /** sinks are the names of the sinks that receive the notification. */
  readonly sinks?: readonly string[];
  /** sinksAddedTime is when sinks were added because the rollout ended after the batch had settled. */
  readonly sinksAddedTime?: string;
  /** alerts are the latest alerts that were raised while this was the newest batch. */
  readonly alerts?: readonly BatchAlert[];
  /** activeAlerts are the alerts about the rollout as a whole that were raised and still apply. */
  readonly activeAlerts?: readonly ('RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired')[];
  /** pendingAlertTime is when the first problem for the next alert was observed. */
  readonly pendingAlertTime?: string;
  /** receipts are the results of sending the batch's messages, one for each message and sink, and the latest result of each sink's probe if a probe has failed. */
  readonly receipts?: readonly Receipt[];
}

/** `status.notification.alerts[]` of an UpgradeBatch. */
export interface BatchAlert {
  /** id is the stable ID of the alert: <batch uid>/<sequence>. Sequences start at 2. */
  readonly id: string;
  /** time is when the alert was raised. */
  readonly time: string;
  /** action is Act if a person has to act, and None otherwise. */
  readonly action: 'Act' | 'None';
  /** causes are the problems that the alert reports. */
  readonly causes: readonly AlertCause[];
  /** next is a human-readable description of what follows. */
  readonly next: string;
  /** sinks are the names of the sinks that receive the alert. Sinks that have not received it when the batch settles receive the final notification instead. */
  readonly sinks?: readonly string[];
}

/** `status.notification.alerts[].causes[]` of an UpgradeBatch. */
export interface AlertCause {
  /** alert is the kind of problem. */
  readonly alert: 'NodeFailed' | 'NodeOverdue' | 'RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired';
  /** reason is a CamelCase identifier for the cause of the problem. */
  readonly reason?: string;
  /** process is the name of the affected process. */
  readonly process?: string;
  /** message is a human-readable description of the problem. */
  readonly message?: string;
  /** count is the number of affected nodes. */
  readonly count: number;
  /** nodes are the names of the affected nodes, with ranges in brackets, truncated if there are many. */
  readonly nodes?: string;
  /** quarantined is true if the affected nodes are in quarantine. */
  readonly quarantined?: boolean;
}

/** `status.notification.receipts[]` of an UpgradeBatch. */
export interface Receipt {
  /** sink is the name of the sink. */
  readonly sink: string;
  /** id is the ID of the message. Probes have the ID <batch uid>/probe, then <batch uid>/probe.2 and so on. */
  readonly id: string;
  /** outcome is Delivered, or Failed if the message is not sent again. For a probe, it is Failed, or Reached after an earlier failure. */
  readonly outcome: 'Delivered' | 'Failed' | 'Reached';
  /** reason is a CamelCase identifier for why the message or probe failed. */
  readonly reason?: string;
  /** message is a human-readable explanation of the failure. */
  readonly message?: string;
  /** node is the node whose agent sent the message or probe. */
  readonly node?: string;
  /** attempts is the number of attempts that this agent made. */
  readonly attempts?: number;
  /** handle is the sink's identifier for the message, used to update it or to reply to it. */
  readonly handle?: string;
  /** remark is a problem with a message that was delivered nevertheless. */
  readonly remark?: ReceiptRemark;
  /** time is when the message was delivered or given up, or when the probe ended. */
  readonly time: string;
}

/** `status.notification.receipts[].remark` of an UpgradeBatch. */
export interface ReceiptRemark {
  /** reason is a CamelCase identifier for the problem. */
  readonly reason: string;
  /** message is a human-readable description of the problem. */
  readonly message: string;
}

/** `status.resumed` of an UpgradeBatch. */
export interface Resumption {
  /** action is the name of the UpgradeAction. */
  readonly action: string;
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** maxFailed is the failure budget of the plan from then on: a number, or a percentage of the plan's nodes. */
  readonly maxFailed?: number | string;
  /** format is the batch format of the operator that applied the action. Only a Resume that this format applied lets a plan continue after a batch of another format. */
  readonly format?: number;
  /** time is when the action was applied. */
  readonly time: string;
}

/** `status.approved` of an UpgradeBatch. */
export interface Approval {
  /** action is the name of the UpgradeAction. */
  readonly action: string;
  /** approval is the kind of approval that was given, as in the plan's spec.batches[].approval. */
  readonly approval: 'BeforeStart' | 'BeforeNext';
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** time is when the action was applied. */
  readonly time: string;
}
