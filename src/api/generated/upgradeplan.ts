// Generated from crds/upgradeplans.baton.dev.yaml by `npm run generate`: do not edit.

import type { ObjectMeta } from '../object-meta.ts';

/** UpgradePlan describes the upgrade of a fleet of nodes: what runs on them, in which order and under which conditions. */
export interface UpgradePlan {
  readonly apiVersion: 'baton.dev/v1alpha1';
  readonly kind: 'UpgradePlan';
  readonly metadata: ObjectMeta;
  /** spec is the desired upgrade of the fleet. */
  readonly spec: UpgradePlanSpec;
  /** status is the observed state of the plan. Its size does not depend on the size of the fleet. */
  readonly status?: UpgradePlanStatus;
}

/** `spec` of an UpgradePlan. */
export interface UpgradePlanSpec {
  /** version is the version that the nodes are upgraded to. It is part of the revision (re-runs: yes) and replaces $(BATON_VERSION) in images, commands and environment variables. */
  readonly version: string;
  /** nodeSelector selects the nodes of the fleet by their labels (re-runs: no). */
  readonly nodeSelector?: NodeSelector;
  /** allNodes selects every node of the cluster, as an explicit alternative to nodeSelector (re-runs: no). */
  readonly allNodes?: boolean;
  /** dependsOn are other plans in this namespace that must have succeeded at these versions before any node of this plan starts (re-runs: no). */
  readonly dependsOn?: readonly PlanDependency[];
  /** exclusiveGroup is the name of a cluster-wide group of plans, of which only one runs at a time (re-runs: no). A plan that waits between batches because it is paused, outside its windows or not approved lets the others run. */
  readonly exclusiveGroup?: string;
  /** newNodes is the policy for nodes that the plan first selects after the first batch of the revision was created (re-runs: no). */
  readonly newNodes: NewNodes;
  /** notReadyNodes is what happens to a node that is NotReady when it is due (re-runs: no). Skip leaves it out; once it is Ready again, it is treated as a new node. Include upgrades it in its current state, last in its batch, and counts a missed deadline as a failure. Defaults to Skip. */
  readonly notReadyNodes: 'Skip' | 'Include';
  /** paused stops further nodes from starting. Nodes that have already started are finished (re-runs: no). Defaults to false. */
  readonly paused: boolean;
  /** maxUnavailable is the maximum number of nodes of the plan that may be unavailable at once for any reason: a number, or a percentage of the plan's nodes, rounded down but at least 1 (re-runs: no). Defaults to 1. */
  readonly maxUnavailable: number | string;
  /** podPlacement is how evicted Pods are steered to other nodes (re-runs: no). PreferDoneNodes puts the taint baton.dev/outdated (PreferNoSchedule) on the nodes that are still to be upgraded, from the first batch on, so that Pods do not move again with each batch. It costs one extra write for each node, if nodes are drained at all. Anywhere leaves the choice to the scheduler. Defaults to PreferDoneNodes. */
  readonly podPlacement: 'PreferDoneNodes' | 'Anywhere';
  /** prePull is which images are pulled in advance (re-runs: no). NextBatch pulls the images of the next batch's Jobs onto its nodes while a batch runs, soaks or waits for approval. It uses the pull secrets of the templates and does not run the images. An image that cannot be pulled is reported and blocks nothing. It costs one short-lived Pod for each node. None leaves pulling to the Jobs. Defaults to NextBatch. */
  readonly prePull: 'NextBatch' | 'None';
  /** oneDomainAtATime prevents nodes of two topology domains, such as zones or racks, from being unavailable at once because they are being upgraded or have failed (re-runs: no). Each batch has nodes of one domain, and domains go in the order of their names. Nodes without the label form a domain of their own, shown as (none), which goes last. */
  readonly oneDomainAtATime?: OneDomainAtATime;
  /** batches are the steps of the rollout. The last step repeats until no node is left. The order of the nodes is fixed for each revision: workers before control-plane nodes, and nodes that failed earlier last (re-runs: no). */
  readonly batches: readonly BatchStep[];
  /** windows are the maintenance windows in which nodes may start (re-runs: no). Without windows, nodes may start at any time. Nodes that have already started when a window closes are finished. */
  readonly windows?: readonly MaintenanceWindow[];
  /** freezes are periods in which no node starts, even if a window is open (re-runs: no). Nodes that have already started are finished. Freezes for all plans of the cluster are in the ConfigMap baton-freezes in the operator's namespace. */
  readonly freezes?: readonly ChangeFreeze[];
  /** gates are conditions that must be met before batches or nodes start (re-runs: no). A gate that cannot be evaluated counts as closed. Nodes that have already started are finished regardless of gates. */
  readonly gates?: readonly Gate[];
  /** failure is the policy for failed nodes (re-runs: no). When too many nodes have failed, no further nodes start until an UpgradeAction allows it. */
  readonly failure: FailurePolicy;
  /** processes are the upgrade processes, in the order in which they run on each node. */
  readonly processes: readonly UpgradeProcess[];
  /** drain is how nodes are drained before a process that disrupts them (re-runs: no). */
  readonly drain: DrainPolicy;
  /** notify is who receives notifications, and which nodes may send them (re-runs: no). */
  readonly notify?: NotifyPolicy;
}

/** `spec.nodeSelector` of an UpgradePlan. */
export interface NodeSelector {
  /** matchLabels are labels that must be present with these values. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** matchExpressions are label requirements, all of which must be met. */
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
}

/** `spec.nodeSelector.matchExpressions[]` of an UpgradePlan. */
export interface NodeSelectorRequirement {
  /** key is the label key that the requirement applies to. */
  readonly key: string;
  /** operator is the relation between the label and the values. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** values are the values that the label is compared with. */
  readonly values?: readonly string[];
}

/** `spec.dependsOn[]` of an UpgradePlan. */
export interface PlanDependency {
  /** name is the name of the other plan. */
  readonly name: string;
  /** version is the spec.version at which the other plan must have succeeded. */
  readonly version: string;
}

