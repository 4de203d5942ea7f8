import type { UpgradeAction } from '../../../api/generated/upgradeaction.ts';
import type { Receipt, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { DoneMark, Quarantine, Turn } from '../../../api/marks.ts';
import type { JobFact, NodeFact, PodFact } from '../../facts.ts';
import type { GroupFact, LeaseFact } from './facts.ts';

/** A Kubernetes object to be written, as plain JSON. */
export type Manifest = Readonly<Record<string, unknown>>;

/** What one decision asks the shell to do. Each is idempotent, and each carries the sentence that explains it. */
export type Command = { readonly why: string } & (
  | { readonly kind: 'AddFinalizer' }
  | { readonly kind: 'RemoveFinalizer' }
  | { readonly kind: 'PrepareNamespace'; readonly lease: Manifest }
  | { readonly kind: 'CreateBatch'; readonly batch: Manifest }
  | { readonly kind: 'AcquireGroup'; readonly lease: Manifest }
  | { readonly kind: 'ReleaseGroup'; readonly fact: GroupFact }
  | { readonly kind: 'DeleteBatch'; readonly batch: UpgradeBatch }
  | { readonly kind: 'OpenTurn'; readonly node: NodeFact; readonly turn: Turn; readonly cordon: boolean }
  /** The turn goes on in its next attempt. */
  | { readonly kind: 'RetryTurn'; readonly node: NodeFact; readonly turn: Turn }
  /** It is the turn of a process that the node's own updater carries out. `event` tells it so. */
  | { readonly kind: 'StartExternal'; readonly node: NodeFact; readonly process: string; readonly event: Manifest }
  /** An outsider uncordoned the node in its turn. */
  | { readonly kind: 'Cordon'; readonly node: NodeFact; readonly turn: Turn }
  | { readonly kind: 'Evict'; readonly pod: PodFact }
  /** Past its disruption budget. */
  | { readonly kind: 'DeletePod'; readonly pod: PodFact }
  /** The Pod of a DaemonSet goes, so that its controller makes one of the newest revision. */
  | { readonly kind: 'ReplacePod'; readonly pod: PodFact }
  | { readonly kind: 'CreateJob'; readonly node: string; readonly job: Manifest }
  /** Ends a Job before its time: its Pod gets SIGTERM, and the Job fails once the Pod has ended. */
  | { readonly kind: 'StopJob'; readonly job: JobFact; readonly message: string }
  /**
   * `forget`: the mark of an earlier revision goes, for what was done then may be undone by half. `endQuarantine`: what the node was quarantined
   * for has been taken back. Without it, a node that was quarantined stays so.
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
  /** `atOnce`: without a grace period, for a Pod that has never held the baton and may be on a host that is lost. */
  | { readonly kind: 'DeleteAgentPod'; readonly pod: PodFact; readonly atOnce: boolean }
  | { readonly kind: 'PassBaton'; readonly lease: LeaseFact; readonly to: BatonHolder; readonly receipts: readonly Receipt[] }
  /** Leaves only these receipts on the Lease. */
  | { readonly kind: 'ClearReceipts'; readonly lease: LeaseFact; readonly receipts: readonly Receipt[] }
  | { readonly kind: 'DeleteLease'; readonly lease: LeaseFact }
  /** Pulls images of the next batch on one of its nodes, ahead of its turn. */
  | { readonly kind: 'CreatePullPod'; readonly pod: Manifest }
  /** Of all nodes of a wave at once. */
  | { readonly kind: 'DeletePullPods'; readonly wave: string }
  | { readonly kind: 'RecordWarnings'; readonly event: Manifest }
  | { readonly kind: 'AnswerAction'; readonly action: UpgradeAction; readonly answer: ActionAnswer }
);

/** Who gets the baton, and for which batch. */
export interface BatonHolder {
  readonly node: string;
  readonly pod: string;
  readonly podUid: string;
  readonly batch: string;
  readonly batchUid: string;
}

/** What became of an act. */
export interface ActionAnswer {
  /** Unknown: it waits, and is answered later. */
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
