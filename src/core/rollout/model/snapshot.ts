import type { PlanReason } from '../../../api/conditions.ts';
import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { Instant, JobFact, NodeFact, PodFact, ReportFact } from '../../facts.ts';
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

/** Whether the spec can be carried out: its schedules mean something, and the API server takes each process's Pod in a dry run. */
export type Validation =
  | { readonly kind: 'Valid' }
  | { readonly kind: 'Pending'; readonly message: string }
  /** TemplateRefused, unless another reason is given. */
  | { readonly kind: 'Refused'; readonly reason?: PlanReason; readonly message: string };

/** Everything that one decision about one plan may look at. */
export interface PlanSnapshot {
  /** The plan, with the sinks that it shares with others among its own. */
  readonly plan: UpgradePlan;
  /** Hash of what decides the work on a node. */
  readonly revision: string;
  readonly validation: Validation;
  /** What was read for the pre-flight; undefined when the plan's status has it already. */
  readonly preflight: PreflightFacts | undefined;
  /** The plan's namespace is being deleted: only cleaning up is possible. */
  readonly namespaceTerminating: boolean;
  /** The plan's batches, by index. */
  readonly batches: readonly UpgradeBatch[];
  /** By name: the nodes that the plan selects, those of its open batches, and those that it has claimed or quarantined. */
  readonly nodes: ReadonlyMap<string, NodeFact>;
  /** The plan's Jobs. */
  readonly jobs: readonly JobFact[];
  /** Pods by node: all Pods of the nodes that the plan has claimed. */
  readonly pods: ReadonlyMap<string, readonly PodFact[]>;
  /** Nodes on which a reporter is ready. */
  readonly reporters: ReadonlySet<string>;
  /** The plan's reports. */
  readonly reports: readonly ReportFact[];
  /** The plan's acts. */
  readonly actions: readonly UpgradeAction[];
  readonly lease: LeaseFact | undefined;
  /** Pods of the Lease. */
  readonly agentPods: readonly PodFact[];
  /** The plan's Pods that pull images ahead. */
  readonly pullPods: readonly PodFact[];
  /** What the API server last said to evictions, by Pod UID. */
  readonly evictionAnswers: ReadonlyMap<string, EvictionAnswer>;
  /** Jobs, and Pods that pull images ahead, which the API server refused for good, by name, with its message. */
  readonly jobRefusals: ReadonlyMap<string, string>;
  /** The DaemonSets that processes of the plan and of its open batches name. */
  readonly daemonSets: DaemonSets;
  /** The plans of its namespace, itself included, by name. */
  readonly siblings: ReadonlyMap<string, SiblingPlan>;
  /** The exclusive groups that plans of the cluster have now. */
  readonly groups: readonly GroupFact[];
  readonly sharedSinks: SharedSinksFact;
  /** The freezes that every plan obeys. */
  readonly clusterFreezes: ClusterFreezes;
  /** What was last seen of the plan's gates, by name. */
  readonly gates: ReadonlyMap<string, GateObservation>;
}

/** What does not change while the operator runs, and is given to every decision. */
export interface Settings {
  /** Image and pull policy of agent Pods. */
  readonly image: string;
  readonly imagePullPolicy: string;
  /** Resources of agent Pods, as Kubernetes' ResourceRequirements. */
  readonly agentResources: Readonly<Record<string, unknown>>;
  /** Name of the cluster for notifications; may be empty. */
  readonly clusterName: string;
  /** Addresses that sinks may have (BATON_SINK_ALLOW); empty for the default. */
  readonly sinkAllow: string;
  /** Whether reporters are installed: Jobs with `report: Socket` wait for them. */
  readonly reporterInstalled: boolean;
  /** The operator's own Pod. */
  readonly operator: OperatorIdentity;
  /** Lease duration in seconds. */
  readonly leaseDurationSeconds: number;
  /** How many settled batches of earlier revisions are kept. */
  readonly historyLimit: number;
  /** Namespace of the operator itself. */
  readonly namespace: string;
  /** Reads the schedules of windows. */
  readonly cron: Cron;
}

/** The instant and the snapshot of a decision. */
export interface DecisionInput {
  readonly snapshot: PlanSnapshot;
  readonly now: Instant;
  readonly settings: Settings;
  readonly hash: (text: string) => string;
}
