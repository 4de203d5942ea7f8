/** The JSON values of Baton's annotations on Nodes and Leases. */

/** A turn. The claim writes it and the release removes it ({@link ANNOTATIONS.turn}). */
export interface Turn {
  /** Namespace of the plan. */
  readonly namespace: string;
  /** Name of the plan. */
  readonly plan: string;
  /** Name of the UpgradeBatch. */
  readonly batch: string;
  /** UID of the UpgradeBatch. */
  readonly batchUid: string;
  /** Names of the processes that run in this turn, in order, without those whose work is already done. */
  readonly processes: readonly string[];
  /** The attempt, from 1. */
  readonly attempt: number;
  /** Name of the process that failed in the previous attempt. Earlier processes have succeeded and do not run again. */
  readonly retried?: string;
  /** The node's version when the turn opened, as the processes' `verify` compares it; absent when they compare none. */
  readonly fromVersion?: string;
  /** Checkpoints of earlier attempts by process, one `key=value` a line. */
  readonly checkpoints?: Readonly<Record<string, string>>;
  /** When the operator opened the turn, RFC 3339. */
  readonly openedTime: string;
  /** Whether the claim cordoned the Node; the release uncordons it only then. */
  readonly cordoned: boolean;
  /** The Node's state before the claim. */
  readonly before: {
    readonly unschedulable: boolean;
    readonly bootId: string;
    /** Autoscaler annotations that the Node already had; the release keeps them. */
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
  /** Start of the quarantine, RFC 3339. */
  readonly since: string;
  /** Whether the Node was cordoned before its turn; the release restores this. */
  readonly unschedulableBefore: boolean;
}

/** The revision in the done-mark of a Node that was rolled back: no revision is done there. */
export const ROLLED_BACK = 'rolled-back';

/** Records that a plan's revision is done on a Node, or was rolled back there ({@link DONE_MARK_PREFIX}). */
export interface DoneMark {
  /** The plan's revision, or {@link ROLLED_BACK}. */
  readonly revision: string;
  readonly version: string;
  readonly batch: string;
  /** When the turn closed, RFC 3339. */
  readonly time: string;
}
