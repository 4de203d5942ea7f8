// Generated from crds/upgradeplans.baton.dev.yaml by `npm run generate`: do not edit.

import type { ObjectMeta } from '../object-meta.ts';

/** UpgradePlan describes the upgrade of a fleet - what moves where, in which order, under which conditions. */
export interface UpgradePlan {
  readonly apiVersion: 'baton.dev/v1alpha1';
  readonly kind: 'UpgradePlan';
  readonly metadata: ObjectMeta;
  /** spec is what people want of the fleet. */
  readonly spec: UpgradePlanSpec;
  /** status is what the operator has observed. Its size does not depend on the fleet's. */
  readonly status?: UpgradePlanStatus;
}

/** `spec` of an UpgradePlan. */
export interface UpgradePlanSpec {
  /** version is what the nodes are moved to. It is part of the revision (re-runs: yes) and stands for $(BATON_VERSION) in images, commands and environment. */
  readonly version: string;
  /** nodeSelector chooses the nodes of the fleet by their labels (re-runs: no). */
  readonly nodeSelector?: NodeSelector;
  /** allNodes is the consent to choose every node of the cluster instead of a nodeSelector (re-runs: no). */
  readonly allNodes?: boolean;
  /** dependsOn are other plans of this namespace that have to succeed at these versions before a node of this plan starts (re-runs: no). */
  readonly dependsOn?: readonly PlanDependency[];
  /** exclusiveGroup names a group of plans of the whole cluster of which one runs at a time (re-runs: no). A plan that waits between its batches for more than time (paused, outside its windows, to be approved) lets the others run. */
  readonly exclusiveGroup?: string;
  /** newNodes says what becomes of nodes that the plan comes to choose only after its first batch of the revision was made (re-runs: no). */
  readonly newNodes: NewNodes;
  /** notReadyNodes is what becomes of a node that is NotReady when its turn comes (re-runs: no). Skip passes it over; once it is Ready again it goes with the new nodes. Include gives it its turn as it is, last in its batch, and whatever its deadline finds counts. */
  readonly notReadyNodes: 'Skip' | 'Include';
  /** paused keeps new turns from starting; what runs is finished (re-runs: no). */
  readonly paused: boolean;
  /** maxUnavailable is how many nodes of the plan may be down at once, for whatever reason: a number, or a percentage of the plan's nodes rounded down to at least 1 (re-runs: no). */
  readonly maxUnavailable: number | string;
  /** podPlacement is where Pods go that leave a node. PreferDoneNodes marks the nodes that are still to do with the taint baton.dev/outdated (PreferNoSchedule) from the first batch on, so that Pods do not move once for each batch; it costs one write a node, where nodes are drained at all. Anywhere leaves it to the scheduler (re-runs: no). */
  readonly podPlacement: 'PreferDoneNodes' | 'Anywhere';
  /** prePull is whose images are pulled ahead. NextBatch pulls, while a batch runs, soaks or waits for its approval, the images of the next batch's Jobs on its nodes, with the templates' own pull secrets; nothing of them is run there. An image that cannot be pulled is told and stops nothing. It costs one Pod a node for a short while. None leaves it to the Jobs (re-runs: no). */
  readonly prePull: 'NextBatch' | 'None';
  /** oneDomainAtATime keeps the plan from having nodes of two topology domains (zones, racks) down at once, in their turn or since they failed. Batches have nodes of one domain; domains go by name; nodes without the label are one domain of their own, shown as (none), which goes last (re-runs: no). */
  readonly oneDomainAtATime?: OneDomainAtATime;
  /** batches are the steps of the rollout; the last one repeats until no node is left. Nodes go in an order that is the same for each revision: workers before control-plane nodes, nodes that failed before last (re-runs: no). */
  readonly batches: readonly BatchStep[];
  /** windows are when nodes may start; without any, always (re-runs: no). A node starts only while some window is open. What runs when a window closes is finished. */
  readonly windows?: readonly MaintenanceWindow[];
  /** freezes are times in which no node starts, whatever the windows say (re-runs: no). What runs is finished. Freezes for every plan of the cluster are in the ConfigMap baton-freezes in the operator's namespace. */
  readonly freezes?: readonly ChangeFreeze[];
  /** gates are conditions that must hold before something starts (re-runs: no). A gate that cannot be evaluated is closed. What runs is finished whatever they say. */
  readonly gates?: readonly Gate[];
  /** failure says how much may go wrong, and what follows then (re-runs: no). When it is too much, nothing more starts until an UpgradeAction. */
  readonly failure: FailurePolicy;
  /** processes are the upgrade processes of a node, in the order in which they run there. */
  readonly processes: readonly UpgradeProcess[];
  /** drain says how nodes are emptied before a process that disrupts them (re-runs: no). */
  readonly drain: DrainPolicy;
  /** notify says who is told, and which nodes may do the telling (re-runs: no). */
  readonly notify?: NotifyPolicy;
}

/** `spec.nodeSelector` of an UpgradePlan. */
export interface NodeSelector {
  /** matchLabels are labels that a node must have, each with this value. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** matchExpressions are conditions on labels that must all hold. */
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
}

/** `spec.nodeSelector.matchExpressions[]` of an UpgradePlan. */
export interface NodeSelectorRequirement {
  /** key is the label that the requirement is about. */
  readonly key: string;
  /** operator relates the label to the values. */
  readonly operator: 'In' | 'NotIn' | 'Exists' | 'DoesNotExist';
  /** values are compared with the label's value. */
  readonly values?: readonly string[];
}

/** `spec.dependsOn[]` of an UpgradePlan. */
export interface PlanDependency {
  /** name is the other plan's name. */
  readonly name: string;
  /** version is the spec.version at which it has to succeed. */
  readonly version: string;
}

