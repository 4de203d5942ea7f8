// Generated from crds/upgradebatches.baton.dev.yaml by `npm run generate`: do not edit.

import type { ObjectMeta } from '../object-meta.ts';

/** UpgradeBatch is the nodes that go together - the unit of approval, notification and baton. The operator writes it. */
export interface UpgradeBatch {
  readonly apiVersion: 'baton.dev/v1alpha1';
  readonly kind: 'UpgradeBatch';
  readonly metadata: ObjectMeta;
  /** spec is the work of the batch. It never changes. */
  readonly spec: UpgradeBatchSpec;
  /** status is the one aggregated status of the batch, and its outbox. */
  readonly status?: UpgradeBatchStatus;
}

/** `spec` of an UpgradeBatch. */
export interface UpgradeBatchSpec {
  /** plan is the name of the UpgradePlan. */
  readonly plan: string;
  /** planUid is the UID of the UpgradePlan. */
  readonly planUid: string;
  /** revision is the plan's revision that the batch carries out. */
  readonly revision: string;
  /** version is what the nodes are moved to. */
  readonly version: string;
  /** index counts the plan's batches through its whole life. */
  readonly index: number;
  /** step is the entry of the plan's batches (from 0) that this batch was cut for. */
  readonly step: number;
  /** stepName is the step's name where the plan gives it one. */
  readonly stepName?: string;
  /** domain is the topology domain of the nodes where the plan goes one domain at a time; (none) for nodes without the label. */
  readonly domain?: string;
  /** stepRest is how many nodes of the step are left for the next batch where this one could not hold them all. */
  readonly stepRest?: number;
  /** planNodes is how many nodes the plan chose when the revision started; percentages refer to it. */
  readonly planNodes: number;
  /** maxFailed is how many nodes of this batch may fail before nothing more starts; of a step that became several batches it is what the ones before have left. */
  readonly maxFailed?: number;
  /** retriesPerNode is how many more attempts a node of this batch gets. */
  readonly retriesPerNode?: number;
  /** failedNodes is what becomes of a node that failed once its upgrade had begun. */
  readonly failedNodes?: 'Quarantine' | 'Uncordon';
  /** rollback says that the batch takes back what another one did. Its processes are then the rollbacks of that batch's, in reverse order. */
  readonly rollback?: BatchRollback;
  /** nodes are the batch's nodes in the order of their turns. */
  readonly nodes: readonly BatchNode[];
  /** processes are the work, as the plan said when the batch was made. */
  readonly processes: readonly BatchProcess[];
  /** drain is how the nodes are emptied, as the plan said when the batch was made. */
  readonly drain?: BatchDrain;
}

/** `spec.rollback` of an UpgradeBatch. */
export interface BatchRollback {
  /** batch is the UpgradeBatch that is taken back. */
  readonly batch: string;
  /** decidedTime is when the rollback was decided - status.rollback.time of the plan. */
  readonly decidedTime: string;
}

/** `spec.nodes[]` of an UpgradeBatch. */
export interface BatchNode {
  /** name is the Node's name. */
  readonly name: string;
  /** uid is the Node's UID. */
  readonly uid: string;
  /** processes are the names of the processes that run on this node, in order. */
  readonly processes: readonly string[];
  /** nodeDetail is what the plan's notify.nodeDetails said may be told of the node; absent where none of them matched. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
  /** fromVersion is the version that the node goes back to in a rollback. Absent where nobody knows it. */
  readonly fromVersion?: string;
}

