import type { BatchNode, BatchProcess, BatchVerify, UpgradeBatchSpec } from '../../../api/generated/upgradebatch.ts';
import type { ProcessVerify, UpgradePlan, UpgradeProcess } from '../../../api/generated/upgradeplan.ts';
import { API_VERSION, FINALIZERS, LABELS } from '../../../api/names.ts';
import type { NodeFact } from '../../facts.ts';
import { countOf } from '../../quantity.ts';
import { selects } from '../../selector.ts';
import type { Manifest } from '../model/command.ts';
import { domainOf } from '../fleet/domain.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { BATCH_FORMAT } from '../records/batch-format.ts';
import { isRollback } from '../records/batch-goal.ts';
import { inOrder } from '../fleet/order.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';
import { nextStep, partsOfOpenStep, stepProgress } from '../fleet/batch-steps.ts';

/** A batch holds at most so many node-processes: its records must fit into one object of etcd. */
export const MAX_NODE_PROCESSES = 1000;

/** Nodes that are to go together, in the order of their turns. */
export interface Cut {
  readonly index: number;
  /** Entry of the plan's batches, and its name. */
  readonly step: number;
  readonly stepName: string | undefined;
  readonly nodes: readonly BatchNode[];
  /** How many nodes of the step are left for the next batch. */
  readonly rest: number;
  /** The topology domain of its nodes, where the plan goes one domain at a time. */
  readonly domain: string | undefined;
}

/** The next batch, before it exists. */
export interface NextBatch extends Cut {
  readonly maxFailed: number | undefined;
}

/** The processes that are for a node; those that succeeded there in this revision, before the node failed, do not run again. */
function batchNode(plan: UpgradePlan, fleet: Fleet, node: NodeFact): BatchNode {
  const succeeded = succeededOn(fleet, node);
  const processes = plan.spec.processes
    .filter((process) => selects(process.nodeSelector, node.labels) && !succeeded.has(process.name))
    .map((process) => process.name);
  return { name: node.name, uid: node.uid, processes, ...nodeDetailOf(plan, node) };
}

/** What may be told of the node. The agent may not look at Nodes: what their labels say goes with the batch. */
export function nodeDetailOf(plan: UpgradePlan, node: NodeFact): Pick<BatchNode, 'nodeDetail'> {
  const nodeDetail = plan.spec.notify?.nodeDetails?.find((rule) => selects(rule.nodeSelector, node.labels))?.nodeDetail;
  return nodeDetail === undefined ? {} : { nodeDetail };
}

function succeededOn({ batches, records }: Fleet, { name, uid }: NodeFact): ReadonlySet<string> {
  if (records.get(name)?.retriedBy === undefined) return new Set();
  const succeeded = new Set<string>();
  for (const batch of batches) {
    if (!batch.spec.nodes.some((entry) => entry.name === name && entry.uid === uid)) continue;
    for (const process of batch.status?.nodes?.find((record) => record.name === name)?.processes ?? []) {
      // A rollback has begun to undo it, whatever became of that.
      if (isRollback(batch) && process.state !== 'Skipped') succeeded.delete(process.name);
      else if (process.state === 'Succeeded') succeeded.add(process.name);
    }
  }
  return succeeded;
}

/** Index that the next batch gets: monotone for the plan's life, also when history was pruned. */
export function nextIndex(snapshot: PlanSnapshot): number {
  const seen = snapshot.batches.map((batch) => batch.spec.index);
  return Math.max(0, snapshot.plan.status?.lastBatchIndex ?? 0, ...seen) + 1;
}

function domainAt(plan: UpgradePlan, nodes: readonly NodeFact[], position: number): string | undefined {
  const node = nodes[position];
  return node === undefined ? undefined : domainOf(plan, node);
}

