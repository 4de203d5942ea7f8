import type { DrainWait, NodeRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { NotifiedAlert } from './notified-alert.ts';
import type { NextStep, PlanProgress, RolloutStory } from './notified-rollout.ts';

/** The version of the notification's form. Fields may be added to it; none changes its meaning or goes. */
export const NOTIFICATION_SCHEMA = 'baton.dev/notification/v1';

/** What a sink gets, once for each batch. docs/notifications.md and docs/reference/notification.schema.json describe it to receivers. */
export interface Notification {
  readonly schema: typeof NOTIFICATION_SCHEMA;
  /** `<batch uid>/<sequence>`: the same for every try, so that a receiver can tell a repetition. */
  readonly id: string;
  /**
   * BatchSettled: the final message of a batch. Alert: what cannot wait for it. Progress: how far the batch is, in one message that is changed
   * in sinks that can. Test: somebody tries the plan's sinks, and nothing of it has happened.
   */
  readonly kind: 'BatchSettled' | 'Alert' | 'Progress' | 'Test';
  /** Name of the cluster, where the operator was told one. */
  readonly cluster?: string;
  readonly plan: NotifiedPlan;
  readonly batch: NotifiedBatch;
  readonly outcome: Outcome;
  /** Whether somebody has to do something. */
  readonly action: 'None' | 'Act';
  /** When the first turn was opened, RFC 3339. */
  readonly startTime?: string;
  /** When the last node had its outcome, RFC 3339. */
  readonly settledTime?: string;
  /** From the first turn to the last outcome. */
  readonly seconds?: number;
  /** How long that was expected to be. */
  readonly expectedSeconds?: number;
  readonly counts: NodeCounts;
  /** Nodes of the plan that were down at once while the batch ran. */
  readonly unavailable?: { readonly most: number; readonly limit?: number };
  /** What each process came to, where there is more than one. */
  readonly processes?: readonly ProcessCounts[];
  /** What drains waited for longest. */
  readonly drainWaits?: readonly DrainWait[];
  /** Processes that ended well, but took longer than they should have. */
  readonly late?: readonly LateProcess[];
  /** What moved from which version to which. */
  readonly versions: readonly VersionMove[];
  /** Why nodes did not succeed, each reason once. */
  readonly causes: readonly Cause[];
  /** How long the nodes that succeeded took, where that differs between them. */
  readonly durations?: NodeDurations;
  /** Every node of the batch of which plan and sink let names be told, exactly once, in the order of the turns; all nodes, unless they say less. */
  readonly nodes: readonly NotifiedNode[];
  /** How many nodes are not in `nodes` because the receiver takes no larger body. */
  readonly nodesOmitted?: number;
  /** The plan as it stood when the batch settled. */
  readonly progress?: PlanProgress;
  /** What follows. */
  readonly next?: NextStep;
  /** The whole rollout, when it has come to its end. */
  readonly story?: RolloutStory;
  /** The zone in which `text` tells times: that of the plan's first window; absent for UTC. */
  readonly timeZone?: string;
  /** Where people read what to do in trouble, as the plan says. */
  readonly runbookUrl?: string;
  /** What to type, ready to paste. */
  readonly commands: readonly NotifiedCommand[];
  /** What an alert is about; only in an alert. */
  readonly alert?: NotifiedAlert;
  /** Who speaks. */
  readonly agent: AgentIdentity;
  /** All this for people, in at most 12 lines and 4,000 characters. */
  readonly text: string;
}

/** The plan that a notification is about. */
export interface NotifiedPlan {
  readonly namespace: string;
  readonly name: string;
  /** Stays for the plan's life, and is never another plan's. */
  readonly uid: string;
  readonly version: string;
  readonly revision: string;
}

/** The batch that a notification is about. */
export interface NotifiedBatch {
  readonly name: string;
  readonly index: number;
  /** About the index of the revision's last batch; exact once the plan is done. */
  readonly of?: number;
  /** Name of the plan's step that the batch was cut for. */
  readonly step?: string;
  /** Name of the batch that this one takes back; absent where it upgrades. */
  readonly rollbackOf?: string;
}

/**
 * How a batch ended. Succeeded: each node was upgraded or had nothing to be done. Failed: a node failed. Incomplete: none failed, but
 * some were left out.
 */
export type Outcome = 'Succeeded' | 'Failed' | 'Incomplete';

/** The nodes of a batch by outcome. */
export interface NodeCounts {
  readonly nodes: number;
  readonly succeeded: number;
  /** Back at the version that they came from; only in a rollback. */
  readonly rolledBack?: number;
  readonly failed: number;
  readonly skipped: number;
  readonly notAttempted: number;
  /** Without an outcome: 0 in a batch that has settled. */
  readonly unfinished: number;
  /** Still cordoned and tainted by Baton. */
  readonly quarantined: number;
}

/** The nodes of a batch by what a process came to on them. */
export interface ProcessCounts {
  readonly process: string;
  /** The nodes that it is for. */
  readonly nodes: number;
  readonly succeeded: number;
  readonly failed: number;
}

/** Nodes on which a process took longer than usual, and more than is tolerated. */
export interface LateProcess {
  readonly process: string;
  readonly count: number;
  readonly longestSeconds: number;
  readonly expectedSeconds: number;
  /** Names of the nodes with ranges in brackets, as far as they may be told. */
  readonly nodes: string;
}

/** How long nodes took from the opening of their turns to their outcomes. */
export interface NodeDurations {
  /** The name of the slowest node, where it may be told. */
  readonly slowest?: string;
  readonly slowestSeconds: number;
  readonly medianSeconds: number;
}

/** A move from one version to another, and how many nodes made it. */
export interface VersionMove {
  /** The process that reported it; absent for the version of the plan. */
  readonly process?: string;
  /** Absent where it is not known. */
  readonly from?: string;
  /** Absent where the process did not report it. */
  readonly to?: string;
  readonly nodes: number;
}

/** Why nodes did not succeed. */
export interface Cause {
  readonly state: NodeState;
  /** One CamelCase word. */
  readonly reason?: string;
  /** The process that failed. */
  readonly process?: string;
  /** What the records say; the commonest, when they say different things. */
  readonly message?: string;
  /** How many different messages there are; those that differ only in numbers, hashes or images count as one. */
  readonly messages: number;
  /** In how many wordings there is the one that is told, where it differs from node to node. */
  readonly alike?: number;
  readonly count: number;
  /** Names of the nodes with ranges in brackets: `db-1,node-[301-307]`; fewer than `count`, or none, where they may not be told. */
  readonly nodes: string;
  /** Whether the nodes are still cordoned and tainted by Baton. */
  readonly quarantined: boolean;
  /** The version that the nodes still have, where no process had begun and it is known. */
  readonly stillAt?: string;
}

/** How far a node is. */
export type NodeState = NodeRecord['state'];

/** A node of the batch. */
export interface NotifiedNode {
  readonly name: string;
  readonly state: NodeState;
  readonly reason?: string;
  readonly message?: string;
  readonly fromVersion?: string;
  /** From the opening of its turn to its outcome. */
  readonly seconds?: number;
  /** Whether it is still cordoned and tainted by Baton. */
  readonly quarantined: boolean;
  /** The processes that are for this node, in order. */
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
  /** The task that it reported last. */
  readonly task?: string;
  readonly seconds?: number;
}

/** Something to type. */
export interface NotifiedCommand {
  readonly purpose:
    'Rollback' | 'Retry' | 'Release' | 'Resume' | 'Approve' | 'Abort' | 'DisruptionBudget' | 'Describe' | 'Events' | 'Status';
  readonly command: string;
}

/** The agent that speaks. */
export interface AgentIdentity {
  /** Absent where it may not be told. */
  readonly node?: string;
  readonly pod: string;
}
