/** Every name that Baton writes into a cluster. The table in docs/reference/names.md is made from this file. */

/** API group of Baton's kinds. */
export const GROUP = 'baton.dev';
/** Version of Baton's kinds. */
export const VERSION = 'v1alpha1';
/** `apiVersion` of Baton's kinds. */
export const API_VERSION = `${GROUP}/${VERSION}`;

/** Finalizers, which delay an object's deletion until Baton has cleaned up. */
export const FINALIZERS = {
  /** On UpgradePlans: releases the nodes and delivers the last notification before the plan is deleted. */
  plan: 'baton.dev/release-nodes',
  /** On UpgradeBatches: prevents the loss of notifications that have not been delivered. */
  batch: 'baton.dev/outbox',
} as const;

/** Labels, by their meaning. */
export const LABELS = {
  /** On a Node in its turn, and on every object of that turn: the UID of the UpgradePlan that claimed the Node. */
  claim: 'baton.dev/claim',
  /** On a Node that a started plan has not upgraded yet: the UID of that plan. Marks whose taint of the same name it is. */
  outdated: 'baton.dev/outdated',
  /** On UpgradeBatches, Leases, Jobs, Pods and Events: the name of the plan. */
  plan: 'baton.dev/plan',
  /** On Jobs, Pods, Leases: the UID of the plan. */
  planUid: 'baton.dev/plan-uid',
  /** On Jobs, Pods and Events: the name of the UpgradeBatch. */
  batch: 'baton.dev/batch',
  /** On Jobs and Pods: the UID of the UpgradeBatch. */
  batchUid: 'baton.dev/batch-uid',
  /** On Jobs and Pods: the UID of the Node. */
  nodeUid: 'baton.dev/node-uid',
  /** On Jobs and Pods: the name of the process. On a Node in its turn: the name of the `external` process whose turn it is. */
  process: 'baton.dev/process',
  /** On Jobs and Pods: the attempt, from 1. */
  attempt: 'baton.dev/attempt',
  /** On the Lease of an exclusive group, in the operator's namespace: the group. */
  group: 'baton.dev/exclusive-group',
  /** On agent Pods: the UID of the Lease that owns them. */
  leaseUid: 'baton.dev/lease-uid',
  /** On agent Pods: a hash of what they mount for the sinks of the plan. */
  mounts: 'baton.dev/mounts',
  /** On Pods that pull images ahead: their wave, the set of nodes that pull at the same time. */
  prePull: 'baton.dev/pre-pull',
  /** On Jobs and Pods of a gate: the name of the gate. */
  gate: 'baton.dev/gate',
  /** On ClusterRoles, with the value `true`: their rules are added to the operator's, so that gates can read objects. */
  gateRole: 'baton.dev/aggregate-to-gates',
  /** On Jobs, Leases, Pods, ServiceAccounts and RoleBindings that the operator created: the object's role. */
  component: 'app.kubernetes.io/component',
  /** On every object that the operator created: always `baton`. */
  managedBy: 'app.kubernetes.io/managed-by',
} as const;

/** Values of {@link LABELS.component}. */
export const COMPONENTS = {
  agent: 'agent',
  reporter: 'reporter',
  operator: 'operator',
  upgrade: 'upgrade',
  gate: 'gate',
  prePull: 'pre-pull',
  group: 'exclusive-group',
  notifyTest: 'notify-test',
} as const;