/** `spec.newNodes` of an UpgradePlan. */
export interface NewNodes {
  /** policy set to Upgrade lets them go after all others, also when the plan had ended; Ignore leaves them alone until another revision. */
  readonly policy: 'Upgrade' | 'Ignore';
  /** collectSeconds is how long, from the first of them on, others are waited for, so that they go together. A node that was skipped because it was NotReady and is back waits with them. */
  readonly collectSeconds: number;
}

/** `spec.oneDomainAtATime` of an UpgradePlan. */
export interface OneDomainAtATime {
  /** topologyKey is the label whose value is a node's domain, for instance topology.kubernetes.io/zone. */
  readonly topologyKey: string;
}

/** `spec.batches[]` of an UpgradePlan. */
export interface BatchStep {
  /** name is what people call the step, for instance canary; batches, status and notifications repeat it (re-runs: no). */
  readonly name?: string;
  /** size is how many nodes go together: a number, or a percentage of the plan's nodes rounded down to at least 1. A batch is cut at 1,000 node-processes whatever its size; the step then becomes several batches. */
  readonly size: number | string;
  /** maxFailed is how many nodes of this step may fail before nothing more starts: a number, or a percentage of the step's nodes rounded down. The first step defaults to 0, the others to the plan's budget alone. */
  readonly maxFailed?: number | string;
  /** soakSeconds is how long a batch of this step is left to prove itself: the next one is not made earlier than so long after it settled (re-runs: no). */
  readonly soakSeconds?: number;
  /** approval says that a person has to let it go on, by an UpgradeAction Approve that names the batch; None by default. BeforeStart: the batch is made, but none of its nodes gets its turn before that. BeforeNext: once the batch has settled, the next one is not made before that. A step that repeats asks for each of its batches (re-runs: no). */
  readonly approval?: 'None' | 'BeforeStart' | 'BeforeNext';
}

/** `spec.windows[]` of an UpgradePlan. */
export interface MaintenanceWindow {
  /** name tells the windows of a plan apart. */
  readonly name: string;
  /** schedule is when the window opens, a cron expression of five fields (minute, hour, day of month, month, day of week). An hour that summer time skips opens it when that hour is over; one that comes twice opens it the first time, unless the expression is a list or a range of times, or has an asterisk for the hour. */
  readonly schedule: string;
  /** durationSeconds is for how long the window stays open, in seconds that pass, whatever the clock on the wall does. Windows may overlap; a window that opens again before it has closed stays open. */
  readonly durationSeconds: number;
  /** timeZone is the IANA name of the zone that the schedule is in, such as Europe/Paris or UTC. */
  readonly timeZone: string;
}

/** `spec.freezes[]` of an UpgradePlan. */
export interface ChangeFreeze {
  /** name tells the freezes of a plan apart. */
  readonly name: string;
  /** from is when the freeze begins. */
  readonly from: string;
  /** to is when it ends. */
  readonly to: string;
  /** reason is shown to whoever asks why nothing starts. */
  readonly reason?: string;
}

/** `spec.gates[]` of an UpgradePlan. */
export interface Gate {
  /** name tells the gates of a plan apart. */
  readonly name: string;
  /** when is what the gate holds - the next batch, or the turn of each node. A gate BeforeBatch is also evaluated while a batch soaks, and closing then starts the soak again. */
  readonly when: 'BeforeBatch' | 'BeforeNode';
  /** forSeconds is how long the gate must have been open without a break. */
  readonly forSeconds: number;
  /** timeoutSeconds is how long one evaluation may take; one that takes longer counts as closed. */
  readonly timeoutSeconds: number;
  /** prometheus opens the gate while the value of an instant query lies within the limits. */
  readonly prometheus?: PrometheusGate;
  /** http opens the gate while a GET is answered with the expected status. */
  readonly http?: HttpGate;
  /** object opens the gate while a CEL expression is true of a Kubernetes object. The operator may read what the ClusterRoles with the label baton.dev/aggregate-to-gates allow; what it may not read counts as closed. */
  readonly object?: ObjectGate;
  /** job opens the gate while a Job in the plan's namespace ends well; it runs again and again while the gate is asked, never on a node in its turn, and timeoutSeconds is its deadline. */
  readonly job?: JobGate;
}

/** `spec.gates[].prometheus` of an UpgradePlan. */
export interface PrometheusGate {
  /** address is the URL of the Prometheus, without /api/v1/query. */
  readonly address: string;
  /** query must give one sample or a scalar. No sample, several, and NaN count as closed, so that a query which may be empty ends with "or vector(0)". */
  readonly query: string;
  /** max is the highest value at which the gate is open. */
  readonly max?: string;
  /** min is the lowest value at which the gate is open. */
  readonly min?: string;
  /** credential names one that the administrator has mounted into the operator. It is sent only to the hosts that the administrator bound it to. */
  readonly credential?: string;
}

/** `spec.gates[].http` of an UpgradePlan. */
export interface HttpGate {
  /** url is what is asked. Redirects are not followed. */
  readonly url: string;
  /** expectStatus is the HTTP status at which the gate is open. */
  readonly expectStatus: number;
  /** credential names one that the administrator has mounted into the operator. It is sent only to the hosts that the administrator bound it to. */
  readonly credential?: string;
}

/** `spec.gates[].object` of an UpgradePlan. */
export interface ObjectGate {
  /** apiVersion is the group and version of the object. */
  readonly apiVersion: string;
  /** kind is the kind of the object. */
  readonly kind: string;
  /** namespace is where the object is; the plan's by default. */
  readonly namespace?: string;
  /** name is the object's name. */
  readonly name?: string;
  /** labelSelector chooses objects by their labels, at most 100. The expression must be true of each, and there must be one. */
  readonly labelSelector?: NodeSelector;
  /** expression is CEL with the variable object; it must give true or false. */
  readonly expression: string;
}