/** `spec.processes[]` of an UpgradeBatch. */
export interface BatchProcess {
  /** name is the process's name. */
  readonly name: string;
  /** disruption is what the process does to the host. */
  readonly disruption: 'None' | 'Drain' | 'Reboot';
  /** report is how the process reports. */
  readonly report: 'None' | 'Socket';
  /** deadlineSeconds is the hard end of the process. */
  readonly deadlineSeconds: number;
  /** timing says when the process is overdue, as the plan said when the batch was made. */
  readonly timing?: BatchTiming;
  /** onOverdue is what follows when the process is overdue. */
  readonly onOverdue?: 'Alert' | 'Fail' | 'Retry';
  /** rerun is whether the process may be run again on the same node. */
  readonly rerun?: 'Unsafe' | 'Safe';
  /** template is the PodTemplateSpec of the process's Jobs. */
  readonly template?: Readonly<Record<string, unknown>>;
  /** daemonSet is the DaemonSet whose Pod on the node is replaced. */
  readonly daemonSet?: BatchDaemonSet;
  /** external is that the node's own updater carries the process out. */
  readonly external?: Readonly<Record<string, unknown>>;
  /** compatibility is whose images the template is completed for. */
  readonly compatibility?: 'SystemUpgradeController';
  /** verify is what must hold on the node before the process counts as done. */
  readonly verify?: BatchVerify;
}

/** `spec.processes[].timing` of an UpgradeBatch. */
export interface BatchTiming {
  /** expectedSeconds is how long the process usually takes, without a reboot. */
  readonly expectedSeconds?: number;
  /** toleranceSeconds is how much longer it may take. */
  readonly toleranceSeconds?: number;
  /** rebootSeconds is how long its reboot may take. */
  readonly rebootSeconds?: number;
  /** silenceSeconds is how long it may say nothing once it has reported. */
  readonly silenceSeconds?: number;
  /** tasks are the times of single tasks. */
  readonly tasks?: readonly TaskTiming[];
}

/** `spec.processes[].timing.tasks[]` of an UpgradeBatch. */
export interface TaskTiming {
  /** name is the task as reports name it. */
  readonly name: string;
  /** expectedSeconds is how long the task usually takes. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how much longer it may take. */
  readonly toleranceSeconds?: number;
}

/** `spec.processes[].daemonSet` of an UpgradeBatch. */
export interface BatchDaemonSet {
  /** namespace is the DaemonSet's. */
  readonly namespace: string;
  /** name is the DaemonSet's. */
  readonly name: string;
}

/** `spec.processes[].verify` of an UpgradeBatch. */
export interface BatchVerify {
  /** kernelVersion is the pattern of the kernel's version. */
  readonly kernelVersion?: string;
  /** osImage is the pattern of the operating system's name. */
  readonly osImage?: string;
  /** kubeletVersion is the pattern of the kubelet's version. */
  readonly kubeletVersion?: string;
  /** containerRuntimeVersion is the pattern of the container runtime's version. */
  readonly containerRuntimeVersion?: string;
  /** nodeLabels are labels with their values. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** daemonSetsReady is whether every DaemonSet Pod on the node must be Ready. */
  readonly daemonSetsReady: boolean;
  /** stableSeconds is for how long all of it must hold. */
  readonly stableSeconds: number;
  /** timeoutSeconds is how long it may take until it holds. */
  readonly timeoutSeconds: number;
  /** jobTemplate is the PodTemplateSpec of the Job that looks at the node. */
  readonly jobTemplate?: Readonly<Record<string, unknown>>;
}

/** `spec.drain` of an UpgradeBatch. */
export interface BatchDrain {
  /** mode is whether nodes are drained, only cordoned, or left alone. */
  readonly mode: 'Auto' | 'Cordon' | 'None';
  /** timeoutSeconds is how long the Pods of a node may take to go. */
  readonly timeoutSeconds?: number;
  /** ignore names Pods that stay. */
  readonly ignore?: BatchDrainIgnore;
  /** waitFor names Pods that are waited for before anything is evicted. */
  readonly waitFor?: BatchDrainWaitFor;
  /** force names the only Pods that may be deleted past their budget. */
  readonly force?: BatchDrainForce;
  /** emptyDirData is whether Pods with emptyDir volumes may be evicted. */
  readonly emptyDirData: 'Keep' | 'Delete';
  /** unmanagedPods is whether Pods without a controller may be evicted. */
  readonly unmanagedPods: 'Keep' | 'Delete';
}