/** `spec.newNodes` of an UpgradePlan. */
export interface NewNodes {
  /** policy is Upgrade to upgrade new nodes after all others, even if the plan has already ended, or Ignore to leave them alone until the revision changes. Defaults to Upgrade. */
  readonly policy: 'Upgrade' | 'Ignore';
  /** collectSeconds is how long to wait for more new nodes, counted from the first one, so that they go into one batch. A node that was skipped because it was NotReady waits in the same way once it is Ready again. Defaults to 600. */
  readonly collectSeconds: number;
}

/** `spec.oneDomainAtATime` of an UpgradePlan. */
export interface OneDomainAtATime {
  /** topologyKey is the label whose value is the domain of a node, such as topology.kubernetes.io/zone. */
  readonly topologyKey: string;
}

/** `spec.batches[]` of an UpgradePlan. */
export interface BatchStep {
  /** name is the name of the step, such as canary. It is shown in batches, status and notifications (re-runs: no). */
  readonly name?: string;
  /** size is the number of nodes in a batch: a number, or a percentage of the plan's nodes, rounded down but at least 1. A batch is limited to 1,000 processes on all its nodes together; a larger step is split into several batches. */
  readonly size: number | string;
  /** maxFailed is the number of nodes of this step that may fail before no further nodes start: a number, or a percentage of the step's nodes, rounded down. Defaults to 0 for the first step. By default, the other steps are limited by the plan's budget only. */
  readonly maxFailed?: number | string;
  /** soakSeconds is the minimum time between the end of a batch of this step and the creation of the next batch (re-runs: no). Defaults to 0. */
  readonly soakSeconds?: number;
  /** approval is when a person has to approve the rollout with an UpgradeAction Approve that names the batch (re-runs: no). BeforeStart creates the batch but starts none of its nodes before the approval. BeforeNext creates the next batch only after the approval, once this batch has settled. A step that repeats needs an approval for each of its batches. Defaults to None. */
  readonly approval?: 'None' | 'BeforeStart' | 'BeforeNext';
}

/** `spec.windows[]` of an UpgradePlan. */
export interface MaintenanceWindow {
  /** name is the name of the window, unique within the plan. */
  readonly name: string;
  /** schedule is when the window opens, as a cron expression with five fields: minute, hour, day of month, month and day of week. If the hour is skipped because daylight saving time begins, the window opens when the skipped hour is over. If the hour occurs twice, the window opens the first time, unless the expression has a list or range of times or an asterisk for the hour. */
  readonly schedule: string;
  /** durationSeconds is how long the window stays open, as elapsed time regardless of clock changes. Windows may overlap; a window that opens again before it has closed stays open. */
  readonly durationSeconds: number;
  /** timeZone is the IANA name of the time zone of the schedule, such as Europe/Paris or UTC. */
  readonly timeZone: string;
}

/** `spec.freezes[]` of an UpgradePlan. */
export interface ChangeFreeze {
  /** name is the name of the freeze, unique within the plan. */
  readonly name: string;
  /** from is when the freeze begins. */
  readonly from: string;
  /** to is when the freeze ends. */
  readonly to: string;
  /** reason is the reason for the freeze, shown while it keeps the plan from starting nodes. */
  readonly reason?: string;
}

/** `spec.gates[]` of an UpgradePlan. */
export interface Gate {
  /** name is the name of the gate, unique within the plan. */
  readonly name: string;
  /** when is what a closed gate blocks: the next batch (BeforeBatch), or the start of each node (BeforeNode). A BeforeBatch gate is also evaluated while a batch soaks, and the soak starts again if it closes. Defaults to BeforeBatch. */
  readonly when: 'BeforeBatch' | 'BeforeNode';
  /** forSeconds is how long the gate must have been open without interruption. Defaults to 0. */
  readonly forSeconds: number;
  /** timeoutSeconds is the maximum duration of one evaluation. An evaluation that takes longer counts as closed. Defaults to 10. */
  readonly timeoutSeconds: number;
  /** prometheus opens the gate while the result of an instant query is within the limits. */
  readonly prometheus?: PrometheusGate;
  /** http opens the gate while a GET request returns the expected status. */
  readonly http?: HttpGate;
  /** object opens the gate while a CEL expression is true for a Kubernetes object. The operator can read what the ClusterRoles with the label baton.dev/aggregate-to-gates allow. An object that it cannot read counts as closed. */
  readonly object?: ObjectGate;
  /** job opens the gate while a Job in the plan's namespace succeeds. The Job runs repeatedly as long as the gate is evaluated, never on a node that is being upgraded, and timeoutSeconds is its deadline. */
  readonly job?: JobGate;
}

/** `spec.gates[].prometheus` of an UpgradePlan. */
export interface PrometheusGate {
  /** address is the base URL of Prometheus, without /api/v1/query. */
  readonly address: string;
  /** query is a PromQL query that returns one sample or a scalar. No sample, several samples and NaN count as closed, so a query that may be empty should end with "or vector(0)". */
  readonly query: string;
  /** max is the highest value at which the gate is open. */
  readonly max?: string;
  /** min is the lowest value at which the gate is open. */
  readonly min?: string;
  /** credential is the name of a credential that the administrator has mounted into the operator. It is sent only to the hosts that the administrator has bound it to. */
  readonly credential?: string;
}

/** `spec.gates[].http` of an UpgradePlan. */
export interface HttpGate {
  /** url is the URL of the request. Redirects are not followed. */
  readonly url: string;
  /** expectStatus is the HTTP status code at which the gate is open. Defaults to 200. */
  readonly expectStatus: number;
  /** credential is the name of a credential that the administrator has mounted into the operator. It is sent only to the hosts that the administrator has bound it to. */
  readonly credential?: string;
}

