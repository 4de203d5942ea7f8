import type { Receipt } from '../../../api/generated/upgradebatch.ts';
import type { PlanDependency, MaintenanceWindow } from '../../../api/generated/upgradeplan.ts';
import type { Instant, DaemonSetFact } from '../../facts.ts';

/** The last evaluation of a gate. A gate that has none counts as closed. */
export interface GateObservation {
  readonly open: boolean;
  /** The observed value, short and rounded. */
  readonly value: string | undefined;
  /** What the value was compared with. */
  readonly threshold: string | undefined;
  /** Why the gate is closed. */
  readonly message: string | undefined;
  readonly observedTime: Instant;
  /** When this operator last saw it closed, so that a pass does not miss a short break; undefined: never. */
  readonly closedTime: Instant | undefined;
}

/** What decisions know about another plan of the namespace. */
export interface SiblingPlan {
  readonly name: string;
  readonly version: string;
  /** Whether it has succeeded, by a status of its current generation. */
  readonly succeeded: boolean;
  /** The plans that it depends on. */
  readonly dependsOn: readonly PlanDependency[];
  readonly windows: readonly MaintenanceWindow[];
}

/** An exclusive group that a plan holds: a Lease in the operator's namespace, which only one plan can create. */
export interface GroupFact {
  readonly group: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The plan that holds it, as `namespace/name`. */
  readonly plan: string;
  readonly planUid: string;
  /** The plan no longer exists, so it cannot release the group. */
  readonly planGone: boolean;
}

/** The operator's own Pod. */
export interface OperatorIdentity {
  /** Empty outside a cluster. */
  readonly podUid: string;
  /** The nodeSelector of the operator's Pods. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** The operator's own Pod when it runs on the node in its turn. */
export interface OperatorPod {
  readonly uid: string;
  /** Whether another node can take it. If not, it is not evicted, because then nothing would continue the rollout. */
  readonly movable: boolean;
}

/** A Pod whose PodDisruptionBudget allows no eviction now. */
export interface GuardedPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the PodDisruptionBudget, in the Pod's namespace. */
  readonly budget: string;
}

/** What the pre-flight reads once: lists that no later decision needs. */
export interface PreflightFacts {
  readonly guarded: readonly GuardedPod[];
  /** What could not be read, and why. */
  readonly unread: string | undefined;
}

/** Whether the plan's shared sinks could be read. If so, the snapshot's plan has them among its own. */
export type SharedSinksFact = { readonly kind: 'Known' } | { readonly kind: 'Unreadable'; readonly message: string };

/** What decisions know about the plan's Lease. */
export interface LeaseFact {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Name of the holder's node, or empty. */
  readonly holder: string;
  readonly transitions: number;
  readonly batch: string;
  readonly batchUid: string;
  readonly agentPod: string;
  readonly agentPodUid: string;
  /** Receipts that the operator may not have copied into batches yet. */
  readonly receipts: readonly Receipt[];
  /** Whether the holder has renewed the Lease since it got the baton. */
  readonly renewed: boolean;
  /** How long the Lease has not changed (ms, on the operator's monotonic clock); restarts at 0 with the operator. */
  readonly unchangedMs: number;
}

/** The DaemonSets that processes name, by `namespace/name`. One that is missing here does not exist. */
export type DaemonSets = ReadonlyMap<string, DaemonSetFact>;