/** `spec.drain.ignore` of an UpgradeBatch. */
export interface BatchDrainIgnore {
  /** podSelector chooses Pods by their labels. */
  readonly podSelector: PodSelector;
}

/** `spec.drain.ignore.podSelector` of an UpgradeBatch. */
export interface PodSelector {
  /** matchLabels are labels that a Pod must have, each with this value. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** matchExpressions are conditions on labels that must all hold. */
  readonly matchExpressions?: readonly PodSelectorRequirement[];
}

/** `spec.drain.ignore.podSelector.matchExpressions[]` of an UpgradeBatch. */
export interface PodSelectorRequirement {
  /** key is the label that the requirement is about. */
  readonly key: string;
  /** operator relates the label to the values. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** values are compared with the label's value. */
  readonly values?: readonly string[];
}

/** `spec.drain.waitFor` of an UpgradeBatch. */
export interface BatchDrainWaitFor {
  /** podSelector chooses Pods by their labels. */
  readonly podSelector: PodSelector;
  /** timeoutSeconds is how long they are waited for. */
  readonly timeoutSeconds: number;
}

/** `spec.drain.force` of an UpgradeBatch. */
export interface BatchDrainForce {
  /** podSelector chooses Pods by their labels. */
  readonly podSelector: PodSelector;
}

/** `status` of an UpgradeBatch. */
export interface UpgradeBatchStatus {
  /** conditions are Settled (every node has its outcome) and Notified (every sink has a receipt). */
  readonly conditions?: readonly Condition[];
  /** agent is the node that speaks for the batch. */
  readonly agent?: string;
  /** startTime is when the first turn was opened. */
  readonly startTime?: string;
  /** settledTime is when the last node had its outcome. */
  readonly settledTime?: string;
  /** summary counts the batch's nodes by outcome. */
  readonly summary?: BatchSummary;
  /** nodes are the records, one for each node of the batch. */
  readonly nodes?: readonly NodeRecord[];
  /** outlook is the plan as it stood when the batch settled - what the notification says besides the records. */
  readonly outlook?: BatchOutlook;
  /** notification is the batch's entry in the outbox, with its receipts. */
  readonly notification?: BatchNotification;
  /** resumed says that an UpgradeAction let the plan go on after this batch. */
  readonly resumed?: Resumption;
  /** approved says that an UpgradeAction let the batch start, or let the next one be made. */
  readonly approved?: Approval;
}

/** `status.conditions[]` of an UpgradeBatch. */
export interface Condition {
  /** type is the condition's name. */
  readonly type: string;
  /** status is whether it holds. */
  readonly status: 'True' | 'False' | 'Unknown';
  /** reason is one CamelCase word for why. */
  readonly reason: string;
  /** message says it to a person. */
  readonly message: string;
  /** observedGeneration is the generation that was looked at. */
  readonly observedGeneration?: number;
  /** lastTransitionTime is when status last changed. */
  readonly lastTransitionTime: string;
}

/** `status.summary` of an UpgradeBatch. */
export interface BatchSummary {
  /** nodes is the number of nodes. */
  readonly nodes?: number;
  /** succeeded is how many are done. */
  readonly succeeded?: number;
  /** rolledBack is how many are back at the version that they came from. */
  readonly rolledBack?: number;
  /** failed is how many failed. */
  readonly failed?: number;
  /** skipped is how many were passed over. */
  readonly skipped?: number;
  /** notAttempted is how many never had a turn. */
  readonly notAttempted?: number;
  /** running is how many are in their turn. */
  readonly running?: number;
  /** overdue is how many have a process past its time that has not ended. */
  readonly overdue?: number;
  /** maxUnavailable is how many nodes of the plan were seen down at once while the batch ran. */
  readonly maxUnavailable?: number;
  /** drainWaits are what drains waited for longest, the longest first; what took less than half a minute is left out. */
  readonly drainWaits?: readonly DrainWait[];
}

