import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { Instant } from '../../facts.ts';
import { type Reference, referencesFor } from '../../timing/reference.ts';
import { recordedEnd } from '../fleet/rollout-end.ts';
import { currentBatches } from '../fleet/fleet.ts';
import { operatorPodOn } from '../fleet/operator-pod.ts';
import type { Command } from '../model/command.ts';
import type { DecisionInput } from '../model/snapshot.ts';
import { hasOtherFormat } from '../records/batch-format.ts';
import { isRollback } from '../records/batch-goal.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import { isSettled } from '../records/settled.ts';
import { advanceNode } from './advance-node.ts';

/** What the facts show about each node of the batch, before new turns are opened. */
export interface NodesResult {
  readonly records: ReadonlyMap<string, NodeRecord>;
  readonly commands: readonly Command[];
  readonly requeueAt: Instant | undefined;
}

/** Advances every node of a batch. */
export function advanceNodes(input: DecisionInput, batch: UpgradeBatch): NodesResult {
  const { snapshot, now, hash, settings } = input;
  const before = new Map((batch.status?.nodes ?? []).map((record) => [record.name, record]));
  const jobs = Map.groupBy(
    snapshot.jobs.filter((job) => job.batchUid === batch.metadata.uid),
    (job) => job.node,
  );
  const reports = Map.groupBy(
    snapshot.reports.filter((report) => report.batchUid === batch.metadata.uid),
    (report) => report.node,
  );
  const references = isSettled(batch)
    ? new Map<string, Reference>()
    : // Upgrades and rollbacks take different times: learn only from batches of the same kind.
      referencesFor(
        batch.spec.processes,
        currentBatches(snapshot).filter((other) => isRollback(other) === isRollback(batch)),
      );
  const records = new Map<string, NodeRecord>();
  const commands: Command[] = [];
  let requeueAt: Instant | undefined;
  for (const batchNode of batch.spec.nodes) {
    const node = snapshot.nodes.get(batchNode.name);
    const result = advanceNode({
      namespace: snapshot.plan.metadata.namespace,
      batch,
      batchNode,
      before: before.get(batchNode.name) ?? { name: batchNode.name, state: 'Pending' },
      node: node?.uid === batchNode.uid ? node : undefined,
      jobs: jobs.get(batchNode.name) ?? [],
      pods: snapshot.pods.get(batchNode.name) ?? [],
      reports: reports.get(batchNode.name) ?? [],
      deleting: snapshot.plan.metadata.deletionTimestamp !== undefined,
      mayRetry: mayRetry(snapshot, batch),
      reporterReady: snapshot.reporters.has(batchNode.name),
      reporterInstalled: settings.reporterInstalled,
      evictionAnswers: snapshot.evictionAnswers,
      operatorPod: operatorPodOn(batchNode.name, snapshot, settings.operator),
      jobRejections: snapshot.jobRejections,
      daemonSets: snapshot.daemonSets,
      references,
      now,
      hash,
    });
    records.set(batchNode.name, result.record);
    commands.push(...result.commands);
    if (result.requeueAt !== undefined) requeueAt = Math.min(requeueAt ?? result.requeueAt, result.requeueAt);
  }
  return { records, commands, requeueAt };
}

/** Whether failures in the batch may be retried. An upgrade is not retried once its rollback has begun. */
function mayRetry(snapshot: DecisionInput['snapshot'], batch: UpgradeBatch): boolean {
  if (hasOtherFormat(batch)) return false;
  if (snapshot.plan.metadata.deletionTimestamp !== undefined || recordedEnd(snapshot) !== undefined) return false;
  return isRollback(batch) || recordedRollback(snapshot) === undefined;
}
