import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { DoneMark, Quarantine, Turn } from '../../../api/marks.ts';
import type { JobFact, NodeFact, PodFact } from '../../facts.ts';
import type { GroupFact, LeaseFact } from './facts.ts';

/** A Kubernetes object to create, as plain JSON. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What a decision asks the shell to do. Each command is idempotent; `why` explains it in the log. */
export type Command = { readonly why: string } & (
  | { readonly kind: 'AddFinalizer' }
  | { readonly kind: 'RemoveFinalizer' }
  | { readonly kind: 'PrepareNamespace'; readonly lease: Manifest }
  | { readonly kind: 'CreateBatch'; readonly batch: Manifest }
  | { readonly kind: 'AcquireGroup'; readonly lease: Manifest }
  | { readonly kind: 'ReleaseGroup'; readonly fact: GroupFact }
  | { readonly kind: 'DeleteBatch'; readonly batch: UpgradeBatch }
  | { readonly kind: 'OpenTurn'; readonly node: NodeFact; readonly turn: Turn; readonly cordon: boolean }
  /** Starts the next attempt of a turn. */
  | { readonly kind: 'RetryTurn'; readonly node: NodeFact; readonly turn: Turn }
  /** Starts a process that the node's own updater runs. `event` notifies the updater. */
  | { readonly kind: 'StartExternal'; readonly node: NodeFact; readonly process: string; readonly event: Manifest }
  /** Cordons a node again that somebody uncordoned during its turn. */
  | { readonly kind: 'Cordon'; readonly node: NodeFact; readonly turn: Turn }
  | { readonly kind: 'Evict'; readonly pod: PodFact }
  /** Deletes a Pod that its PodDisruptionBudget protects from eviction. */
  | { readonly kind: 'DeletePod'; readonly pod: PodFact }
  /** Deletes a Pod of a DaemonSet, so that the controller creates one of the newest revision. */
  | { readonly kind: 'ReplacePod'; readonly pod: PodFact }
  | { readonly kind: 'CreateJob'; readonly node: string; readonly job: Manifest }
  /** Stops a running Job: its Pod gets SIGTERM, and the Job fails once the Pod has ended. */
  | { readonly kind: 'StopJob'; readonly job: JobFact; readonly message: string }
  /**
   * `done` is the mark to set. `forget` removes the mark of an earlier revision, because a failed upgrade may have undone part of
   * that work. `endQuarantine` also ends a quarantine, after a rollback; without it, the quarantine stays.
   */
  | {
      readonly kind: 'CloseTurn';
      readonly node: NodeFact;
      readonly done: DoneMark | undefined;
      readonly forget?: boolean;
      readonly endQuarantine?: boolean;
    }
  | { readonly kind: 'Quarantine'; readonly node: NodeFact; readonly quarantine: Quarantine }
  | { readonly kind: 'MarkOutdated'; readonly node: NodeFact }
  | { readonly kind: 'UnmarkOutdated'; readonly node: NodeFact }
  | { readonly kind: 'EndQuarantine'; readonly node: NodeFact }
  | { readonly kind: 'DeleteJobs'; readonly batchUid: string }
  | { readonly kind: 'CreateAgentPod'; readonly pod: Manifest }
  /** `atOnce`: without a grace period, for a Pod that has never held the baton and may be on a lost host. */
  | { readonly kind: 'DeleteAgentPod'; readonly pod: PodFact; readonly atOnce: boolean }
  | { readonly kind: 'PassBaton'; readonly lease: LeaseFact; readonly to: BatonHolder; readonly receipts: readonly Receipt[] }
  /** Removes all receipts from the Lease but these. */
  | { readonly kind: 'ClearReceipts'; readonly lease: LeaseFact; readonly receipts: readonly Receipt[] }
  | { readonly kind: 'DeleteLease'; readonly lease: LeaseFact }
  /** Pulls the images of the next batch on one of its nodes, before its turn. */
  | { readonly kind: 'CreatePullPod'; readonly pod: Manifest }
  /** Deletes the Pods of a wave on all nodes. */
  | { readonly kind: 'DeletePullPods'; readonly wave: string }
  | { readonly kind: 'RecordWarnings'; readonly event: Manifest }
  | { readonly kind: 'AnswerAction'; readonly action: UpgradeAction; readonly answer: ActionAnswer }
);

/** The agent Pod that gets the baton, and the batch that it sends for. */
export interface BatonHolder {
  readonly node: string;
  readonly pod: string;
  readonly podUid: string;
  readonly batch: string;
  readonly batchUid: string;
}

/** The answer to an UpgradeAction: its condition. */
export interface ActionAnswer {
  /** `Unknown`: the action waits; a later pass answers it. */
  readonly status: 'True' | 'False' | 'Unknown';
  readonly reason: string;
  readonly message: string;
}

/** Commands that write a Node. */
const NODE_COMMANDS = [
  'OpenTurn',
  'RetryTurn',
  'StartExternal',
  'CloseTurn',
  'Cordon',
  'Quarantine',
  'EndQuarantine',
  'MarkOutdated',
  'UnmarkOutdated',
] as const satisfies readonly Command['kind'][];

/** A command that writes a Node. */
export type NodeCommand = Extract<Command, { kind: (typeof NODE_COMMANDS)[number] }>;

/** Whether a command writes a Node. */
export function isNodeCommand(command: Command): command is NodeCommand {
  return NODE_COMMANDS.some((kind) => kind === command.kind);
}