/** `status.summary.drainWaits[]` of an UpgradeBatch. */
export interface DrainWait {
  /** budget is the PodDisruptionBudget that did not let a Pod go, as namespace/name. */
  readonly budget?: string;
  /** pod is the Pod that held a drain up without a budget, as namespace/name. */
  readonly pod?: string;
  /** seconds is how long it held drains up in all. */
  readonly seconds: number;
  /** longestSeconds is how long it held one node up at most. */
  readonly longestSeconds: number;
  /** nodes is how often it held a drain up. */
  readonly nodes: number;
}

/** `status.nodes[]` of an UpgradeBatch. */
export interface NodeRecord {
  /** name is the Node's name. */
  readonly name: string;
  /** state is how far the node is. */
  readonly state: 'Pending' | 'Draining' | 'Upgrading' | 'Verifying' | 'Succeeded' | 'RolledBack' | 'Failed' | 'Skipped' | 'NotAttempted';
  /** reason is one CamelCase word for why. */
  readonly reason?: string;
  /** message says it to a person. */
  readonly message?: string;
  /** fromVersion is what the node had before, where that is known; in a rollback, what it goes back to. */
  readonly fromVersion?: string;
  /** startTime is when the turn was opened. */
  readonly startTime?: string;
  /** endTime is when the outcome was known. */
  readonly endTime?: string;
  /** quarantined is true while the node stays cordoned and tainted. */
  readonly quarantined?: boolean;
  /** told is what an alert has said of the node, so that no other one says it again. */
  readonly told?: readonly ('NodeFailed' | 'NodeOverdue')[];
  /** retriedBy is the UID of the UpgradeAction that lets the node go into a later batch. */
  readonly retriedBy?: string;
  /** overdue is true while a process is past its time and has not ended. */
  readonly overdue?: boolean;
  /** drain is what the drain of the node waits for, or what it failed on. */
  readonly drain?: DrainRecord;
  /** processes are the node's processes that have begun. */
  readonly processes?: readonly ProcessRecord[];
}

/** `status.nodes[].drain` of an UpgradeBatch. */
export interface DrainRecord {
  /** pod is the Pod that holds it up, as namespace/name. */
  readonly pod?: string;
  /** budget is the PodDisruptionBudget in the Pod's namespace that does not let it go. */
  readonly budget?: string;
  /** heldTime is since when this Pod has held it up. */
  readonly heldTime?: string;
  /** evictTime is when evictions began, where Pods were to be waited for. */
  readonly evictTime?: string;
  /** forceTime is when Pods began to be deleted past their budgets. */
  readonly forceTime?: string;
}

/** `status.nodes[].processes[]` of an UpgradeBatch. */
export interface ProcessRecord {
  /** name is the process's name. */
  readonly name: string;
  /** state is how far the process is; Skipped is that it had nothing to do. */
  readonly state: 'Running' | 'Verifying' | 'Succeeded' | 'Failed' | 'Skipped';
  /** reason is one CamelCase word for why. */
  readonly reason?: string;
  /** message says it to a person. */
  readonly message?: string;
  /** attempt is the node's attempt in which the process ran, from 1. */
  readonly attempt?: number;
  /** startTime is when the Job was created. */
  readonly startTime?: string;
  /** endTime is when the process ended. */
  readonly endTime?: string;
  /** bootId is the host's boot ID when the process began. */
  readonly bootId?: string;
  /** rebooting is true once the process has reported UpgradeRebooting. */
  readonly rebooting?: boolean;
  /** verifyLimitTime is until when verify must hold; set once the process itself has ended well. */
  readonly verifyLimitTime?: string;
  /** verifySinceTime is since when all of verify has held without a break. */
  readonly verifySinceTime?: string;
  /** verifiedTime is when verify had held for long enough; endTime stays when the process itself ended. */
  readonly verifiedTime?: string;
  /** rebootTime is when the process reported UpgradeRebooting. */
  readonly rebootTime?: string;
  /** wordTime is when the process was last heard, kept as exactly as silenceSeconds needs it. */
  readonly wordTime?: string;
  /** task is what the process is at, where the plan times that task. */
  readonly task?: TaskRecord;
  /** checkpoint is what the process wants its next attempt to know, one key=value a line. */
  readonly checkpoint?: string;
  /** overdue says that the process is past its time and has not ended. */
  readonly overdue?: OverdueRecord;
}

