import type { DrainWait, NodeRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { NotifiedAlert } from './notified-alert.ts';
import type { NotifiedNext, PlanProgress, RolloutStory } from './notified-rollout.ts';

/** The version of the notification's schema. Fields may be added, but never removed or given another meaning. */
export const NOTIFICATION_SCHEMA = 'baton.dev/notification/v1';

/** A message to a sink. docs/notifications.md and docs/reference/notification.schema.json describe it for receivers. */
export interface Notification {
  readonly schema: typeof NOTIFICATION_SCHEMA;
  /** `<batch uid>/<sequence>`. It is the same for every attempt, so that a receiver can recognize duplicates. */
  readonly id: string;
  /**
   * BatchSettled: the final message of a batch. Alert: a problem that cannot wait for it. Progress: the progress of a batch, in one message
   * that is updated, for sinks that can do so. Test: a person tests the plan's sinks with invented data.
   */
  readonly kind: 'BatchSettled' | 'Alert' | 'Progress' | 'Test';
  /** Name of the cluster, if the operator is configured with one. */
  readonly cluster?: string;
  readonly plan: NotifiedPlan;
  readonly batch: NotifiedBatch;
  readonly outcome: Outcome;
  /** Whether a person has to act. */
  readonly action: 'None' | 'Act';
  /** When the first turn was opened, RFC 3339. */
  readonly startTime?: string;
  /** When the last node got its outcome, RFC 3339. */
  readonly settledTime?: string;
  /** Duration from the first turn to the last outcome. */
  readonly seconds?: number;
  /** The expected duration. */
  readonly expectedSeconds?: number;
  readonly counts: NodeCounts;
  /** The highest number of nodes of the plan that were down at once during the batch, and its limit. */
  readonly unavailable?: { readonly most: number; readonly limit?: number };
  /** The outcomes of each process, if there are several. */
  readonly processes?: readonly ProcessCounts[];
  /** What drains waited for, the longest waits. */
  readonly drainWaits?: readonly DrainWait[];
  /** Processes that succeeded but took too long. */
  readonly late?: readonly LateProcess[];
  /** The version changes of the nodes. */
  readonly versions: readonly VersionMove[];
  /** Why nodes did not succeed, by reason. */
  readonly causes: readonly Cause[];
  /** How long the nodes that succeeded took, unless all took the same time. */
  readonly durations?: NodeDurations;
  /** Every node of the batch that plan and sink allow to be named, in the order of the turns. */
  readonly nodes: readonly NotifiedNode[];
  /** How many nodes are missing from `nodes` because the receiver rejects larger bodies. */
  readonly nodesOmitted?: number;
  /** The progress of the plan when the batch settled. */
  readonly progress?: PlanProgress;
  /** What follows. */
  readonly next?: NotifiedNext;
  /** The story of the whole rollout, once it has ended. */
  readonly story?: RolloutStory;
  /** The time zone of the times in `text`: that of the plan's first window. Absent for UTC. */
  readonly timeZone?: string;
  /** The plan's page that describes what to do in trouble. */
  readonly runbookUrl?: string;
  /** Commands to use, ready to paste. */
  readonly commands: readonly NotifiedCommand[];
  /** What happened. Only in an alert. */
  readonly alert?: NotifiedAlert;
  /** The agent that sends the message. */
  readonly agent: AgentIdentity;
  /** The message as text, at most 12 lines and 4,000 characters. */
  readonly text: string;
}

/** The plan that a notification is about. */
export interface NotifiedPlan {
  readonly namespace: string;
  readonly name: string;
  /** Identifies the plan for its whole life, and never another plan. */
  readonly uid: string;
  readonly version: string;
  readonly revision: string;
}

/** The batch that a notification is about. */
export interface NotifiedBatch {
  readonly name: string;
  readonly index: number;
  /** The estimated index of the revision's last batch. Exact once the plan is done. */
  readonly of?: number;
  /** Name of the step in `spec.batches` that the batch belongs to. */
  readonly step?: string;
  /** Name of the batch that this one rolls back. Absent if it upgrades. */
  readonly rollbackOf?: string;
}

/**
 * How a batch ended. Succeeded: each node was upgraded or needed no upgrade. Failed: a node failed. Incomplete: none failed, but some were
 * left out.
 */
export type Outcome = 'Succeeded' | 'Failed' | 'Incomplete';

/** The nodes of a batch by outcome. */
export interface NodeCounts {
  readonly nodes: number;
  readonly succeeded: number;
  /** Rolled back to the version that they came from. Only in a rollback. */
  readonly rolledBack?: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notAttempted: number;
  /** Without an outcome: 0 in a batch that has settled. */
  readonly unfinished: number;
  /** Still cordoned and tainted by Baton. */
  readonly quarantined: number;
}

/** The nodes of a batch by the outcome of one process. */
export interface ProcessCounts {
  readonly process: string;
  /** The nodes that it runs on. */
  readonly nodes: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Nodes on which a process took longer than expected, beyond the tolerance. */
export interface LateProcess {
  readonly process: string;
  readonly count: number;
  readonly longestSeconds: number;
  readonly expectedSeconds: number;
  /** Names of the nodes with ranges in brackets, without those that must not be named. */
  readonly nodes: string;
}

/** How long nodes took from the start of their turns to their outcomes. */
export interface NodeDurations {
  /** The name of the slowest node. Absent if it must not be named. */
  readonly slowest?: string;
  readonly slowestSeconds: number;
  readonly medianSeconds: number;
}

/** A change from one version to another, and the number of nodes that made it. */
export interface VersionMove {
  /** The process that reported it. Absent for the version of the plan. */
  readonly process?: string;
  /** Absent if it is not known. */
  readonly from?: string;
  /** Absent if the process did not report it. */
  readonly to?: string;
  readonly nodes: number;
}

/** A reason why nodes did not succeed. */
export interface Cause {
  readonly state: NodeState;
  /** A CamelCase identifier. */
  readonly reason?: string;
  /** The process that failed. */
  readonly process?: string;
  /** The message of the records, or the most common one if they differ. */
  readonly message?: string;
  /** How many different messages there are. Those that differ only in numbers, hashes or images count as one. */
  readonly messages: number;
  /** How many variants `message` has, if it varies between nodes. */
  readonly alike?: number;
  readonly count: number;
  /** Names of the nodes with ranges in brackets: `db-1,node-[301-307]`. Fewer than `count`, or none, if some must not be named. */
  readonly nodes: string;
  /** Whether the nodes are still cordoned and tainted by Baton. */
  readonly quarantined: boolean;
  /** The version that the nodes still have, if it is known and no process had started. */
  readonly stillAt?: string;
}

/** The state of a node in its batch. */
export type NodeState = NodeRecord['state'];

/** A node of the batch. */
export interface NotifiedNode {
  readonly name: string;
  readonly state: NodeState;
  readonly reason?: string;
  readonly message?: string;
  readonly fromVersion?: string;
  /** Duration from the start of its turn to its outcome. */
  readonly seconds?: number;
  /** Whether it is still cordoned and tainted by Baton. */
  readonly quarantined: boolean;
  /** The processes that run on this node, in order. */
  readonly processes: readonly NotifiedProcess[];
}

/** A process on a node. */
export interface NotifiedProcess {
  readonly name: string;
  readonly state: ProcessRecord['state'] | 'NotStarted';
  readonly reason?: string;
  readonly message?: string;
  /** As the process reported it. */
  readonly fromVersion?: string;
  /** As the process reported it. */
  readonly toVersion?: string;
  /** The last task that it reported. */
  readonly task?: string;
  readonly seconds?: number;
}

/** A command to paste into a shell. */
export interface NotifiedCommand {
  readonly purpose:
    'Rollback' | 'Retry' | 'Release' | 'Resume' | 'Approve' | 'Abort' | 'DisruptionBudget' | 'Describe' | 'Events' | 'Status';
  readonly command: string;
}

/** The agent that sends the message. */
export interface AgentIdentity {
  /** Absent if it must not be named. */
  readonly node?: string;
  readonly pod: string;
}
