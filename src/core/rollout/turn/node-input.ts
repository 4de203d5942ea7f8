import type { BatchNode, NodeRecord, ProcessRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Hash, Instant, JobFact, NodeFact, PodFact, ReportFact } from '../../facts.ts';
import type { Reference } from '../../timing/reference.ts';
import type { Command } from '../model/command.ts';
import type { EvictionAnswer } from '../model/eviction-answer.ts';
import type { OperatorPod, DaemonSets } from '../model/facts.ts';

/** What the decision about one node of a batch looks at. */
export interface NodeInput {
  readonly namespace: string;
  readonly batch: UpgradeBatch;
  readonly batchNode: BatchNode;
  /** The record as persisted. */
  readonly before: NodeRecord;
  /** The node; undefined when it is gone or another Node has its name. */
  readonly node: NodeFact | undefined;
  /** This node's Jobs, Pods and reports of this batch. */
  readonly jobs: readonly JobFact[];
  readonly pods: readonly PodFact[];
  readonly reports: readonly ReportFact[];
  /** The plan is being deleted: nothing begins any more. */
  readonly deleting: boolean;
  /** False once nothing is tried again: the plan is being deleted, or its rollout has ended. */
  readonly mayRetry: boolean;
  readonly reporterReady: boolean;
  readonly reporterInstalled: boolean;
  readonly evictionAnswers: ReadonlyMap<string, EvictionAnswer>;
  /** The Pod of the operator that decides, when it is on this node. */
  readonly operatorPod: OperatorPod | undefined;
  readonly jobRejections: ReadonlyMap<string, string>;
  readonly daemonSets: DaemonSets;
  /** How long each process is expected to take, by its name. */
  readonly references: ReadonlyMap<string, Reference>;
  readonly now: Instant;
  readonly hash: Hash;
}

/** What follows for a node: the record as observed, what to do, and when to look again. */
export interface NodeResult {
  readonly record: NodeRecord;
  readonly commands: readonly Command[];
  readonly requeueAt?: Instant;
}

/** The record of one of the node's processes, as persisted. */
export function recordOf({ before }: NodeInput, process: string): ProcessRecord | undefined {
  return before.processes?.find((candidate) => candidate.name === process);
}
