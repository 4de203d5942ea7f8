import type { Receipt } from '../../../api/generated/upgradebatch.ts';
import type { PlanDependency, MaintenanceWindow } from '../../../api/generated/upgradeplan.ts';
import type { Instant, DaemonSetFact } from '../../facts.ts';

/** What the operator last saw of a gate. Whatever is not known to be open is closed. */
export interface GateObservation {
  readonly open: boolean;
  /** What was seen, short and rounded. */
  readonly value: string | undefined;
  /** What it was compared with. */
  readonly threshold: string | undefined;
  /** Why it is closed. */
  readonly message: string | undefined;
  readonly observedTime: Instant;
  /** When this operator last saw it closed, so that a break between two passes is not missed; undefined: never. */
  readonly closedTime: Instant | undefined;
}

/** What decisions may look at of the other plans of a namespace. */
export interface SiblingPlan {
  readonly name: string;
  readonly version: string;
  /** It has succeeded, and its status speaks of its present spec. */
  readonly succeeded: boolean;
  /** The plans that it waits for. */
  readonly dependsOn: readonly PlanDependency[];
  readonly windows: readonly MaintenanceWindow[];
}

/** That a plan has an exclusive group: a Lease in the operator's namespace, which only one can create. */
export interface GroupFact {
  readonly group: string;
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** The plan that has it, as `namespace/name`. */
  readonly plan: string;
  readonly planUid: string;
  /** That plan is gone, and cannot give it back. */
  readonly planGone: boolean;
}

/** Which Pod the operator is. */
export interface OperatorIdentity {
  /** Empty outside a cluster. */
  readonly podUid: string;
  /** The nodeSelector of its Pods. */
  readonly nodeSelector: Readonly<Record<string, string>>;
}

/** The Pod of the operator that decides, where it is on the node that is drained. */
export interface OperatorPod {
  readonly uid: string;
  /** Whether it can run elsewhere meanwhile. Otherwise it stays: evicted, nobody would go on with the rollout. */
  readonly movable: boolean;
}

/** A Pod that a PodDisruptionBudget would not let go now. */
export interface GuardedPod {
  readonly namespace: string;
  readonly name: string;
  readonly node: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Name of the PodDisruptionBudget, in the Pod's namespace. */
  readonly budget: string;
}

/** What was read once, before anything is touched: lists that no decision needs later. */
export interface PreflightFacts {
  readonly guarded: readonly GuardedPod[];
  /** What could not be read, and why. */
  readonly unread: string | undefined;
}

/** Whether the sinks that the plan shares with others are known; if so, they are among the plan's own. */
export type SharedSinksFact = { readonly kind: 'Known' } | { readonly kind: 'Unreadable'; readonly message: string };

/** What decisions may look at of the plan's Lease. */
export interface LeaseFact {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Node name, or empty. */
  readonly holder: string;
  readonly transitions: number;
  readonly batch: string;
  readonly batchUid: string;
  readonly agentPod: string;
  readonly agentPodUid: string;
  /** Receipts that may not have been copied yet. */
  readonly receipts: readonly Receipt[];
  /** Whether the holder has renewed since the baton was passed to it. */
  readonly renewed: boolean;
  /** For how long (ms, the operator's monotonic clock) the operator has not seen it change; starts anew when the operator does. */
  readonly unchangedMs: number;
}

/** The DaemonSets that processes name, by {@link daemonSetName}; one that is not there does not exist. */
export type DaemonSets = ReadonlyMap<string, DaemonSetFact>;