/** As many of the nodes, in their order, as one batch can hold: at most so much work, and of one domain. */
function fill(plan: UpgradePlan, fleet: Fleet, nodes: readonly NodeFact[]): readonly BatchNode[] {
  const filled: BatchNode[] = [];
  const domain = domainAt(plan, nodes, 0);
  let work = 0;
  for (const node of nodes) {
    const entry = batchNode(plan, fleet, node);
    work += Math.max(1, entry.processes.length);
    if (work > MAX_NODE_PROCESSES || domainOf(plan, node) !== domain) break;
    filled.push(entry);
  }
  return filled;
}

/** The batches to come, one after the other, if nothing changes on the way. The nodes are put in order once, when the first is asked for. */
export function* cutBatches(snapshot: PlanSnapshot, fleet: Fleet): Generator<Cut, void> {
  const { plan } = snapshot;
  const first = fleet.remaining.slice(0, fleet.remaining.length - fleet.late.length);
  let progress = stepProgress(fleet.upgrades);
  let index = nextIndex(snapshot);
  // Nodes that came late are never in a batch with the others.
  for (const pool of [first, fleet.late]) {
    const nodes = inOrder(snapshot, pool);
    for (let from = 0; from < nodes.length;) {
      const step = nextStep(plan, fleet.planNodes, progress);
      const size = Math.min(step.size, nodes.length - from);
      const filled = fill(plan, fleet, nodes.slice(from, from + size));
      const rest = size - filled.length;
      yield { index, step: step.step, stepName: step.name, nodes: filled, rest, domain: domainAt(plan, nodes, from) };
      progress = { step: step.step, rest };
      from += filled.length;
      index += 1;
    }
  }
}

/**
 * How many nodes of the batch may fail. The limit is one of the step: what its earlier batches have used up of it is gone, except for what
 * a Resume has forgiven. The first step has 0 unless it says otherwise.
 */
function maxFailedOf({ plan }: PlanSnapshot, { upgrades }: Fleet, cut: Cut): number | undefined {
  const own = plan.spec.batches[cut.step]?.maxFailed;
  const parts = partsOfOpenStep(upgrades);
  if (own === undefined) return parts.length === upgrades.length ? 0 : undefined;
  const nodes = parts.reduce((sum, part) => sum + part.spec.nodes.length, cut.nodes.length + cut.rest);
  const counted = parts.slice(parts.findLastIndex((part) => part.status?.resumed !== undefined) + 1);
  const failed = counted.flatMap((part) => part.status?.nodes ?? []).filter((record) => record.state === 'Failed').length;
  return Math.max(0, countOf(own, nodes) - failed);
}

/** Cuts the next batch from the nodes that remain; undefined when none does. */
export function cutNextBatch(snapshot: PlanSnapshot, fleet: Fleet): NextBatch | undefined {
  for (const cut of cutBatches(snapshot, fleet)) return { ...cut, maxFailed: maxFailedOf(snapshot, fleet, cut) };
  return undefined;
}

function batchVerify(verify: ProcessVerify | undefined): { readonly verify?: BatchVerify } {
  if (verify === undefined) return {};
  const { job, ...rest } = verify;
  return { verify: { ...rest, ...(job === undefined ? {} : { jobTemplate: job.template }) } };
}

/** An UpgradeBatch. It is owned by the plan without blocking its deletion; its finalizer keeps the outbox. */
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

/** The UpgradeBatch for a cut. */
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
    ...(next.rest === 0 ? {} : { stepRest: next.rest }),
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

/** What a batch keeps of a Job: a rollback is taken from the plan as it is then, for it may have been repaired. */
function batchJob(job: UpgradeProcess['job']): Omit<NonNullable<UpgradeProcess['job']>, 'template' | 'rollback'> {
  const { rollback: _rollback, ...rest } = job ?? {};
  return rest;
}

/** The times of a process as a batch keeps them. */
function timingOf({
  timing,
  onOverdue,
  rerun,
}: UpgradeProcess): Pick<BatchProcess, 'deadlineSeconds' | 'timing' | 'onOverdue' | 'rerun'> {
  const { deadlineSeconds, ...rest } = timing;
  return { deadlineSeconds, ...(Object.keys(rest).length === 0 ? {} : { timing: rest }), onOverdue, rerun };
}
