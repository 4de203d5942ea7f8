import type { BatchNode, BatchVerify } from '../../api/generated/upgradebatch.ts';
import type { ProcessVerify, UpgradePlan } from '../../api/generated/upgradeplan.ts';
import { API_VERSION, FINALIZERS, LABELS } from '../../api/names.ts';
import type { NodeFact } from '../facts.ts';
import { countOf, countOfAtLeastOne } from '../quantity.ts';
import { selects } from '../selector.ts';
import { compareNames } from '../text.ts';
import type { Manifest } from './command.ts';
import type { Fleet } from './fleet.ts';
import type { PlanSnapshot } from './snapshot.ts';

/** A batch holds at most so many node-processes: its records must fit into one object of etcd. */
const MAX_NODE_PROCESSES = 1000;

/** The nodes of the next batch, before it exists. */
export interface NextBatch {
  readonly index: number;
  readonly step: number;
  readonly nodes: readonly BatchNode[];
  readonly maxFailed: number | undefined;
}

function batchNode(plan: UpgradePlan, node: NodeFact): BatchNode {
  const processes = plan.spec.processes
    .filter((process) => selects(process.nodeSelector, node.labels))
    .map((process) => process.name);
  return { name: node.name, uid: node.uid, processes };
}

/** Index that the next batch gets: monotone for the plan's life, also when history was pruned. */
export function nextIndex(snapshot: PlanSnapshot): number {
  const seen = snapshot.batches.map((batch) => batch.spec.index);
  return Math.max(0, snapshot.plan.status?.lastBatchIndex ?? 0, ...seen) + 1;
}

/** The order in which nodes go: by name, with numbers as numbers. */
function inOrder(nodes: readonly NodeFact[]): readonly NodeFact[] {
  return nodes.toSorted((a, b) => compareNames(a.name, b.name));
}

/** Cuts the next batch from the nodes that remain; undefined when none does. */
export function cutNextBatch(snapshot: PlanSnapshot, fleet: Fleet): NextBatch | undefined {
  const { plan } = snapshot;
  const steps = plan.spec.batches;
  const step = Math.min(fleet.batches.length, steps.length - 1);
  const size = countOfAtLeastOne(steps[step]?.size ?? 1, fleet.planNodes);
  const nodes: BatchNode[] = [];
  let work = 0;
  for (const node of inOrder(fleet.remaining).slice(0, size)) {
    const entry = batchNode(plan, node);
    work += Math.max(1, entry.processes.length);
    if (work > MAX_NODE_PROCESSES) break;
    nodes.push(entry);
  }
  if (nodes.length === 0) return undefined;
  const own = steps[step]?.maxFailed;
  const first = fleet.batches.length === 0 ? 0 : undefined;
  return { index: nextIndex(snapshot), step, nodes, maxFailed: own === undefined ? first : countOf(own, nodes.length) };
}

/** The index that the revision's last batch is expected to have: those there are, and those that the remaining nodes will need. */
export function expectedLastIndex(snapshot: PlanSnapshot, fleet: Fleet): number {
  const steps = snapshot.plan.spec.batches;
  const before = fleet.batches.length;
  let left = fleet.remaining.length;
  let count = before;
  const perBatch = Math.floor(MAX_NODE_PROCESSES / snapshot.plan.spec.processes.length);
  while (left > 0) {
    const size = countOfAtLeastOne(steps[Math.min(count, steps.length - 1)]?.size ?? 1, fleet.planNodes);
    left -= Math.min(size, perBatch);
    count += 1;
  }
  return nextIndex(snapshot) - 1 + count - before;
}

function batchVerify(verify: ProcessVerify | undefined): { readonly verify?: BatchVerify } {
  if (verify === undefined) return {};
  const { job, ...rest } = verify;
  return { verify: { ...rest, ...(job === undefined ? {} : { jobTemplate: job.template }) } };
}

/** The UpgradeBatch for a cut. It is owned by the plan without blocking its deletion; its finalizer keeps the outbox. */
export function buildBatch(snapshot: PlanSnapshot, fleet: Fleet, next: NextBatch): Manifest {
  const { plan, revision } = snapshot;
  const used = new Set(next.nodes.flatMap((node) => node.processes));
  const processes = plan.spec.processes.filter((process, index) => used.has(process.name) || (used.size === 0 && index === 0));
  return {
    apiVersion: API_VERSION,
    kind: 'UpgradeBatch',
    metadata: {
      name: `${plan.metadata.name}-${revision.slice(0, 4)}-${next.index}`,
      namespace: plan.metadata.namespace,
      labels: { [LABELS.plan]: plan.metadata.name, [LABELS.planUid]: plan.metadata.uid, [LABELS.managedBy]: 'baton' },
      finalizers: [FINALIZERS.batch],
      ownerReferences: [
        { apiVersion: API_VERSION, kind: 'UpgradePlan', name: plan.metadata.name, uid: plan.metadata.uid, controller: true },
      ],
    },
    spec: {
      plan: plan.metadata.name,
      planUid: plan.metadata.uid,
      revision,
      version: plan.spec.version,
      index: next.index,
      step: next.step,
      planNodes: fleet.planNodes,
      ...(next.maxFailed === undefined ? {} : { maxFailed: next.maxFailed }),
      nodes: next.nodes,
      processes: processes.map((process) => ({
        name: process.name,
        disruption: process.disruption,
        report: process.report,
        deadlineSeconds: process.timing.deadlineSeconds,
        template: process.job.template,
        ...(process.job.compatibility === undefined ? {} : { compatibility: process.job.compatibility }),
        ...batchVerify(process.verify),
      })),
      drain: { emptyDirData: plan.spec.drain.emptyDirData },
    },
  };
}