/** `status.nodes[].processes[].task` of an UpgradeBatch. */
export interface TaskRecord {
  /** name is the task as the report names it. */
  readonly name: string;
  /** startTime is when it was first reported. */
  readonly startTime: string;
}

/** `status.nodes[].processes[].overdue` of an UpgradeBatch. */
export interface OverdueRecord {
  /** reason is one CamelCase word for what is late. */
  readonly reason: string;
  /** message says it to a person. */
  readonly message: string;
  /** sinceTime is when its time was up. */
  readonly sinceTime: string;
}

/** `status.outlook` of an UpgradeBatch. */
export interface BatchOutlook {
  /** next is what follows. */
  readonly next: 'NextBatch' | 'Paused' | 'Aborted' | 'RollingBack' | 'RolledBack' | 'Done' | 'Deleted' | 'Waiting';
  /** reason is the reason why the plan paused. */
  readonly reason?: string;
  /** message says it to a person. */
  readonly message: string;
  /** rollback is what an UpgradeAction Rollback could take back now: this batch, or all of the revision. Absent where nothing can be. */
  readonly rollback?: 'Batch' | 'Plan';
  /** batch is the index of the batch to come. */
  readonly batch?: number;
  /** nodes is how many nodes the batch to come has. */
  readonly nodes?: number;
  /** lastBatch is the index that the revision's last batch is expected to have. */
  readonly lastBatch?: number;
  /** planNodes is how many nodes the plan has. */
  readonly planNodes?: number;
  /** planSucceeded is how many of them are done. */
  readonly planSucceeded?: number;
  /** planFailed is how many of them failed. */
  readonly planFailed?: number;
  /** maxFailed is the plan's failure budget in nodes. */
  readonly maxFailed?: number;
  /** maxUnavailable is how many nodes may be down at once. */
  readonly maxUnavailable?: number;
  /** expectedSeconds is how long the batch was expected to take, by the batches before it or by the plan. */
  readonly expectedSeconds?: number;
  /** timing is how long each process was expected to take on a node. */
  readonly timing?: readonly OutlookTiming[];
  /** nextTime is when the batch to come is expected to be made, where nobody has to act for that. */
  readonly nextTime?: string;
  /** wordTime is when the notification of the batch to come is expected at the latest, if all goes as it usually does. */
  readonly wordTime?: string;
  /** openUntilTime is when the plan's windows close after that; where somebody has to act first, those that are open now. */
  readonly openUntilTime?: string;
  /** opensTime is when a window of the plan opens next, where somebody has to act first and all are closed now. */
  readonly opensTime?: string;
  /** gates is Open when all gates that the batch to come waits for were open, and Unknown when nobody had looked. One that was closed is the reason why it waits. */
  readonly gates?: 'Open' | 'Unknown';
  /** timeZone is the zone of the plan's windows in which people are told of times. */
  readonly timeZone?: string;
  /** estimatedEndTime is when the rollout is expected to end. */
  readonly estimatedEndTime?: string;
  /** story is the whole rollout, when it has come to its end. */
  readonly story?: RolloutStory;
}

/** `status.outlook.timing[]` of an UpgradeBatch. */
export interface OutlookTiming {
  /** process is the name of the process. */
  readonly process: string;
  /** expectedSeconds is how long it usually takes, without a reboot. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how much longer it may take. */
  readonly toleranceSeconds: number;
}

