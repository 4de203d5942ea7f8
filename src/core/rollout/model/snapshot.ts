import type { PlanReason } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { Hash, Instant, JobFact, NodeFact, PodFact, ReportFact } from '../../facts.ts';
import type { ClusterFreezes } from '../../schedule/freezes.ts';
import type { Cron } from '../../schedule/windows.ts';
import type { EvictionAnswer } from './eviction-answer.ts';
import type {
  GateObservation,
  SiblingPlan,
  GroupFact,
  OperatorIdentity,
  PreflightFacts,
  SharedSinksFact,
  LeaseFact,
  DaemonSets,
} from './facts.ts';

/** Whether the spec is valid beyond its schema: schedules parse, and the API server accepts each process's Pod in a dry run. */
export type Validation =
  | { readonly kind: 'Valid' }
  | { readonly kind: 'Pending'; readonly message: string }
  /** `reason` is TemplateRefused by default. */
  | { readonly kind: 'Refused'; readonly reason?: PlanReason; readonly message: string };

/** Everything that a decision about one plan is based on. */
export interface PlanSnapshot {
  /** The plan. Its `spec.notify.sinks` include the shared sinks. */
  readonly plan: UpgradePlan;
  /** Hash of what decides the work on a node. */
  readonly revision: string;
  readonly validation: Validation;
  /** What was read for the pre-flight; undefined when the plan's status has its result already. */
  readonly preflight: PreflightFacts | undefined;
  /** The plan's namespace is being deleted, so only cleanup is possible. */
  readonly namespaceTerminating: boolean;
  /** The plan's batches, by index. */
  readonly batches: readonly UpgradeBatch[];
  /** The nodes that the plan selects, those of its open batches, and those that it has claimed or quarantined; by name. */
  readonly nodes: ReadonlyMap<string, NodeFact>;
  /** The plan's Jobs. */
  readonly jobs: readonly JobFact[];
  /** All Pods of the nodes that the plan has claimed, by node. */
  readonly pods: ReadonlyMap<string, readonly PodFact[]>;
  /** Nodes on which a reporter is ready. */
  readonly reporters: ReadonlySet<string>;
  /** The plan's reports. */
  readonly reports: readonly ReportFact[];
  /** The plan's UpgradeActions. */
  readonly actions: readonly UpgradeAction[];
  readonly lease: LeaseFact | undefined;
  /** The agent Pods that belong to the Lease. */
  readonly agentPods: readonly PodFact[];
  /** The plan's Pods that pull images before a turn. */
  readonly pullPods: readonly PodFact[];
  /** The API server's last answers to evictions, by Pod UID. */
  readonly evictionAnswers: ReadonlyMap<string, EvictionAnswer>;
  /** Messages of the API server for Jobs, and Pods that pull images, that it rejected for good; by name. */
  readonly jobRejections: ReadonlyMap<string, string>;
  /** The DaemonSets that the processes of the plan and of its open batches name. */
  readonly daemonSets: DaemonSets;
  /** The plans of the namespace, this one included, by name. */
  readonly siblings: ReadonlyMap<string, SiblingPlan>;
  /** The exclusive groups that plans of the cluster hold now. */
  readonly groups: readonly GroupFact[];
  readonly sharedSinks: SharedSinksFact;
  /** The freezes that apply to all plans. */
  readonly clusterFreezes: ClusterFreezes;
  /** The last evaluation of each gate of the plan, by name. */
  readonly gates: ReadonlyMap<string, GateObservation>;
}

/** The operator's configuration, which does not change while it runs. */
export interface Settings {
  /** Image and pull policy of agent Pods. */
  readonly image: string;
  readonly imagePullPolicy: string;
  /** Resources of agent Pods, as Kubernetes' ResourceRequirements. */
  readonly agentResources: Readonly<Record<string, unknown>>;
  /** Name of the cluster for notifications; may be empty. */
  readonly clusterName: string;
  /** Addresses that are allowed for sinks (BATON_SINK_ALLOW); empty for the default. */
  readonly sinkAllow: string;
  /** Whether reporters are installed: Jobs with `report: Socket` wait for them. */
  readonly reporterInstalled: boolean;
  /** The operator's own Pod. */
  readonly operator: OperatorIdentity;
  /** Lease duration in seconds. */
  readonly leaseDurationSeconds: number;
  /** Maximum number of settled batches of earlier revisions to keep. */
  readonly historyLimit: number;
  /** The operator's own namespace. */
  readonly namespace: string;
  /** Parses the cron schedules of maintenance windows. */
  readonly cron: Cron;
}

/** What `decide` gets: the snapshot, the time and the operator's configuration. */
export interface DecisionInput {
  readonly snapshot: PlanSnapshot;
  readonly now: Instant;
  readonly settings: Settings;
  readonly hash: Hash;
}