/** `spec.gates[].job` of an UpgradePlan. */
export interface JobGate {
  /** template is a PodTemplateSpec. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** `spec.failure` of an UpgradePlan. */
export interface FailurePolicy {
  /** maxFailed is how many nodes of the plan may fail before nothing more starts: a number, or a percentage of the plan's nodes rounded down. */
  readonly maxFailed: number | string;
  /** maxConsecutiveFailed is how many nodes that fail one after the other, in the order of their outcomes, stop the rollout although maxFailed is not exceeded yet. Not set, only maxFailed counts. */
  readonly maxConsecutiveFailed?: number;
  /** failedNodes is what becomes of a node that failed once its upgrade had begun. Quarantine keeps it cordoned and tainted until an UpgradeAction releases it; Uncordon gives it back at once, half upgraded or not. */
  readonly failedNodes: 'Quarantine' | 'Uncordon';
  /** then is what follows when too many nodes failed. Pause waits for an UpgradeAction Resume; Abort ends the rollout of this revision, of which nothing starts any more; Rollback takes back what the rollout did, as `rollback` says, and ends it. */
  readonly then: 'Pause' | 'Abort' | 'Rollback';
  /** rollback says how far `then: Rollback` goes, and whether a person has to let it begin (re-runs: no). Not set, the batch goes back once a person has approved it. */
  readonly rollback?: RollbackPolicy;
  /** retriesPerNode is how many more attempts a node gets, in the same turn, whose Job failed or did not end in time. Processes that succeeded are not run again. */
  readonly retriesPerNode: number;
}

/** `spec.failure.rollback` of an UpgradePlan. */
export interface RollbackPolicy {
  /** scope is what is rolled back: the batch after which too many nodes had failed, or with Plan all that the rollout of this revision has changed, the newest batch first (re-runs: no). */
  readonly scope: 'Batch' | 'Plan';
  /** approval set to Required pauses the plan until an UpgradeAction Rollback, or Approve, lets the rollback begin; None begins it as soon as what runs is finished (re-runs: no). */
  readonly approval: 'Required' | 'None';
}

/** `spec.processes[]` of an UpgradePlan. */
export interface UpgradeProcess {
  /** name tells the processes of a plan apart (re-runs: yes). */
  readonly name: string;
  /** nodeSelector limits the process to some of the plan's nodes (re-runs: no). */
  readonly nodeSelector?: NodeSelector;
  /** disruption is what the process does to the host. Drain cordons and drains the node first; Reboot does so as well and expects a new boot ID (re-runs: no). */
  readonly disruption: 'None' | 'Drain' | 'Reboot';
  /** report set to Socket mounts the reporter's directory /run/baton into the Job's Pod, so that its containers can report (re-runs: no). */
  readonly report: 'None' | 'Socket';
  /** timing says how long the process may take (re-runs: no). What takes longer is overdue: shown, and answered as onOverdue says; deadlineSeconds ends it. */
  readonly timing: ProcessTiming;
  /** onOverdue says what follows when the process is overdue (re-runs: no). Alert only shows and tells it. Fail stops it (the Pod of its Job gets SIGTERM) and the node fails once it has ended. Retry stops it and runs it once more on that node; a second time it fails. */
  readonly onOverdue: 'Alert' | 'Fail' | 'Retry';
  /** rerun set to Safe declares that the process may be stopped at any point and run again on the same node (re-runs: no). Only such a process may have onOverdue Retry. */
  readonly rerun: 'Unsafe' | 'Safe';
  /** job runs the process as a Job, one for each node and attempt. */
  readonly job?: JobProcess;
  /** daemonSet names a DaemonSet with updateStrategy OnDelete, whose Pod on the node is replaced (re-runs: yes). It has ended when the Pod of its newest revision is Ready there. Only the reference is part of the plan's revision: for nodes that are done to get what changed in the DaemonSet since, change spec.version. */
  readonly daemonSet?: DaemonSetReference;
  /** external leaves the process to the node's own updater (re-runs: no). It is given its turn by the label baton.dev/process on the Node and an Event TurnOpened on the UpgradeBatch, and reports like any process. It has ended when what verify compares is there, or when it reports UpgradeSucceeded; then verify decides. */
  readonly external?: Readonly<Record<string, unknown>>;
  /** verify says what must hold on the node before the process counts as done, beside the node being Ready (re-runs: no). The process has ended then; until all of it holds the node is Verifying, and after timeoutSeconds it has failed. */
  readonly verify?: ProcessVerify;
}

/** `spec.processes[].timing` of an UpgradePlan. */
export interface ProcessTiming {
  /** expectedSeconds is how long the process usually takes from its start, without a reboot. Without it, it is learned from the nodes already done in this rollout, as soon as there are three. */
  readonly expectedSeconds?: number;
  /** toleranceSeconds is how much longer than expectedSeconds it may take before it is overdue. Without it: half of expectedSeconds, and at least 60. */
  readonly toleranceSeconds?: number;
  /** rebootSeconds is how long a reboot may take, counted from the report UpgradeRebooting until the node is Ready again, before the process is overdue. Without it, it is learned like expectedSeconds. */
  readonly rebootSeconds?: number;
  /** silenceSeconds is how long a process that has reported may say nothing before it is overdue. The reporter's beat counts as a word, so it should be longer than two of them (BATON_BEAT_SECONDS, 60). Without it, silence is not watched. */
  readonly silenceSeconds?: number;
  /** tasks are the times of single tasks, for reports that name the task that the process is at. */
  readonly tasks?: readonly TaskTiming[];
  /** deadlineSeconds is the hard end of the process, reboot included, counted from the creation of its Job (or, without one, from when its turn came). The drain before it is bounded by the same time. */
  readonly deadlineSeconds: number;
}

/** `spec.processes[].timing.tasks[]` of an UpgradePlan. */
export interface TaskTiming {
  /** name is the task as reports name it. */
  readonly name: string;
  /** expectedSeconds is how long the task usually takes from the first report that names it. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how much longer it may take before the process is overdue. Without it: half of expectedSeconds, and at least 60. */
  readonly toleranceSeconds?: number;
}

/** `spec.processes[].job` of an UpgradePlan. */
export interface JobProcess {
  /** compatibility set to SystemUpgradeController runs images made for rancher/system-upgrade-controller unchanged: it completes the template with the host's namespaces, the host's root at /host, the SYSTEM_UPGRADE_* environment, Pod information in /run/system-upgrade/pod, its labels, and privileged containers (re-runs: yes). */
  readonly compatibility?: 'SystemUpgradeController';
  /** template is a PodTemplateSpec; the operator fills in the node, the BATON_* environment and the tolerations of a turn (re-runs: yes). */
  readonly template: Readonly<Record<string, unknown>>;
  /** rollback is how the process is taken back on a node, by failure.then or an UpgradeAction Rollback. Without it, what the process did stays (re-runs: no). */
  readonly rollback?: JobRollback;
}

/** `spec.processes[].job.rollback` of an UpgradePlan. */
export interface JobRollback {
  /** template is a PodTemplateSpec, completed like job.template. $(BATON_FROM_VERSION) is the version that the node came from and goes back to, $(BATON_VERSION) the plan's; BATON_CHECKPOINT is what the upgrade left (re-runs: no). */
  readonly template: Readonly<Record<string, unknown>>;
}

/** `spec.processes[].daemonSet` of an UpgradePlan. */
export interface DaemonSetReference {
  /** namespace is the DaemonSet's. Where it is not the plan's own, writing the plan takes the verb upgrade on daemonsets there. */
  readonly namespace: string;
  /** name is the DaemonSet's. */
  readonly name: string;
}

/** `spec.processes[].verify` of an UpgradePlan. */
export interface ProcessVerify {
  /** kernelVersion is what status.nodeInfo.kernelVersion of the Node must be. As in the three fields below, `*` stands for any text and $(BATON_VERSION) for the plan's version. */
  readonly kernelVersion?: string;
  /** osImage is what status.nodeInfo.osImage must be. */
  readonly osImage?: string;
  /** kubeletVersion is what status.nodeInfo.kubeletVersion must be, as in `v$(BATON_VERSION)`. */
  readonly kubeletVersion?: string;
  /** containerRuntimeVersion is what status.nodeInfo.containerRuntimeVersion must be, as in `containerd://2.1.*`. */
  readonly containerRuntimeVersion?: string;
  /** nodeLabels are labels that the Node must have, each with exactly this value; $(BATON_VERSION) stands for the plan's version. */
  readonly nodeLabels?: Readonly<Record<string, string>>;
  /** daemonSetsReady demands that every DaemonSet Pod on the node is Ready. */
  readonly daemonSetsReady: boolean;
  /** stableSeconds is for how long all of it, the node being Ready included, must hold without a break. A restart of the operator does not start it anew. */
  readonly stableSeconds: number;
  /** timeoutSeconds is how long after the end of the process it may take until all of it holds. What holds by then has its stableSeconds all the same. */
  readonly timeoutSeconds: number;
  /** job must end with exit code 0 on the node, after the rest of verify has held for stableSeconds. It only looks: it may be run again. */
  readonly job?: VerifyJob;
}

/** `spec.processes[].verify.job` of an UpgradePlan. */
export interface VerifyJob {
  /** template is a PodTemplateSpec; the operator fills in the node, the BATON_* environment and the tolerations of a turn. The Job may take timeoutSeconds. */
  readonly template: Readonly<Record<string, unknown>>;
}

/** `spec.drain` of an UpgradePlan. */
export interface DrainPolicy {
  /** mode says what is done before a process that disrupts the node. Auto cordons and drains it, once a turn and only if such a process is still to run there. Cordon keeps new Pods away and evicts none. None leaves it schedulable. */
  readonly mode: 'Auto' | 'Cordon' | 'None';
  /** timeoutSeconds is how long the Pods of a node may take to go, from the first eviction on. A node that is not drained by then is uncordoned and Failed with DrainTimeout. Default is the `timing.deadlineSeconds` of its first process that disrupts. */
  readonly timeoutSeconds?: number;
  /** ignore names Pods that stay, whatever becomes of the host under them. */
  readonly ignore?: DrainIgnore;
  /** waitFor names Pods that may end by themselves. While one of them runs on the cordoned node, nothing is evicted there; those that still run at the timeout are evicted like any other. */
  readonly waitFor?: DrainWaitFor;
  /** force names the only Pods that may be deleted past their PodDisruptionBudget, once `drain.timeoutSeconds` are over. Any other Pod that is still there then makes the drain fail, and nothing is deleted. */
  readonly force?: DrainForce;
  /** emptyDirData set to Delete is the consent to evict Pods that have emptyDir volumes; with Keep such a Pod blocks the drain. */
  readonly emptyDirData: 'Keep' | 'Delete';
  /** unmanagedPods set to Delete is the consent to evict Pods without a controller, which nobody starts again; with Keep such a Pod blocks the drain. */
  readonly unmanagedPods: 'Keep' | 'Delete';
}

/** `spec.drain.ignore` of an UpgradePlan. */
export interface DrainIgnore {
  /** podSelector chooses Pods of every namespace by their labels. */
  readonly podSelector: PodSelector;
}

/** `spec.drain.ignore.podSelector` of an UpgradePlan. */
export interface PodSelector {
  /** matchLabels are labels that a node must have, each with this value. */
  readonly matchLabels?: Readonly<Record<string, string>>;
  /** matchExpressions are conditions on labels that must all hold. */
  readonly matchExpressions?: readonly NodeSelectorRequirement[];
}

/** `spec.drain.waitFor` of an UpgradePlan. */
export interface DrainWaitFor {
  /** podSelector chooses Pods of every namespace by their labels. */
  readonly podSelector: PodSelector;
  /** timeoutSeconds is how long they are waited for, from the opening of the turn on. */
  readonly timeoutSeconds: number;
}

/** `spec.drain.force` of an UpgradePlan. */
export interface DrainForce {
  /** podSelector chooses Pods of every namespace by their labels. */
  readonly podSelector: PodSelector;
}

/** `spec.notify` of an UpgradePlan. */
export interface NotifyPolicy {
  /** stallSeconds is how long nothing may move before the plan has the condition RolloutStalled, which names what is to blame. Without it: 1800. A closed window, a freeze, a soak and spec.paused are no stall. */
  readonly stallSeconds?: number;
  /** nodeDetail is how much notifications tell of single nodes. None: counts only, no name of a node anywhere. Problems: the nodes that did not succeed, and the slowest. All: every node. Without it, texts tell of problems and the data that webhooks get lists every node. Where a sink wants less, it gets less. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
  /** nodeDetails are other levels for some of the nodes; the first that matches a node counts. They are looked up when a batch is made. */
  readonly nodeDetails?: readonly NodeDetailRule[];
  /** silences keeps the alerts about a node quiet while it is in its turn: for five minutes, extended while the turn lasts, lifted at once when the node fails. A silence that cannot be made stops nothing. */
  readonly silences?: SilencesPolicy;
  /** required lets the next batch wait until every sink that asked has got the final message of the last one; a sink that refuses it for good pauses the rollout until an UpgradeAction Resume. Without it: false, and the next batch waits at most 30 s. */
  readonly required?: boolean;
  /** live keeps one message a batch up to date while it runs, at most every 30 s, in sinks that can change a message (Slack with a bot token); the final message takes its place. Without it: false. */
  readonly live?: boolean;
  /** alerts are what is told at once, before the batch has settled, to the sinks that are told of trouble. Without it: all of them. What happens within seconds is one alert; further ones of a batch follow at most every five minutes. */
  readonly alerts?: readonly ('NodeFailed' | 'NodeOverdue' | 'RolloutPaused' | 'RolloutStalled' | 'ApprovalRequired')[];
  /** runbookUrl is a page that says what to do in trouble. Messages in which something went wrong have it in a line of their own, and every message as a field (re-runs: no). */
  readonly runbookUrl?: string;
  /** agent limits which of the plan's nodes may hold the baton. */
  readonly agent?: AgentPolicy;
  /** sinksFrom are sinks that several plans share. A sink of the plan's own goes before a shared one of the same name, and an earlier entry before a later one. A plan has at most ten sinks in all. While one of the ConfigMaps cannot be read or is wrong, nothing starts (re-runs: no). */
  readonly sinksFrom?: readonly SinksSource[];
  /** sinks are where notifications go. */
  readonly sinks?: readonly Sink[];
}

/** `spec.notify.nodeDetails[]` of an UpgradePlan. */
export interface NodeDetailRule {
  /** nodeSelector chooses nodes by their labels. */
  readonly nodeSelector: NodeSelector;
  /** nodeDetail is what may be told of them. */
  readonly nodeDetail: 'None' | 'Problems' | 'All';
}

/** `spec.notify.silences` of an UpgradePlan. */
export interface SilencesPolicy {
  /** alertmanager is where the silences are kept. */
  readonly alertmanager: SilencesAlertmanager;
  /** matchers say which alerts are about the node; all have to match. */
  readonly matchers: readonly SilenceMatcher[];
}

/** `spec.notify.silences.alertmanager` of an UpgradePlan. */
export interface SilencesAlertmanager {
  /** url is its address, without /api/v2. The operator asks it, so it has to be one that gates may ask. */
  readonly url: string;
  /** credential names what the administrator has given the operator for this host. */
  readonly credential?: string;
}

/** `spec.notify.silences.matchers[]` of an UpgradePlan. */
export interface SilenceMatcher {
  /** name is the alert's label. */
  readonly name: string;
  /** value is what the label has to be; $(BATON_NODE) in it is the node's name. */
  readonly value: string;
  /** type Regex takes value for a regular expression, as in $(BATON_NODE)(:[0-9]+)?; without it, the label has to be equal to it. */
  readonly type?: 'Equal' | 'Regex';
}

/** `spec.notify.agent` of an UpgradePlan. */
export interface AgentPolicy {
  /** nodeSelector chooses the nodes from which the sinks can be reached. */
  readonly nodeSelector?: NodeSelector;
}

/** `spec.notify.sinksFrom[]` of an UpgradePlan. */
export interface SinksSource {
  /** configMapRef names a ConfigMap in the plan's namespace with a list of sinks, as YAML. */
  readonly configMapRef: SinksConfigMap;
}

/** `spec.notify.sinksFrom[].configMapRef` of an UpgradePlan. */
export interface SinksConfigMap {
  /** name is the name of the ConfigMap. */
  readonly name: string;
  /** key is the key within the ConfigMap's data. Without it: sinks.yaml. */
  readonly key?: string;
}

/** `spec.notify.sinks[]` of an UpgradePlan. */
export interface Sink {
  /** name tells the sinks of a plan apart. */
  readonly name: string;
  /** send is what the sink is told. EveryBatch (the default of all kinds but pagerDuty): the final message of each batch, and alerts. OnTrouble (pagerDuty's default): alerts, the final message of a batch in which a node failed or somebody has to act, and the first final message after such trouble. PlanEnd: only the message with which the rollout ends. */
  readonly send?: 'EveryBatch' | 'OnTrouble' | 'PlanEnd';
  /** nodeDetail is how much the readers of this sink want to be told of single nodes. What the plan does not let be told of a node, no sink is told. */
  readonly nodeDetail?: 'None' | 'Problems' | 'All';
  /** connection says how the receiver is reached. */
  readonly connection?: SinkConnection;
  /** template makes the sink's text in place of the built-in one, in Liquid over the fields of the notification. When it fails, the built-in text goes out, and the receipt says so. */
  readonly template?: string;
  /** webhook posts the notification as JSON. */
  readonly webhook?: WebhookSink;
  /** slack posts into a channel of Slack. */
  readonly slack?: SlackSink;
  /** teams posts an Adaptive Card into a channel or chat of Microsoft Teams. */
  readonly teams?: TeamsSink;
  /** email sends a mail, as text and as HTML. The mails of a rollout are one thread. */
  readonly email?: EmailSink;
  /** pagerDuty triggers an incident for a rollout in trouble and resolves it when a later batch went well, by the Events API v2. */
  readonly pagerDuty?: PagerDutySink;
  /** alertmanager posts alerts to Alertmanager's API v2. A batch in trouble fires one for its plan; the next that went well resolves it. */
  readonly alertmanager?: AlertmanagerSink;
  /** events writes an Event about the plan into its namespace, which `kubectl describe` shows. It has no settings: `events: {}`. */
  readonly events?: Readonly<Record<string, unknown>>;
}

/** `spec.notify.sinks[].connection` of an UpgradePlan. */
export interface SinkConnection {
  /** timeoutSeconds is how long one try may take, from the connection to the answer. Without it: 10. After one without an answer in time the next may take twice as long, up to 60. */
  readonly timeoutSeconds?: number;
  /** proxyUrl is an HTTP proxy through which the receiver is reached (https by CONNECT). The administrator's list of addresses must allow the proxy, and the receiver by its name. */
  readonly proxyUrl?: string;
  /** proxyUrlSecretRef names the Secret with the proxy's URL, when that has a user name and a password. */
  readonly proxyUrlSecretRef?: SecretKeyReference;
  /** tls says whom an https connection trusts, and with what it identifies itself. */
  readonly tls?: SinkTls;
}

/** `spec.notify.sinks[].connection.proxyUrlSecretRef` of an UpgradePlan. */
export interface SecretKeyReference {
  /** name is the name of a Secret in the plan's namespace. */
  readonly name: string;
  /** key is the key within the Secret's data. */
  readonly key: string;
}

/** `spec.notify.sinks[].connection.tls` of an UpgradePlan. */
export interface SinkTls {
  /** caSecretRef names the certificates (PEM) of the authorities that the receiver's certificate is verified with, instead of the usual public ones. */
  readonly caSecretRef?: SecretKeyReference;
  /** clientCertSecretRef names a Secret of the type kubernetes.io/tls (keys tls.crt and tls.key) with the client certificate (mTLS). */
  readonly clientCertSecretRef?: SecretReference;
}

/** `spec.notify.sinks[].connection.tls.clientCertSecretRef` of an UpgradePlan. */
export interface SecretReference {
  /** name is the name of a Secret in the plan's namespace. */
  readonly name: string;
}

/** `spec.notify.sinks[].webhook` of an UpgradePlan. */
export interface WebhookSink {
  /** contentType is what the sink's template makes. Without it, application/json. */
  readonly contentType?: string;
  /** url is the address that the notification is posted to. */
  readonly url?: string;
  /** urlSecretRef names the Secret with the address, when that is a secret itself. */
  readonly urlSecretRef?: SecretKeyReference;
  /** signingSecretRef names the key of a Secret in the plan's namespace that signs the request by Standard Webhooks. A notification with a missing key is never sent unsigned. */
  readonly signingSecretRef?: SecretKeyReference;
  /** previousSigningSecretRef names the signing secret of before, while receivers change to the new one: requests carry a signature of each. Once its Secret is gone, requests carry the new one alone. */
  readonly previousSigningSecretRef?: SecretKeyReference;
  /** authorizationSecretRef names the Secret with the value of the header Authorization, as in "Bearer …". */
  readonly authorizationSecretRef?: SecretKeyReference;
}

/** `spec.notify.sinks[].slack` of an UpgradePlan. */
export interface SlackSink {
  /** channel is the channel's name with #, or its ID. */
  readonly channel?: string;
  /** tokenSecretRef names the Secret with the app's bot token (xoxb-…), which has the scope chat:write. */
  readonly tokenSecretRef?: SecretKeyReference;
  /** apiUrl is where Slack's API is. Without it: https://slack.com/api/. */
  readonly apiUrl?: string;
  /** webhookUrlSecretRef names the Secret with the URL of an incoming webhook. Its messages cannot be updated or answered in a thread. */
  readonly webhookUrlSecretRef?: SecretKeyReference;
}

/** `spec.notify.sinks[].teams` of an UpgradePlan. */
export interface TeamsSink {
  /** webhookUrlSecretRef names the Secret with the URL of a workflow that posts what its webhook gets ("Post to a channel when a webhook request is received"). */
  readonly webhookUrlSecretRef: SecretKeyReference;
}

/** `spec.notify.sinks[].email` of an UpgradePlan. */
export interface EmailSink {
  /** to are the addresses of the recipients. */
  readonly to: readonly string[];
  /** cc are the addresses of those who get a copy. */
  readonly cc?: readonly string[];
  /** from is the sender's address. The name beside it is Baton. */
  readonly from: string;
  /** smtpSecretRef names a Secret in the plan's namespace that says which mail server takes it. Its keys are `host`, and where they are needed `port` (587), `username` and `password`, `tls` (`starttls`, which is required then; `implicit`, which port 465 means; `none`, which allows no password), and `ca.crt`. */
  readonly smtpSecretRef: SmtpSecretReference;
}

/** `spec.notify.sinks[].email.smtpSecretRef` of an UpgradePlan. */
export interface SmtpSecretReference {
  /** name is the Secret's name. */
  readonly name: string;
}

/** `spec.notify.sinks[].pagerDuty` of an UpgradePlan. */
export interface PagerDutySink {
  /** routingKeySecretRef names the key of a Secret in the plan's namespace that holds the integration key of the service. */
  readonly routingKeySecretRef: SecretKeyReference;
  /** url is where PagerDuty takes events. Without it: https://events.pagerduty.com; in the EU it is https://events.eu.pagerduty.com. */
  readonly url?: string;
}

/** `spec.notify.sinks[].alertmanager` of an UpgradePlan. */
export interface AlertmanagerSink {
  /** url is Alertmanager's address with its path prefix, without /api/v2. */
  readonly url: string;
  /** authorizationSecretRef names the Secret with the value of the header Authorization, as in "Basic …" or "Bearer …". */
  readonly authorizationSecretRef?: SecretKeyReference;
}

/** `status` of an UpgradePlan. */
export interface UpgradePlanStatus {
  /** conditions follow kstatus (Ready, Reconciling, Stalled), with Accepted and Succeeded beside them. */
  readonly conditions?: readonly Condition[];
  /** observedGeneration is the generation of the spec that this status speaks of. */
  readonly observedGeneration?: number;
  /** summary is one word for people, derived from the conditions and never read back. */
  readonly summary?: 'Waiting' | 'Running' | 'Paused' | 'Succeeded' | 'Failed' | 'Aborted' | 'RolledBack' | 'Invalid';
  /** reason is the reason of the condition that decides the summary. */
  readonly reason?: string;
  /** progress is the number of nodes done and of nodes chosen, as in 137/400. */
  readonly progress?: string;
  /** revision is the hash of what decides the work on a node. */
  readonly revision?: string;
  /** batch is the name of the current or last UpgradeBatch. */
  readonly batch?: string;
  /** lastBatchIndex is the highest index given to a batch of this plan. */
  readonly lastBatchIndex?: number;
  /** agent is the node that holds, or last held, the baton. */
  readonly agent?: string;
  /** lastMovedTime is when a turn was opened, a record changed its state or somebody acted, for the last time. It is written when it has gone on by a tenth of notify.stallSeconds. */
  readonly lastMovedTime?: string;
  /** waits are for how long nothing could start in this revision, by the reason; the present wait is added when it has ended. */
  readonly waits?: readonly PlanWait[];
  /** waiting says since when nothing can start and nothing runs, once the rollout has begun. */
  readonly waiting?: PlanWaiting;
  /** estimatedEndTime is when the rollout is expected to end, roughly: without what approvals, gates and windows to come will take. Absent when that cannot be known. */
  readonly estimatedEndTime?: string;
  /** timing is how long each process is expected to take, where that is known. */
  readonly timing?: readonly PlanTiming[];
  /** newNodes are nodes that came late and wait for their batch. */
  readonly newNodes?: NewNodesStatus;
  /** nextOpening is when nodes may start again, while every window is closed. */
  readonly nextOpening?: string;
  /** upcoming are the next batches, at most ten, as they would be made now - shown before anything is touched, for instance while the plan is paused. */
  readonly upcoming?: readonly UpcomingBatch[];
  /** preflight is what was found that may go wrong, before anything is touched and again when the spec has changed. It stops nothing: what surely goes wrong makes Accepted False. */
  readonly preflight?: PlanPreflight;
  /** prePull is how far the images of the next batch have been pulled ahead. */
  readonly prePull?: PrePullStatus;
  /** pausedBy is the UpgradeAction that paused the plan, until one resumes it. */
  readonly pausedBy?: PlanPause;
  /** ended says that the rollout of a revision is over before its time. Nothing of that revision starts any more. */
  readonly ended?: PlanEnd;
  /** rollback says that what the rollout of a revision did is being taken back. It goes when that has ended. */
  readonly rollback?: PlanRollback;
  /** history is the last acts of people that were done, the oldest first. It stays when the UpgradeActions are deleted. */
  readonly history?: readonly PlanAct[];
  /** counts are the plan's nodes by outcome in this revision. */
  readonly counts?: PlanCounts;
  /** gates are the gates that are asked now, as they were last seen; what is told of one that does not change is written anew once a minute. */
  readonly gates?: readonly GateStatus[];
}

/** `status.conditions[]` of an UpgradePlan. */
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

/** `status.waits[]` of an UpgradePlan. */
export interface PlanWait {
  /** reason is one CamelCase word for it. */
  readonly reason: string;
  /** seconds is for how long in all. */
  readonly seconds: number;
}

/** `status.waiting` of an UpgradePlan. */
export interface PlanWaiting {
  /** reason is one CamelCase word for why. */
  readonly reason: string;
  /** sinceTime is since when it has been for this reason. */
  readonly sinceTime: string;
}

/** `status.timing[]` of an UpgradePlan. */
export interface PlanTiming {
  /** process is the name of the process. */
  readonly process: string;
  /** expectedSeconds is how long it usually takes, without a reboot. */
  readonly expectedSeconds: number;
  /** toleranceSeconds is how much longer it may take before it is overdue. */
  readonly toleranceSeconds: number;
  /** source is who says so: the plan, or the nodes already done. */
  readonly source: 'Plan' | 'Learned';
  /** samples is how many nodes it was learned from. */
  readonly samples?: number;
}

/** `status.newNodes` of an UpgradePlan. */
export interface NewNodesStatus {
  /** count is how many wait. */
  readonly count: number;
  /** firstSeenTime is when the first of them was seen. */
  readonly firstSeenTime: string;
}

/** `status.upcoming[]` of an UpgradePlan. */
export interface UpcomingBatch {
  /** batch is the index that the batch will have. */
  readonly batch: number;
  /** step is the name of its step where the plan gives it one. */
  readonly step?: string;
  /** domain is the topology domain of its nodes where the plan goes one domain at a time. */
  readonly domain?: string;
  /** nodes is how many nodes it will have. */
  readonly nodes: number;
  /** nodeNames are their names, shortened as in node-[1-3,7] and cut after about 256 characters. */
  readonly nodeNames: string;
}

/** `status.preflight` of an UpgradePlan. */
export interface PlanPreflight {
  /** observedGeneration is the generation that was looked at. */
  readonly observedGeneration: number;
  /** warnings are what may go wrong, as it was then. */
  readonly warnings: readonly PreflightWarning[];
}

/** `status.preflight.warnings[]` of an UpgradePlan. */
export interface PreflightWarning {
  /** reason is one CamelCase word for it. */
  readonly reason: string;
  /** message says it to a person. */
  readonly message: string;
}

/** `status.prePull` of an UpgradePlan. */
export interface PrePullStatus {
  /** batch is the index that the next batch will have. */
  readonly batch: number;
  /** revision is the one that it will bring. */
  readonly revision: string;
  /** nodes is how many it will have. */
  readonly nodes: number;
  /** done is on how many of them nothing is being pulled any more. */
  readonly done: number;
  /** message is what could not be pulled, and why; absent when nothing failed. */
  readonly message?: string;
}

/** `status.pausedBy` of an UpgradePlan. */
export interface PlanPause {
  /** action is the name of the UpgradeAction. */
  readonly action: string;
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** reason is what they gave as the reason. */
  readonly reason?: string;
  /** time is when it was applied. */
  readonly time: string;
}

/** `status.ended` of an UpgradePlan. */
export interface PlanEnd {
  /** reason is one CamelCase word for how. */
  readonly reason: 'Aborted' | 'RolledBack';
  /** revision is the revision that is over. */
  readonly revision: string;
  /** message says why. */
  readonly message: string;
  /** action is the name of the UpgradeAction that asked for it, if one did. */
  readonly action?: string;
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** time is when it was decided. */
  readonly time: string;
}

/** `status.rollback` of an UpgradePlan. */
export interface PlanRollback {
  /** revision is the revision that is rolled back. */
  readonly revision: string;
  /** scope is what is rolled back: one batch, or all of the revision. */
  readonly scope: 'Batch' | 'Plan';
  /** batch is the UpgradeBatch that is rolled back when scope is Batch. */
  readonly batch?: string;
  /** message says why. */
  readonly message: string;
  /** action is the name of the UpgradeAction that asked for it, if one did. */
  readonly action?: string;
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** time is when it was decided. */
  readonly time: string;
}

/** `status.history[]` of an UpgradePlan. */
export interface PlanAct {
  /** action is what was asked for. */
  readonly action: string;
  /** name is the name of the UpgradeAction. */
  readonly name: string;
  /** uid is the UID of the UpgradeAction. */
  readonly uid: string;
  /** requestedBy is who asked. */
  readonly requestedBy?: string;
  /** reason is what they gave as the reason. */
  readonly reason?: string;
  /** batch is the UpgradeBatch that the act named. */
  readonly batch?: string;
  /** message says what was done. */
  readonly message: string;
  /** time is when it was done. */
  readonly time: string;
}

/** `status.counts` of an UpgradePlan. */
export interface PlanCounts {
  /** nodes is how many nodes the plan chooses now. */
  readonly nodes?: number;
  /** succeeded is how many are done. */
  readonly succeeded?: number;
  /** failed is how many failed. */
  readonly failed?: number;
  /** skipped is how many were passed over with a reason. */
  readonly skipped?: number;
  /** notAttempted is how many were left out because the rollout stopped. */
  readonly notAttempted?: number;
  /** rolledBack is how many are back at the version that they came from. */
  readonly rolledBack?: number;
  /** waiting is how many are still to go into a batch. */
  readonly waiting?: number;
  /** running is how many are in their turn. */
  readonly running?: number;
  /** unavailable is how many are down for any reason. */
  readonly unavailable?: number;
  /** quarantined is how many wait for a Release. */
  readonly quarantined?: number;
}

/** `status.gates[]` of an UpgradePlan. */
export interface GateStatus {
  /** name is the gate's name. */
  readonly name: string;
  /** state is whether the gate lets something start. */
  readonly state: 'Open' | 'Closed';
  /** sinceTime is since when it has been so without a break. */
  readonly sinceTime: string;
  /** value is what was seen. */
  readonly value?: string;
  /** threshold is what it was compared with. */
  readonly threshold?: string;
  /** message says it to a person. */
  readonly message?: string;
  /** observedTime is when it was seen. */
  readonly observedTime: string;
  /** closedTime is when it was last closed - a soak starts again from there. */
  readonly closedTime?: string;
  /** definition is a hash of the gate's spec. Another one begins anew. */
  readonly definition: string;
}