/** `spec.gates[].object` of an UpgradePlan. */
export interface ObjectGate {
  /** apiVersion is the API group and version of the object. */
  readonly apiVersion: string;
  /** kind is the kind of the object. */
  readonly kind: string;
  /** namespace is the namespace of the object. Defaults to the namespace of the plan. */
  readonly namespace?: string;
  /** name is the name of the object. */
  readonly name?: string;
  /** labelSelector selects at most 100 objects by their labels. There must be at least one, and the expression must be true for each. */
  readonly labelSelector?: NodeSelector;
  /** expression is a CEL expression over the variable `object` that returns true or false. */
  readonly expression: string;
}

/** `spec.gates[].job` of an UpgradePlan. */
export interface JobGate {
  /** template is a PodTemplateSpec. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** `spec.failure` of an UpgradePlan. */
export interface FailurePolicy {
  /** maxFailed is the number of nodes of the plan that may fail before no further nodes start: a number, or a percentage of the plan's nodes, rounded down. Defaults to 0. */
  readonly maxFailed: number | string;
  /** maxConsecutiveFailed is the number of nodes failing in a row, in the order of their outcomes, that stops the rollout even if maxFailed is not exceeded. By default, only maxFailed applies. */
  readonly maxConsecutiveFailed?: number;
  /** failedNodes is what happens to a node that fails after its upgrade has begun. Quarantine keeps it cordoned and tainted until an UpgradeAction Release. Uncordon returns it to service at once, even if it is partly upgraded. Defaults to Quarantine. */
  readonly failedNodes: 'Quarantine' | 'Uncordon';
  /** then is what happens when too many nodes have failed. Pause waits for an UpgradeAction Resume. Abort ends the rollout of this revision. Rollback undoes what the rollout did, as `rollback` defines, and ends it. Defaults to Pause. */
  readonly then: 'Pause' | 'Abort' | 'Rollback';
  /** rollback is how far `then: Rollback` goes and whether it needs approval (re-runs: no). By default, the batch is rolled back after approval. */
  readonly rollback?: RollbackPolicy;
  /** retriesPerNode is the number of additional attempts on a node whose Job failed or timed out. They are made before the node is released. Processes that succeeded do not run again. Defaults to 0. */
  readonly retriesPerNode: number;
}

/** `spec.failure.rollback` of an UpgradePlan. */
export interface RollbackPolicy {
  /** scope is what is rolled back (re-runs: no). Batch is the batch after which too many nodes had failed. Plan is everything that the rollout of this revision has changed, the newest batch first. Defaults to Batch. */
  readonly scope: 'Batch' | 'Plan';
  /** approval is Required to pause the plan until an UpgradeAction Rollback or Approve starts the rollback, or None to start it once running nodes are finished (re-runs: no). Defaults to Required. */
  readonly approval: 'Required' | 'None';
}

/** `spec.processes[]` of an UpgradePlan. */
export interface UpgradeProcess {
  /** name is the name of the process, unique within the plan (re-runs: yes). */
  readonly name: string;
  /** nodeSelector limits the process to some of the plan's nodes (re-runs: no). */
  readonly nodeSelector?: NodeSelector;
  /** disruption is how the process affects the host (re-runs: no). Drain cordons and drains the node first. Reboot does the same and expects a new boot ID. None does neither. Defaults to Drain. */
  readonly disruption: 'None' | 'Drain' | 'Reboot';
  /** report is Socket to mount the reporter's directory /run/baton into the Job's Pod, so that its containers can report progress (re-runs: no). Defaults to None. */
  readonly report: 'None' | 'Socket';
  /** timing is how long the process may take (re-runs: no). A process that takes longer is overdue: the status shows it, and onOverdue defines what happens. deadlineSeconds ends the process. */
  readonly timing: ProcessTiming;
  /** onOverdue is what happens when the process is overdue (re-runs: no). Alert only shows and reports it. Fail stops the process with SIGTERM to the Pod of its Job, and the node fails once the process has ended. Retry stops it and runs it once more on the node; if it is overdue again, the node fails. Defaults to Alert. */
  readonly onOverdue: 'Alert' | 'Fail' | 'Retry';
  /** rerun is Safe if the process may be stopped at any point and run again on the same node (re-runs: no). onOverdue can be Retry only for such a process. Defaults to Unsafe. */
  readonly rerun: 'Unsafe' | 'Safe';
  /** job runs the process as a Job, one for each node and attempt. */
  readonly job?: JobProcess;
  /** daemonSet refers to a DaemonSet with updateStrategy OnDelete, whose Pod on the node is replaced (re-runs: yes). The process has ended when a Pod of the newest DaemonSet revision is Ready on the node. Only the reference is part of the plan's revision: to roll out later changes of the DaemonSet to nodes that are done, change spec.version. */
  readonly daemonSet?: DaemonSetReference;
  /** external leaves the process to the node's own updater (re-runs: no). The label baton.dev/process on the Node and an Event TurnOpened on the UpgradeBatch start it, and it reports like any other process. The process has ended when the conditions of verify hold or it reports UpgradeSucceeded; then verify decides. */
  readonly external?: Readonly<Record<string, unknown>>;
  /** verify is what must hold on the node, besides the node being Ready, before the process counts as done (re-runs: no). The node is Verifying from the end of the process until all conditions hold, and fails after timeoutSeconds. */
  readonly verify?: ProcessVerify;
}

/** `spec.processes[].timing` of an UpgradePlan. */
export interface ProcessTiming {
  /** expectedSeconds is the usual duration of the process from its start, without a reboot. By default, it is learned from the nodes already done in this rollout once there are three. */
  readonly expectedSeconds?: number;
  /** toleranceSeconds is how far the duration may exceed expectedSeconds before the process is overdue. Defaults to half of expectedSeconds, but at least 60. */
  readonly toleranceSeconds?: number;
  /** rebootSeconds is the maximum duration of a reboot before the process is overdue, from the report UpgradeRebooting until the node is Ready again. By default, it is learned like expectedSeconds. */
  readonly rebootSeconds?: number;
  /** silenceSeconds is the maximum time without a report, once the process has reported, before the process is overdue. The reporter's regular beat counts as a report, so set more than two intervals of it (BATON_BEAT_SECONDS, 60 by default). By default, silence is not monitored. */
  readonly silenceSeconds?: number;
  /** tasks are the expected durations of individual tasks, for reports that name the current task. */
  readonly tasks?: readonly TaskTiming[];
  /** deadlineSeconds is the maximum duration of the process, reboots included, from the creation of its Job or, without a Job, from when the process is due. The drain before it is limited to the same duration. Defaults to 3600. */
  readonly deadlineSeconds: number;
}

/** `spec.processes[].timing.tasks[]` of an UpgradePlan. */
export interface TaskTiming {
  /** name is the name of the task, as used in reports. */
  readonly name: string;
  /** expectedSeconds is the usual duration of the task, from the first report that names it. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how far the duration may exceed expectedSeconds before the process is overdue. Defaults to half of expectedSeconds, but at least 60. */
  readonly toleranceSeconds?: number;
}

/** `spec.processes[].job` of an UpgradePlan. */
export interface JobProcess {
  /** compatibility is SystemUpgradeController to run images made for rancher/system-upgrade-controller unchanged (re-runs: yes). It adds the host's namespaces, the host's root at /host, the SYSTEM_UPGRADE_* environment, Pod information in /run/system-upgrade/pod, its labels and privileged containers to the template. */
  readonly compatibility?: 'SystemUpgradeController';
  /** template is a PodTemplateSpec. The operator adds the node, the BATON_* environment and the tolerations that the upgrade needs (re-runs: yes). */
  readonly template: Readonly<Record<string, unknown>>;
  /** rollback is how failure.then or an UpgradeAction Rollback undoes the process on a node (re-runs: no). Without it, what the process did is kept. */
  readonly rollback?: JobRollback;
}

/** `spec.processes[].job.rollback` of an UpgradePlan. */
export interface JobRollback {
  /** template is a PodTemplateSpec, completed like job.template (re-runs: no). $(BATON_FROM_VERSION) is the version that the node returns to, $(BATON_VERSION) is the plan's version, and BATON_CHECKPOINT is what the upgrade saved. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** `spec.processes[].daemonSet` of an UpgradePlan. */
export interface DaemonSetReference {
  /** namespace is the namespace of the DaemonSet. If it is not the plan's namespace, writing the plan requires the verb `upgrade` on daemonsets there. */
  readonly namespace: string;
  /** name is the name of the DaemonSet. */
  readonly name: string;
}

/** `spec.processes[].verify` of an UpgradePlan. */
export interface ProcessVerify {
  /** kernelVersion is the required status.nodeInfo.kernelVersion of the Node. Here and in the next three fields, `*` matches any text and $(BATON_VERSION) is the plan's version. */
  readonly kernelVersion?: string;
  /** osImage is the required status.nodeInfo.osImage of the Node. */
  readonly osImage?: string;
  /** kubeletVersion is the required status.nodeInfo.kubeletVersion of the Node, such as `v$(BATON_VERSION)`. */
  readonly kubeletVersion?: string;
  /** containerRuntimeVersion is the required status.nodeInfo.containerRuntimeVersion of the Node, such as `containerd://2.1.*`. */
  readonly containerRuntimeVersion?: string;
  /** nodeLabels are labels that the Node must have with exactly these values. $(BATON_VERSION) is the plan's version. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** daemonSetsReady requires every DaemonSet Pod on the node to be Ready. Defaults to false. */
  readonly daemonSetsReady: boolean;
  /** stableSeconds is how long all conditions, including the node being Ready, must hold without interruption. A restart of the operator does not reset it. Defaults to 0. */
  readonly stableSeconds: number;
  /** timeoutSeconds is the time after the end of the process within which all conditions must hold. Conditions that hold by then are still given their stableSeconds. Defaults to 900. */
  readonly timeoutSeconds: number;
  /** job is a Job that must exit with code 0 on the node after the other conditions have held for stableSeconds. It should only inspect the node, because it may run more than once. */
  readonly job?: VerifyJob;
}

/** `spec.processes[].verify.job` of an UpgradePlan. */
export interface VerifyJob {
  /** template is a PodTemplateSpec. The operator adds the node, the BATON_* environment and the tolerations that the upgrade needs. timeoutSeconds is the deadline of the Job. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** `spec.drain` of an UpgradePlan. */
export interface DrainPolicy {
  /** mode is what happens before a process that disrupts the node. Auto cordons and drains it, once for each upgrade of the node and only if such a process still has to run. Cordon keeps new Pods away and evicts none. None leaves it schedulable. Defaults to Auto. */
  readonly mode: 'Auto' | 'Cordon' | 'None';
  /** timeoutSeconds is the maximum duration of the drain of a node, from the first eviction. A node that is not drained by then is uncordoned and fails with DrainTimeout. Defaults to `timing.deadlineSeconds` of its first process that disrupts. */
  readonly timeoutSeconds?: number;
  /** ignore selects Pods that are not evicted, even if the host reboots. */
  readonly ignore?: DrainIgnore;
  /** waitFor selects Pods that are given time to finish. While one of them runs on the cordoned node, nothing is evicted from it. Those that still run at the timeout are evicted like any other Pod. */
  readonly waitFor?: DrainWaitFor;
  /** force selects the only Pods that may be deleted in violation of their PodDisruptionBudget, once `drain.timeoutSeconds` have passed. If any other Pod remains on the node by then, the drain fails and nothing is deleted. */
  readonly force?: DrainForce;
  /** emptyDirData is Delete to allow the eviction of Pods with emptyDir volumes, which loses their data. With Keep, such a Pod blocks the drain. Defaults to Keep. */
  readonly emptyDirData: 'Keep' | 'Delete';
  /** unmanagedPods is Delete to allow the eviction of Pods without a controller, which nothing recreates. With Keep, such a Pod blocks the drain. Defaults to Keep. */
  readonly unmanagedPods: 'Keep' | 'Delete';
}

/** `spec.drain.ignore` of an UpgradePlan. */
export interface DrainIgnore {
  /** podSelector selects Pods in all namespaces by their labels. */
  readonly podSelector: PodSelector;
}

/** `spec.drain.ignore.podSelector` of an UpgradePlan. */
export interface PodSelector {
  /** matchLabels are labels that must be present with these values. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** matchExpressions are label requirements, all of which must be met. */
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
}

/** `spec.drain.waitFor` of an UpgradePlan. */
export interface DrainWaitFor {
  /** podSelector selects Pods in all namespaces by their labels. */
  readonly podSelector: PodSelector;
  /** timeoutSeconds is the maximum time to wait for these Pods, from the start of the node's upgrade. Defaults to 3600. */
  readonly timeoutSeconds: number;
}

/** `spec.drain.force` of an UpgradePlan. */
export interface DrainForce {
  /** podSelector selects Pods in all namespaces by their labels. */
  readonly podSelector: PodSelector;
}

/** `spec.notify` of an UpgradePlan. */
export interface NotifyPolicy {
  /** stallSeconds is how long the rollout may make no progress before the plan gets the condition RolloutStalled, which names the cause. A closed window, a freeze, a soak and spec.paused do not count as stalls. Defaults to 1800. */
  readonly stallSeconds?: number;
  /** nodeDetail is how much notifications reveal about individual nodes. None gives counts only and no node names. Problems names the nodes that did not succeed, and the slowest. All names every node. By default, texts use Problems, and the data for webhooks lists every node. A sink can be set to reveal less. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
  /** nodeDetails are other levels for some of the nodes. The first entry that matches a node applies. They are evaluated when a batch is created. */
  readonly nodeDetails?: readonly NodeDetailRule[];
  /** silences mutes the alerts about a node while it is being upgraded. A silence lasts five minutes, is extended while the upgrade lasts, and is removed at once if the node fails. A silence that cannot be created blocks nothing. */
  readonly silences?: SilencesPolicy;
  /** required delays the next batch until every sink that is due the final notification of the last batch has received it. If a sink rejects it permanently, the rollout pauses until an UpgradeAction Resume. Defaults to false, with which the next batch waits at most 30 seconds. */
  readonly required?: boolean;
  /** live updates one message for each batch while it runs, at most every 30 seconds, in sinks that can edit messages (Slack with a bot token). The final notification replaces it. Defaults to false. */
  readonly live?: boolean;
  /** alerts are the problems that are reported at once, before the batch has settled, to the sinks that receive alerts. Problems within a few seconds form one alert, and further alerts of a batch follow at most every five minutes. Defaults to all of them. */
  readonly alerts?: readonly ('NodeFailed' | 'NodeOverdue' | 'RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired')[];
  /** runbookUrl is the URL of a page that explains what to do about problems. Messages about problems show it on a line of its own, and every message has it as a field (re-runs: no). */
  readonly runbookUrl?: string;
  /** agent limits which of the plan's nodes may hold the baton. */
  readonly agent?: AgentPolicy;
  /** sinksFrom are sinks that several plans share (re-runs: no). A sink of the plan takes precedence over a shared one of the same name, and an earlier entry over a later one. A plan has at most ten sinks in total. No node starts while one of the ConfigMaps is invalid or cannot be read. */
  readonly sinksFrom?: readonly SinksSource[];
  /** sinks are the destinations of notifications. */
  readonly sinks?: readonly Sink[];
}

/** `spec.notify.nodeDetails[]` of an UpgradePlan. */
export interface NodeDetailRule {
  /** nodeSelector selects nodes by their labels. */
  readonly nodeSelector: NodeSelector;
  /** nodeDetail is how much notifications may reveal about these nodes. */
  readonly nodeDetail: 'None' | 'Problems' | 'All';
}

/** `spec.notify.silences` of an UpgradePlan. */
export interface SilencesPolicy {
  /** alertmanager is the Alertmanager in which the silences are created. */
  readonly alertmanager: SilencesAlertmanager;
  /** matchers select the alerts about the node. All of them must match. */
  readonly matchers: readonly SilenceMatcher[];
}

/** `spec.notify.silences.alertmanager` of an UpgradePlan. */
export interface SilencesAlertmanager {
  /** url is the base URL of Alertmanager, without /api/v2. The operator calls it, so it must be an address that gates may call. */
  readonly url: string;
  /** credential is the name of a credential that the administrator has given the operator for this host. */
  readonly credential?: string;
}

/** `spec.notify.silences.matchers[]` of an UpgradePlan. */
export interface SilenceMatcher {
  /** name is the name of a label of the alert. */
  readonly name: string;
  /** value is the value that the label must have. $(BATON_NODE) is the name of the node. */
  readonly value: string;
  /** type is Regex to match the value as a regular expression, such as $(BATON_NODE)(:[0-9]+)?, or Equal. Defaults to Equal. */
  readonly type?: 'Equal' | 'Regex';
}

/** `spec.notify.agent` of an UpgradePlan. */
export interface AgentPolicy {
  /** nodeSelector selects the nodes from which the sinks can be reached. */
  readonly nodeSelector?: NodeSelector;
}

/** `spec.notify.sinksFrom[]` of an UpgradePlan. */
export interface SinksSource {
  /** configMapRef refers to a ConfigMap in the plan's namespace that contains a list of sinks as YAML. */
  readonly configMapRef: SinksConfigMap;
}

/** `spec.notify.sinksFrom[].configMapRef` of an UpgradePlan. */
export interface SinksConfigMap {
  /** name is the name of the ConfigMap. */
  readonly name: string;
  /** key is the key in the data of the ConfigMap. Defaults to sinks.yaml. */
  readonly key?: string;
}

/** `spec.notify.sinks[]` of an UpgradePlan. */
export interface Sink {
  /** name is the name of the sink, unique within the plan. */
  readonly name: string;
  /** send is which messages the sink receives. EveryBatch sends the final notification of each batch, and alerts. OnTrouble sends alerts, the final notification of a batch in which a node failed or a person has to act, and the first final notification after such a problem. PlanEnd sends only the notification with which the rollout ends. Defaults to OnTrouble for pagerDuty and to EveryBatch for all other sinks. */
  readonly send?: 'EveryBatch' | 'OnTrouble' | 'PlanEnd';
  /** nodeDetail is how much this sink reveals about individual nodes. It cannot exceed what the plan allows for a node. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
  /** connection is how the receiver is reached. */
  readonly connection?: SinkConnection;
  /** template is a Liquid template that makes the sink's text from the fields of the notification, instead of the built-in text. If it fails, the built-in text is sent and the receipt says so. */
  readonly template?: string;
  /** webhook posts the notification as JSON. */
  readonly webhook?: WebhookSink;
  /** slack posts to a Slack channel. */
  readonly slack?: SlackSink;
  /** teams posts an Adaptive Card to a channel or chat of Microsoft Teams. */
  readonly teams?: TeamsSink;
  /** email sends an email as text and as HTML. The emails of a rollout form one thread. */
  readonly email?: EmailSink;
  /** pagerDuty triggers an incident for a rollout in trouble through the Events API v2, and resolves it when a later batch succeeds. */
  readonly pagerDuty?: PagerDutySink;
  /** alertmanager posts alerts to Alertmanager's API v2. A batch in trouble fires an alert for its plan, and the next batch that succeeds resolves it. */
  readonly alertmanager?: AlertmanagerSink;
  /** events writes an Event about the plan to its namespace, which `kubectl describe` shows. It has no settings: `events: {}`. */
  readonly events?: Readonly<Record<string, unknown>>;
}

/** `spec.notify.sinks[].connection` of an UpgradePlan. */
export interface SinkConnection {
  /** timeoutSeconds is the maximum duration of one attempt, from connecting to the response. After a timeout, the next attempt may take twice as long, up to 60. Defaults to 10. */
  readonly timeoutSeconds?: number;
  /** proxyUrl is the URL of an HTTP proxy for the receiver (CONNECT for https). The administrator's list of allowed addresses must contain the proxy, and the receiver by its name. */
  readonly proxyUrl?: string;
  /** proxyUrlSecretRef refers to a Secret with the URL of the proxy, for a URL with a user name and a password. */
  readonly proxyUrlSecretRef?: SecretKeyReference;
  /** tls is which authorities an https connection trusts, and which client certificate it presents. */
  readonly tls?: SinkTls;
}

/** `spec.notify.sinks[].connection.proxyUrlSecretRef` of an UpgradePlan. */
export interface SecretKeyReference {
  /** name is the name of a Secret in the plan's namespace. */
  readonly name: string;
  /** key is the key in the data of the Secret. */
  readonly key: string;
}

/** `spec.notify.sinks[].connection.tls` of an UpgradePlan. */
export interface SinkTls {
  /** caSecretRef refers to the certificates (PEM) of the authorities that the receiver's certificate is verified with, instead of the public ones. */
  readonly caSecretRef?: SecretKeyReference;
  /** clientCertSecretRef refers to a Secret of type kubernetes.io/tls (keys tls.crt and tls.key) with the client certificate for mutual TLS. */
  readonly clientCertSecretRef?: SecretReference;
}

/** `spec.notify.sinks[].connection.tls.clientCertSecretRef` of an UpgradePlan. */
export interface SecretReference {
  /** name is the name of a Secret in the plan's namespace. */
  readonly name: string;
}

/** `spec.notify.sinks[].webhook` of an UpgradePlan. */
export interface WebhookSink {
  /** contentType is the media type of what the sink's template makes. Defaults to application/json. */
  readonly contentType?: string;
  /** url is the URL that the notification is posted to. */
  readonly url?: string;
  /** urlSecretRef refers to a Secret with the URL, if the URL itself is secret. */
  readonly urlSecretRef?: SecretKeyReference;
  /** signingSecretRef refers to a key in a Secret in the plan's namespace that signs requests as Standard Webhooks defines. If the key is missing, the notification is not sent. */
  readonly signingSecretRef?: SecretKeyReference;
  /** previousSigningSecretRef refers to the previous signing secret while receivers change to the new one. Requests then carry both signatures. Once its Secret is deleted, requests carry only the new one. */
  readonly previousSigningSecretRef?: SecretKeyReference;
  /** authorizationSecretRef refers to a Secret with the value of the Authorization header, such as "Bearer …". */
  readonly authorizationSecretRef?: SecretKeyReference;
}

/** `spec.notify.sinks[].slack` of an UpgradePlan. */
export interface SlackSink {
  /** channel is the name of the channel with #, or its ID. */
  readonly channel?: string;
  /** tokenSecretRef refers to a Secret with the bot token of the app (xoxb-…), which needs the scope chat:write. */
  readonly tokenSecretRef?: SecretKeyReference;
  /** apiUrl is the base URL of Slack's API. Defaults to https://slack.com/api/. */
  readonly apiUrl?: string;
  /** webhookUrlSecretRef refers to a Secret with the URL of an incoming webhook. Its messages cannot be updated or answered in a thread. */
  readonly webhookUrlSecretRef?: SecretKeyReference;
}

/** `spec.notify.sinks[].teams` of an UpgradePlan. */
export interface TeamsSink {
  /** webhookUrlSecretRef refers to a Secret with the URL of a workflow that posts what its webhook receives ("Post to a channel when a webhook request is received"). */
  readonly webhookUrlSecretRef: SecretKeyReference;
}

/** `spec.notify.sinks[].email` of an UpgradePlan. */
export interface EmailSink {
  /** to are the addresses of the recipients. */
  readonly to: readonly string[];
  /** cc are the addresses that receive a copy. */
  readonly cc?: readonly string[];
  /** from is the address of the sender. The display name is Baton. */
  readonly from: string;
  /** smtpSecretRef refers to a Secret in the plan's namespace that configures the mail server. Its keys are `host` and optionally `port` (default 587), `username`, `password`, `tls` and `ca.crt`. `tls` is `starttls`, which is then required, `implicit`, the default for port 465, or `none`, which does not allow a password. */
  readonly smtpSecretRef: SmtpSecretReference;
}

/** `spec.notify.sinks[].email.smtpSecretRef` of an UpgradePlan. */
export interface SmtpSecretReference {
  /** name is the name of the Secret. */
  readonly name: string;
}

/** `spec.notify.sinks[].pagerDuty` of an UpgradePlan. */
export interface PagerDutySink {
  /** routingKeySecretRef refers to a key in a Secret in the plan's namespace that contains the integration key of the service. */
  readonly routingKeySecretRef: SecretKeyReference;
  /** url is the base URL of PagerDuty's Events API. Defaults to https://events.pagerduty.com; in the EU, it is https://events.eu.pagerduty.com. */
  readonly url?: string;
}

/** `spec.notify.sinks[].alertmanager` of an UpgradePlan. */
export interface AlertmanagerSink {
  /** url is the base URL of Alertmanager with its path prefix, without /api/v2. */
  readonly url: string;
  /** authorizationSecretRef refers to a Secret with the value of the Authorization header, such as "Basic …" or "Bearer …". */
  readonly authorizationSecretRef?: SecretKeyReference;
}

/** `status` of an UpgradePlan. */
export interface UpgradePlanStatus {
  /** conditions contains the kstatus conditions Ready, Reconciling and Stalled, and Accepted, Succeeded, RolloutStalled and NotificationsDelivered. */
  readonly conditions?: readonly Condition[];
  /** observedGeneration is the metadata.generation that this status is based on. */
  readonly observedGeneration?: number;
  /** summary is the state of the plan in one word, derived from the conditions. The operator never reads it back. */
  readonly summary?: 'Waiting' | 'Running' | 'Paused' | 'Succeeded' | 'Failed' | 'Aborted' | 'RolledBack' | 'Invalid';
  /** reason is the reason of the condition that determines the summary. */
  readonly reason?: string;
  /** progress is the number of nodes done out of the number of nodes selected, such as 137/400. */
  readonly progress?: string;
  /** revision is the hash of everything that determines the work on a node. */
  readonly revision?: string;
  /** batch is the name of the current or last UpgradeBatch. */
  readonly batch?: string;
  /** lastBatchIndex is the highest index of a batch of this plan. */
  readonly lastBatchIndex?: number;
  /** agent is the node that holds, or last held, the baton. */
  readonly agent?: string;
  /** lastProgressTime is when a node last started or changed its state, or an action was applied. It is updated only after a tenth of notify.stallSeconds. */
  readonly lastProgressTime?: string;
  /** waits are the total times during which no node could start in this revision, by reason. The current wait is added when it ends. */
  readonly waits?: readonly PlanWait[];
  /** waiting is the current wait: the rollout has begun, nothing runs and nothing can start. */
  readonly waiting?: PlanWaiting;
  /** estimatedEndTime is a rough estimate of when the rollout ends, without the time that future approvals, gates and windows take. Absent if it cannot be estimated. */
  readonly estimatedEndTime?: string;
  /** timing is the expected duration of each process, as far as it is known. */
  readonly timing?: readonly PlanTiming[];
  /** newNodes are the new nodes that wait for their batch. */
  readonly newNodes?: NewNodesStatus;
  /** nextWindowTime is when the next maintenance window opens, while all windows are closed. */
  readonly nextWindowTime?: string;
  /** upcoming are the next batches, at most ten, as they would be created now. They are shown before anything is changed, for example while the plan is paused. */
  readonly upcoming?: readonly UpcomingBatch[];
  /** preflight is the result of the checks that are made before anything is changed, and again after the spec has changed. Its warnings block nothing; a problem that is certain sets Accepted to False instead. */
  readonly preflight?: PlanPreflight;
  /** prePull is the progress of pulling the images of the next batch in advance. */
  readonly prePull?: PrePullStatus;
  /** pausedBy is the UpgradeAction that paused the plan. Absent once the plan is resumed. */
  readonly pausedBy?: PlanPause;
  /** ended is set if the rollout of a revision ended early. No further nodes of that revision start. */
  readonly ended?: PlanEnd;
  /** rollback is set while the changes of a revision are being rolled back. */
  readonly rollback?: PlanRollback;
  /** history are the last 20 UpgradeActions that were applied, the oldest first. Entries are kept when the UpgradeActions are deleted. */
  readonly history?: readonly AppliedAction[];
  /** counts are the numbers of the plan's nodes by outcome in this revision. */
  readonly counts?: PlanCounts;
  /** gates are the gates that are currently evaluated, with their latest results. An unchanged result is written once a minute. */
  readonly gates?: readonly GateStatus[];
}

/** `status.conditions[]` of an UpgradePlan. */
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

/** `status.waits[]` of an UpgradePlan. */
export interface PlanWait {
  /** reason is a CamelCase identifier for the wait. */
  readonly reason: string;
  /** seconds is the total time spent waiting for this reason. */
  readonly seconds: number;
}

/** `status.waiting` of an UpgradePlan. */
export interface PlanWaiting {
  /** reason is a CamelCase identifier for the wait. */
  readonly reason: string;
  /** sinceTime is when the wait for this reason began. */
  readonly sinceTime: string;
}

/** `status.timing[]` of an UpgradePlan. */
export interface PlanTiming {
  /** process is the name of the process. */
  readonly process: string;
  /** expectedSeconds is the usual duration of the process, without a reboot. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how far the duration may exceed expectedSeconds before the process is overdue. */
  readonly toleranceSeconds: number;
  /** source is Plan if the duration is from the plan, and Learned if it is from the nodes already done. */
  readonly source: 'Plan' | 'Learned';
  /** samples is the number of nodes that the duration was learned from. */
  readonly samples?: number;
}

/** `status.newNodes` of an UpgradePlan. */
export interface NewNodesStatus {
  /** count is the number of new nodes that wait. */
  readonly count: number;
  /** firstSeenTime is when the first of them was observed. */
  readonly firstSeenTime: string;
}

/** `status.upcoming[]` of an UpgradePlan. */
export interface UpcomingBatch {
  /** batch is the index that the batch will have. */
  readonly batch: number;
  /** step is the name of its step, if the step has one. */
  readonly step?: string;
  /** domain is the topology domain of its nodes, if the plan sets oneDomainAtATime. */
  readonly domain?: string;
  /** nodes is the number of nodes in the batch. */
  readonly nodes: number;
  /** nodeNames are the names of the nodes, abbreviated as in node-[1-3,7] and truncated after about 256 characters. */
  readonly nodeNames: string;
}

/** `status.preflight` of an UpgradePlan. */
export interface PlanPreflight {
  /** observedGeneration is the metadata.generation that was checked. */
  readonly observedGeneration: number;
  /** warnings are the possible problems that the checks found. */
  readonly warnings: readonly PreflightWarning[];
}

/** `status.preflight.warnings[]` of an UpgradePlan. */
export interface PreflightWarning {
  /** reason is a CamelCase identifier for the problem. */
  readonly reason: string;
  /** message is a human-readable description of the problem. */
  readonly message: string;
}

/** `status.prePull` of an UpgradePlan. */
export interface PrePullStatus {
  /** batch is the index that the next batch will have. */
  readonly batch: number;
  /** revision is the revision of the next batch. */
  readonly revision: string;
  /** nodes is the number of nodes in the next batch. */
  readonly nodes: number;
  /** done is the number of those nodes on which pulling has ended, with or without success. */
  readonly done: number;
  /** message is a human-readable description of what could not be pulled, and why. Absent if nothing failed. */
  readonly message?: string;
}

/** `status.pausedBy` of an UpgradePlan. */
export interface PlanPause {
  /** action is the name of the UpgradeAction. */
  readonly action: string;
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** reason is the reason given for the action. */
  readonly reason?: string;
  /** time is when the action was applied. */
  readonly time: string;
}

/** `status.ended` of an UpgradePlan. */
export interface PlanEnd {
  /** reason is how the rollout ended. */
  readonly reason: 'Aborted' | 'RolledBack';
  /** revision is the revision whose rollout ended. */
  readonly revision: string;
  /** message is a human-readable explanation of why the rollout ended. */
  readonly message: string;
  /** action is the name of the UpgradeAction that requested it, if there was one. */
  readonly action?: string;
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** time is when the end was decided. */
  readonly time: string;
}

/** `status.rollback` of an UpgradePlan. */
export interface PlanRollback {
  /** revision is the revision that is rolled back. */
  readonly revision: string;
  /** scope is what is rolled back: one batch, or the whole revision. */
  readonly scope: 'Batch' | 'Plan';
  /** batch is the name of the UpgradeBatch that is rolled back if scope is Batch. */
  readonly batch?: string;
  /** message is a human-readable explanation of why it is rolled back. */
  readonly message: string;
  /** action is the name of the UpgradeAction that requested it, if there was one. */
  readonly action?: string;
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** time is when the rollback was decided. */
  readonly time: string;
}

/** `status.history[]` of an UpgradePlan. */
export interface AppliedAction {
  /** action is the requested action. */
  readonly action: string;
  /** name is the name of the UpgradeAction. */
  readonly name: string;
  /** uid is the UID of the UpgradeAction. */
  readonly uid: string;
  /** requestedBy is the user who requested the action. */
  readonly requestedBy?: string;
  /** reason is the reason given for the action. */
  readonly reason?: string;
  /** batch is the name of the UpgradeBatch that the action applied to. */
  readonly batch?: string;
  /** message is a human-readable description of what was done. */
  readonly message: string;
  /** time is when the action was applied. */
  readonly time: string;
}

/** `status.counts` of an UpgradePlan. */
export interface PlanCounts {
  /** nodes is the number of nodes that the plan currently selects. */
  readonly nodes?: number;
  /** succeeded is the number of nodes that are done. */
  readonly succeeded?: number;
  /** failed is the number of nodes that failed. */
  readonly failed?: number;
  /** skipped is the number of nodes that were skipped. */
  readonly skipped?: number;
  /** notAttempted is the number of nodes whose upgrade did not start because the rollout stopped. */
  readonly notAttempted?: number;
  /** rolledBack is the number of nodes that are back at their previous version. */
  readonly rolledBack?: number;
  /** waiting is the number of nodes that are not in a batch yet. */
  readonly waiting?: number;
  /** running is the number of nodes whose upgrade is in progress. */
  readonly running?: number;
  /** unavailable is the number of nodes that are unavailable for any reason. */
  readonly unavailable?: number;
  /** quarantined is the number of nodes in quarantine. */
  readonly quarantined?: number;
}

/** `status.gates[]` of an UpgradePlan. */
export interface GateStatus {
  /** name is the name of the gate. */
  readonly name: string;
  /** state is whether the gate is open. */
  readonly state: 'Open' | 'Closed';
  /** sinceTime is when the gate last changed to this state. */
  readonly sinceTime: string;
  /** value is the observed value. */
  readonly value?: string;
  /** threshold is what the value was compared with. */
  readonly threshold?: string;
  /** message is a human-readable explanation of the state. */
  readonly message?: string;
  /** observedTime is when the gate was last evaluated. */
  readonly observedTime: string;
  /** closedTime is when the gate was last closed. A soak starts again from that time. */
  readonly closedTime?: string;
  /** definition is a hash of the gate's spec. The state of the gate is reset when it changes. */
  readonly definition: string;
}