/** Annotations, by their meaning. */
export const ANNOTATIONS = {
  /** On a Node in its turn: the turn as JSON (see `Turn`). */
  turn: 'baton.dev/turn',
  /** On a quarantined Node: the reason, as JSON (see `Quarantine`). */
  quarantine: 'baton.dev/quarantine',
  /** On Jobs, their Pods and agent Pods: the name of the Node. */
  node: 'baton.dev/node',
  /** On Jobs: the host's boot ID when the Job was created. */
  bootId: 'baton.dev/boot-id',
  /** On Jobs: why the operator stopped it early. */
  stopped: 'baton.dev/stopped',
  /** On Jobs of a gate: the number of the run, from 1. */
  gateRun: 'baton.dev/gate-run',
  /** On Jobs of a gate: whether the gate was open when the run began. */
  gateOpen: 'baton.dev/gate-open',
  /** On the Lease: the UID of the UpgradeBatch whose notifications the holder sends. */
  batchUid: 'baton.dev/batch-uid',
  /** On the Lease: the name of the UpgradeBatch whose notifications the holder sends. */
  batch: 'baton.dev/batch',
  /** On the Lease: the name of the agent Pod that may renew it. */
  agentPod: 'baton.dev/agent-pod',
  /** On the Lease: the UID of the agent Pod that may renew it. */
  agentPodUid: 'baton.dev/agent-pod-uid',
  /** On the Lease: receipts that the operator has not copied yet, as a JSON list (see `Receipt`). */
  receipts: 'baton.dev/receipts',
  /** On Events: progress in percent, 0 to 100. */
  progress: 'baton.dev/progress',
  /** On Events: the task that the process is working on. */
  task: 'baton.dev/task',
  /** On Events: the version before the upgrade. */
  fromVersion: 'baton.dev/from-version',
  /** On Events: the version after the upgrade. */
  toVersion: 'baton.dev/to-version',
  /** On Events: a checkpoint, `key=value`. On the Pods of Jobs: all checkpoints of earlier attempts, one a line. */
  checkpoint: 'baton.dev/checkpoint',
  /** On Events: the attempt, from 1. */
  attempt: 'baton.dev/attempt',
  /** On Events: the host's boot ID at the time of the report. */
  eventBootId: 'baton.dev/boot-id',
  /** On Events: the sequence number of the report within its process, attempt and boot. */
  sequence: 'baton.dev/sequence',
  /** On a Node in its turn: keeps Karpenter from removing it. */
  karpenterDoNotDisrupt: 'karpenter.sh/do-not-disrupt',
  /** On a Node in its turn: keeps the cluster autoscaler from removing it. */
  autoscalerScaleDownDisabled: 'cluster-autoscaler.kubernetes.io/scale-down-disabled',
} as const;

/** Prefix of the done-mark: an annotation `done.baton.dev/<plan>-<hash of namespace and name>` on a Node (see `DoneMark`). */
export const DONE_MARK_PREFIX = 'done.baton.dev/';

/** Taints that Baton puts on Nodes. */
export const TAINTS = {
  /** On a Node whose upgrade began and failed, with effect NoSchedule, until the Node is released. */
  failed: 'baton.dev/failed',
  /** On a Node that a started plan has not upgraded yet, with effect PreferNoSchedule: the scheduler prefers upgraded Nodes. */
  outdated: 'baton.dev/outdated',
} as const;

/** Reasons of the Events that carry reports. They are a public, stable interface. */
export const REPORT_REASONS = [
  'UpgradeStarted',
  'UpgradeProgressing',
  'UpgradeRebooting',
  'UpgradeSucceeded',
  'UpgradeFailed',
  'UpgradeSkipped',
] as const;
/** One of {@link REPORT_REASONS}. */
export type ReportReason = (typeof REPORT_REASONS)[number];

/** Reason of the Event that announces a node's turn to its own updater. It is a public, stable interface. */
export const TURN_REASON = 'TurnOpened';

/** `reportingController` of the operator's own Events. */
export const REPORTING_OPERATOR = 'baton.dev/operator';

/** `reportingController` of the agents' Events. */
export const REPORTING_AGENT = 'baton.dev/agent';

/** `reportingController` of the Events that carry reports. */
export const REPORTING_CONTROLLER = 'baton.dev/reporter';

/** The directory of the reporter's socket, on the host and in upgrade Pods. */
export const SOCKET_DIRECTORY = '/run/baton';
/** The path of the reporter's socket. */
export const SOCKET_PATH = '/run/baton/report.sock';

/** Names of the ServiceAccounts and roles that Baton ships. */
export const SERVICE_ACCOUNTS = { agent: 'baton-agent', operator: 'baton-operator', reporter: 'baton-reporter' } as const;
/** ClusterRole that the operator binds to the agent's ServiceAccount in the namespaces of plans. */
export const AGENT_CLUSTER_ROLE = 'baton-agent';

/** The ConfigMap in the operator's namespace with the freezes that apply to every plan. */
export const FREEZES_CONFIG_MAP = 'baton-freezes';

/** The environment variables of an upgrade container. */
export const JOB_ENVIRONMENT = [
  'BATON_NAMESPACE',
  'BATON_PLAN',
  'BATON_BATCH',
  'BATON_NODE',
  'BATON_PROCESS',
  'BATON_VERSION',
  'BATON_FROM_VERSION',
  'BATON_ATTEMPT',
  'BATON_CHECKPOINT',
] as const;

/** The directory of the file `checkpoint` in an upgrade container; it exists when an earlier attempt left a checkpoint. */
export const CHECKPOINT_DIRECTORY = '/run/baton-checkpoint';
