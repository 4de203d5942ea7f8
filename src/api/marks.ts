/** The JSON values of Baton's annotations on Nodes and Leases. */

/** A turn: written by the claim, removed by the release ({@link ANNOTATIONS.turn}). */
export interface Turn {
  /** Namespace of the plan. */
  readonly namespace: string;
  /** Name of the plan. */
  readonly plan: string;
  /** Name of the UpgradeBatch. */
  readonly batch: string;
  /** UID of the UpgradeBatch. */
  readonly batchUid: string;
  /** Names of the processes that run in this turn, in order; those that found their work done already are not among them. */
  readonly processes: readonly string[];
  /** The attempt, from 1. */
  readonly attempt: number;
  /** Name of the process that failed in the attempt before; the processes before it have succeeded and do not run again. */
  readonly retried?: string;
  /** What the node had when the turn was opened of that which the processes' `verify` compares; absent when they compare nothing. */
  readonly fromVersion?: string;
  /** Checkpoints that earlier attempts have left, by process, one key=value a line. */
  readonly checkpoints?: Readonly<Record<string, string>>;
  /** When the operator opened the turn, RFC 3339. */
  readonly openedTime: string;
  /** Whether the claim cordoned the Node: only then does the release uncordon it. */
  readonly cordoned: boolean;
  /** What the Node was like before. */
  readonly before: {
    readonly unschedulable: boolean;
    readonly bootId: string;
    /** Annotations for autoscalers that were there already, so that they stay. */
    readonly kept: readonly string[];
  };
}

/** Why a Node is quarantined ({@link ANNOTATIONS.quarantine}). */
export interface Quarantine {
  readonly namespace: string;
  readonly plan: string;
  readonly planUid: string;
  readonly batch: string;
  readonly process: string;
  readonly reason: string;
  readonly message: string;
  /** When it began, RFC 3339. */
  readonly since: string;
  /** Whether the Node was cordoned before its turn: a release restores that. */
  readonly unschedulableBefore: boolean;
}

/** The revision in the mark of a Node that a rollback brought back to its earlier version: it is done in none. */
export const ROLLED_BACK = 'rolled-back';

/** That a plan's revision is done on a Node ({@link DONE_MARK_PREFIX}), or that it was rolled back. */
export interface DoneMark {
  /** The plan's revision, or {@link ROLLED_BACK}. */
  readonly revision: string;
  readonly version: string;
  readonly batch: string;
  /** When the turn was closed, RFC 3339. */
  readonly time: string;
}
