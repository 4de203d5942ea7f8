import type { BatchVerify, UpgradeBatchSpec, BatchProcess } from '../../../api/generated/upgradebatch.ts';
import type { ProcessVerify, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import { API_VERSION, LABELS, FINALIZERS } from '../../../api/names.ts';
import type { Fleet } from '../fleet/fleet.ts';
import type { Manifest } from '../model/command.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';
import { BATCH_FORMAT } from '../records/batch-format.ts';
import type { NextBatch } from './cut-batch.ts';

function batchVerify(verify: ProcessVerify | undefined): { readonly verify?: BatchVerify } {
  if (verify === undefined) return {};
  const { job, ...rest } = verify;
  return { verify: { ...rest, ...(job === undefined ? {} : { jobTemplate: job.template }) } };
}

/** An UpgradeBatch. The plan owns it, without blocking the plan's deletion. Its finalizer protects the outbox. */
export function batchObject({ plan, revision }: PlanSnapshot, spec: Omit<UpgradeBatchSpec, 'format'>): Manifest {
  return {
    apiVersion: API_VERSION,
    kind: 'UpgradeBatch',
    metadata: {
      name: `${plan.metadata.name}-${revision.slice(0, 4)}-${spec.index}`,
      namespace: plan.metadata.namespace,
      labels: { [LABELS.plan]: plan.metadata.name, [LABELS.planUid]: plan.metadata.uid, [LABELS.managedBy]: 'baton' },
      finalizers: [FINALIZERS.batch],
      ownerReferences: [
        { apiVersion: API_VERSION, kind: 'UpgradePlan', name: plan.metadata.name, uid: plan.metadata.uid, controller: true },
      ],
    },
    spec: { ...spec, format: BATCH_FORMAT },
  };
}

/** The UpgradeBatch of the next cut. */
export function buildBatch(snapshot: PlanSnapshot, fleet: Fleet, next: NextBatch): Manifest {
  const { plan, revision } = snapshot;
  const used = new Set(next.nodes.flatMap((node) => node.processes));
  const processes = plan.spec.processes.filter((process, index) => used.has(process.name) || (used.size === 0 && index === 0));
  return batchObject(snapshot, {
    plan: plan.metadata.name,
    planUid: plan.metadata.uid,
    revision,
    version: plan.spec.version,
    index: next.index,
    step: next.step,
    ...(next.stepName === undefined ? {} : { stepName: next.stepName }),
    ...(next.domain === undefined ? {} : { domain: next.domain }),
    ...(next.rest === 0 ? {} : { stepNodesRemaining: next.rest }),
    planNodes: fleet.planNodes,
    ...(next.maxFailed === undefined ? {} : { maxFailed: next.maxFailed }),
    retriesPerNode: plan.spec.failure.retriesPerNode,
    failedNodes: plan.spec.failure.failedNodes,
    nodes: next.nodes,
    processes: processes.map((process) => ({
      name: process.name,
      disruption: process.disruption,
      report: process.report,
      ...timingOf(process),
      ...batchJob(process.job),
      ...(process.daemonSet === undefined ? {} : { daemonSet: process.daemonSet }),
      ...(process.external === undefined ? {} : { external: process.external }),
      ...batchVerify(process.verify),
    })),
    drain: plan.spec.drain,
  });
}

/** The fields of a Job that a batch stores. A rollback uses the plan's current template, which may have been corrected since. */
function batchJob(job: UpgradeProcess['job']): Omit<NonNullable<UpgradeProcess['job']>, 'template' | 'rollback'> {
  const { rollback: _rollback, ...rest } = job ?? {};
  return rest;
}

/** The times of a process, as a batch stores them. */
function timingOf({
  timing,
  onOverdue,
  rerun,
}: UpgradeProcess): Pick<BatchProcess, 'deadlineSeconds' | 'timing' | 'onOverdue' | 'rerun'> {
  const { deadlineSeconds, ...rest } = timing;
  return { deadlineSeconds, ...(Object.keys(rest).length === 0 ? {} : { timing: rest }), onOverdue, rerun };
}