/** `status.outlook.story` of an UpgradeBatch. */
export interface RolloutStory {
  /** startTime is when the first batch was made. */
  readonly startTime: string;
  /** waits are for how long nothing could start, by the reason. */
  readonly waits?: readonly StoryWait[];
  /** batches is how many batches there were. */
  readonly batches: number;
  /** shown are the first batches, the last ones, and of those between the ones that did not go well. */
  readonly shown?: readonly StoryBatch[];
  /** failures are what nodes failed for, the commonest first. */
  readonly failures?: readonly StoryFailure[];
  /** recovered is how many nodes that had failed were done in a later batch. */
  readonly recovered?: number;
  /** retried is how many nodes were done at a further attempt in their turn. */
  readonly retried?: number;
  /** mostUnavailable is how many nodes of the plan were seen down at once. */
  readonly mostUnavailable?: number;
  /** quarantined is how many nodes wait for a Release. */
  readonly quarantined?: number;
  /** quarantinedNodes are the first of them. */
  readonly quarantinedNodes?: readonly QuarantinedNode[];
  /** acts are what people did, the oldest first. */
  readonly acts?: readonly StoryAct[];
  /** dependents are the plans of the namespace that have waited for this one. */
  readonly dependents?: readonly StoryDependent[];
  /** rollback is what was taken back, where the rollout ended so. */
  readonly rollback?: StoryRollback;
  /** drainWaits are what drains waited for longest over all batches. */
  readonly drainWaits?: readonly DrainWait[];
}

/** `status.outlook.story.waits[]` of an UpgradeBatch. */
export interface StoryWait {
  /** reason is one CamelCase word for it. */
  readonly reason: string;
  /** seconds is for how long in all. */
  readonly seconds: number;
}

/** `status.outlook.story.shown[]` of an UpgradeBatch. */
export interface StoryBatch {
  /** index is the index of the batch. */
  readonly index: number;
  /** nodes is how many nodes it had. */
  readonly nodes: number;
  /** succeeded is how many were done. */
  readonly succeeded: number;
  /** failed is how many failed. */
  readonly failed: number;
  /** kind is Rollback when it took another batch back, Retry when all its nodes had failed in a batch before, and else Upgrade. */
  readonly kind: 'Upgrade' | 'Retry' | 'Rollback';
}

/** `status.outlook.story.failures[]` of an UpgradeBatch. */
export interface StoryFailure {
  /** reason is one CamelCase word for it. */
  readonly reason: string;
  /** process is the process that failed. */
  readonly process?: string;
  /** count is how often. */
  readonly count: number;
}

