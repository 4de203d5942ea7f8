/** Every name that Baton writes into a cluster. The table in docs/reference/names.md is made from this file. */

/** API group of Baton's kinds. */
export const GROUP = 'baton.dev';
/** Version of Baton's kinds. */
export const VERSION = 'v1alpha1';
/** `apiVersion` of Baton's kinds. */
export const API_VERSION = `${GROUP}/${VERSION}`;

/** The finalizers that hold an object until what depends on it is in order. */
export const FINALIZERS = {
  /** On UpgradePlans: nodes are released and the last notification has gone out before the plan goes. */
  plan: 'baton.dev/release-nodes',
  /** On UpgradeBatches: an undelivered outbox is not dropped. */
  batch: 'baton.dev/outbox',
} as const;

/** Labels, by what they mean. */
export const LABELS = {
  /** On a Node in its turn: the UID of the UpgradePlan that claimed it. On everything that belongs to a turn: the same. */
  claim: 'baton.dev/claim',
  /** On a Node that a plan which has begun has still to do: the UID of that plan, so that the taint of this name is found again. */
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
  /** On Pods that pull images ahead: the nodes that they are for together. */
  prePull: 'baton.dev/pre-pull',
  /** On Jobs and Pods of a gate: the name of the gate. */
  gate: 'baton.dev/gate',
  /** On ClusterRoles, with the value `true`: the operator gets their rules, for gates that read objects. */
  gateRole: 'baton.dev/aggregate-to-gates',
  /** On Jobs, Leases, Pods, ServiceAccounts and RoleBindings that the operator made: what the object is. */
  component: 'app.kubernetes.io/component',
  /** On everything that the operator made: always `baton`. */
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

/** Annotations, by what they mean. */
export const ANNOTATIONS = {
  /** On a Node in its turn: the turn as JSON (see `Turn`). */
  turn: 'baton.dev/turn',
  /** On a quarantined Node: why, as JSON (see `Quarantine`). */
  quarantine: 'baton.dev/quarantine',
  /** On Jobs, their Pods and agent Pods: the name of the Node. */
  node: 'baton.dev/node',
  /** On Jobs: the host's boot ID when the Job was created. */
  bootId: 'baton.dev/boot-id',
  /** On Jobs: why the operator ended it before its time. */
  stopped: 'baton.dev/stopped',
  /** On Jobs of a gate: the run, from 1. */
  gateRun: 'baton.dev/gate-run',
  /** On Jobs of a gate: whether the gate was open when the run began. */
  gateOpen: 'baton.dev/gate-open',
  /** On the Lease: the UID of the UpgradeBatch that the holder speaks for. */
  batchUid: 'baton.dev/batch-uid',
  /** On the Lease: the name of the UpgradeBatch that the holder speaks for. */
  batch: 'baton.dev/batch',
  /** On the Lease: the name of the agent Pod that may renew it. */
  agentPod: 'baton.dev/agent-pod',
  /** On the Lease: the UID of the agent Pod that may renew it. */
  agentPodUid: 'baton.dev/agent-pod-uid',
  /** On the Lease: receipts that the operator has not copied yet, as a JSON list (see `Receipt`). */
  receipts: 'baton.dev/receipts',
  /** On Events: progress in per cent, 0 to 100. */
  progress: 'baton.dev/progress',
  /** On Events: the task that the process is at. */
  task: 'baton.dev/task',
  /** On Events: the version before. */
  fromVersion: 'baton.dev/from-version',
  /** On Events: the version after. */
  toVersion: 'baton.dev/to-version',
  /** On Events: a checkpoint, key=value. On the Pods of Jobs: all that the attempts before have left, one a line. */
  checkpoint: 'baton.dev/checkpoint',
  /** On Events: the attempt, from 1. */
  attempt: 'baton.dev/attempt',
  /** On Events: the host's boot ID when the report was made. */
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
  /** On a Node that failed once its upgrade had begun, with effect NoSchedule, until it is released. */
  failed: 'baton.dev/failed',
  /** On a Node that a plan which has begun has still to do, with effect PreferNoSchedule: Pods rather go to Nodes that are done. */
  outdated: 'baton.dev/outdated',
} as const;

/** Reasons of the reporting Events: a public, stable interface. */
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

/** Reason of the Event that tells a node's own updater that it is its turn: a public, stable interface. */
export const TURN_REASON = 'TurnOpened';

/** `reportingController` of the operator's own Events. */
export const REPORTING_OPERATOR = 'baton.dev/operator';

/** `reportingController` of what agents tell the cluster. */
export const REPORTING_AGENT = 'baton.dev/agent';

/** `reportingController` of reports. */
export const REPORTING_CONTROLLER = 'baton.dev/reporter';

/** The directory of the reporter's socket, on the host and in upgrade Pods. */
export const SOCKET_DIRECTORY = '/run/baton';
/** The reporter's socket. */
export const SOCKET_PATH = '/run/baton/report.sock';

/** Names of the ServiceAccounts and roles that Baton ships. */
export const SERVICE_ACCOUNTS = { agent: 'baton-agent', operator: 'baton-operator', reporter: 'baton-reporter' } as const;
/** ClusterRole that the operator binds to the agent's ServiceAccount in the namespaces of plans. */
export const AGENT_CLUSTER_ROLE = 'baton-agent';

/** The ConfigMap in the operator's namespace with the freezes that every plan obeys. */
export const FREEZES_CONFIG_MAP = 'baton-freezes';

/** The environment that an upgrade container gets. */
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

/** The directory in an upgrade container in which the file `checkpoint` is, when an attempt before has left one. */
export const CHECKPOINT_DIRECTORY = '/run/baton-checkpoint';
