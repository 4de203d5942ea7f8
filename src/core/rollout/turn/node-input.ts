import type { BatchNode, NodeRecord, ProcessRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Hash, Instant, JobFact, NodeFact, PodFact, ReportFact } from '../../facts.ts';
import type { Reference } from '../../timing/reference.ts';
import type { Command } from '../model/command.ts';
import type { EvictionAnswer } from '../model/eviction-answer.ts';
import type { OperatorPod, DaemonSets } from '../model/facts.ts';

/** What the decision about a node of a batch is based on. */
export interface NodeInput {
  readonly namespace: string;
  readonly batch: UpgradeBatch;
  readonly batchNode: BatchNode;
  /** The record as persisted. */
  readonly before: NodeRecord;
  /** The Node; undefined when it was deleted, or another one has its name. */
  readonly node: NodeFact | undefined;
  /** This node's Jobs and reports of this batch, and all its Pods. */
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  readonly reports: readonly ReportFact[];
  /** Whether the plan is being deleted, so that nothing new begins. */
  readonly deleting: boolean;
  /** Whether failures may be retried: not once the plan is being deleted, its rollout has ended, or a rollback has begun. */
  readonly mayRetry: boolean;
  readonly reporterReady: boolean;
  readonly reporterInstalled: boolean;
  readonly evictionAnswers: ReadonlyMap<string, EvictionAnswer>;
  /** The operator's own Pod when it runs on this node. */
  readonly operatorPod: OperatorPod | undefined;
  readonly jobRejections: ReadonlyMap<string, string>;
  readonly daemonSets: DaemonSets;
  /** The expected duration of each process, by name. */
  readonly references: ReadonlyMap<string, Reference>;
  readonly now: Instant;
  readonly hash: Hash;
}

/** What was decided for a node. */
export interface NodeResult {
  readonly record: NodeRecord;
  readonly commands: readonly Command[];
  readonly requeueAt?: Instant;
}

/** The record of one of the node's processes, as persisted. */
export function recordOf({ before }: NodeInput, process: string): ProcessRecord | undefined {
  return before.processes?.find((candidate) => candidate.name === process);
}