/** `status.outlook.story.quarantinedNodes[]` of an UpgradeBatch. */
export interface QuarantinedNode {
  /** name is the Node's name. */
  readonly name: string;
  /** nodeDetail is what the plan's notify.nodeDetails said may be told of it. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
}

/** `status.outlook.story.acts[]` of an UpgradeBatch. */
export interface StoryAct {
  /** action is what was asked for. */
  readonly action: string;
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** why is the reason that they gave. */
  readonly why?: string;
  /** time is when it was done. */
  readonly time: string;
}

/** `status.outlook.story.dependents[]` of an UpgradeBatch. */
export interface StoryDependent {
  /** plan is the name of the UpgradePlan. */
  readonly plan: string;
  /** state is Unblocked when all that it depends on has succeeded now, and Blocked when it has still to wait. */
  readonly state: 'Unblocked' | 'Blocked';
  /** opensTime is when its next window opens, where it has windows and all are closed now. */
  readonly opensTime?: string;
}

/** `status.outlook.story.rollback` of an UpgradeBatch. */
export interface StoryRollback {
  /** of is what was taken back: a batch, or the revision. */
  readonly of: string;
  /** rolledBack is how many nodes are back at their earlier version. */
  readonly rolledBack: number;
  /** notBack is how many were to go back and are not. */
  readonly notBack: number;
  /** versions are those that nodes are back at, the commonest first. */
  readonly versions?: readonly StoryVersion[];
}

/** `status.outlook.story.rollback.versions[]` of an UpgradeBatch. */
export interface StoryVersion {
  /** to is the version; absent where nobody knows it. */
  readonly to?: string;
  /** nodes is how many nodes. */
  readonly nodes: number;
}

/** `status.notification` of an UpgradeBatch. */
export interface BatchNotification {
  /** id is the notification's stable id, <batch uid>/<sequence>. */
  readonly id: string;
  /** sinks are the names of the sinks that are to get it. */
  readonly sinks?: readonly string[];
  /** addedTime is when sinks were added because the rollout ended after the batch had settled. */
  readonly addedTime?: string;
  /** alerts are the last of those that were raised while this was the newest batch. */
  readonly alerts?: readonly BatchAlert[];
  /** standing is what was told of the rollout as a whole and still holds. */
  readonly standing?: readonly ('RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired')[];
  /** troubleTime is when the trouble was first seen that the next alert is to tell. */
  readonly troubleTime?: string;
  /** receipts say what became of the batch's messages, one for each message and sink, and what the newest probe of a sink has found out, where one failed. */
  readonly receipts?: readonly Receipt[];
}

/** `status.notification.alerts[]` of an UpgradeBatch. */
export interface BatchAlert {
  /** id is the alert's stable id, <batch uid>/<sequence>; sequences begin at 2. */
  readonly id: string;
  /** time is when it was raised. */
  readonly time: string;
  /** action is whether somebody has to act. */
  readonly action: 'Act' | 'None';
  /** causes are what it is about. */
  readonly causes: readonly AlertCause[];
  /** next is what follows. */
  readonly next: string;
  /** sinks are the names of the sinks that are to get it. Those that have not got it when the batch settles get the final message instead. */
  readonly sinks?: readonly string[];
}

/** `status.notification.alerts[].causes[]` of an UpgradeBatch. */
export interface AlertCause {
  /** alert is what happened. */
  readonly alert: 'NodeFailed' | 'NodeOverdue' | 'RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired';
  /** reason is one CamelCase word for why. */
  readonly reason?: string;
  /** process is the process that it happened to. */
  readonly process?: string;
  /** message says it to a person. */
  readonly message?: string;
  /** count is how many nodes it concerns. */
  readonly count: number;
  /** nodes are their names, with ranges in brackets, cut where they are many. */
  readonly nodes?: string;
  /** quarantined is true when they are kept out of service. */
  readonly quarantined?: boolean;
}

/** `status.notification.receipts[]` of an UpgradeBatch. */
export interface Receipt {
  /** sink is the sink's name. */
  readonly sink: string;
  /** id is the message's id; for a probe <batch uid>/probe, then <batch uid>/probe.2 and on. */
  readonly id: string;
  /** outcome is Delivered, or Failed for good; of a probe Failed, or Reached when one had failed before. */
  readonly outcome: 'Delivered' | 'Failed' | 'Reached';
  /** reason is one CamelCase word for why it failed. */
  readonly reason?: string;
  /** message says it to a person. */
  readonly message?: string;
  /** node is the node whose agent sent or probed. */
  readonly node?: string;
  /** attempts is how often it was tried by that agent. */
  readonly attempts?: number;
  /** handle is what the sink calls the message, by which it is updated or answered later. */
  readonly handle?: string;
  /** remark says what was not as it should be, although it was delivered. */
  readonly remark?: ReceiptRemark;
  /** time is when it was delivered or given up, or the probe ended. */
  readonly time: string;
}

/** `status.notification.receipts[].remark` of an UpgradeBatch. */
export interface ReceiptRemark {
  /** reason is one CamelCase word for it. */
  readonly reason: string;
  /** message says it to a person. */
  readonly message: string;
}

/** `status.resumed` of an UpgradeBatch. */
export interface Resumption {
  /** action is the name of the UpgradeAction. */
  readonly action: string;
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** maxFailed is the plan's failure budget from here on. */
  readonly maxFailed?: number | string;
  /** time is when it was applied. */
  readonly time: string;
}

/** `status.approved` of an UpgradeBatch. */
export interface Approval {
  /** action is the name of the UpgradeAction. */
  readonly action: string;
  /** approval is what was waited for. */
  readonly approval: 'BeforeStart' | 'BeforeNext';
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** time is when it was applied. */
  readonly time: string;
}
