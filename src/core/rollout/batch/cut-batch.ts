import type { BatchNode } from '../../../api/generated/upgradebatch.ts';
import type { UpgradePlan } from '../../../api/generated/upgradeplan.ts';
import type { NodeFact } from '../../facts.ts';
import { countOf } from '../../quantity.ts';
import { domainOf } from '../fleet/domain.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { inOrder } from '../fleet/order.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';
import { nextStep, partsOfOpenStep, stepProgress } from '../fleet/batch-steps.ts';
import { batchNode } from './batch-node.ts';

/** Maximum number of processes on all nodes of a batch together, so that its records fit into one object of etcd. */
export const MAX_NODE_PROCESSES = 1000;

/** The nodes of a future batch, in the order of their turns. */
export interface Cut {
  readonly index: number;
  /** Index of the entry in spec.batches that the batch belongs to. */
  readonly step: number;
  readonly stepName: string | undefined;
  readonly nodes: readonly BatchNode[];
  /** Number of nodes of the step that are left for the batch after this one. */
  readonly rest: number;
  /** The topology domain of the nodes, if the plan has `oneDomainAtATime`. */
  readonly domain: string | undefined;
}

/** The next batch, before it is created. */
export interface NextBatch extends Cut {
  /** Maximum number of nodes that may fail; undefined if only the plan's budget applies. */
  readonly maxFailed: number | undefined;
}

/** Index of the next batch. It always increases, even if older batches have been deleted. */
export function nextIndex(snapshot: PlanSnapshot): number {
  const seen = snapshot.batches.map((batch) => batch.spec.index);
  return Math.max(0, snapshot.plan.status?.lastBatchIndex ?? 0, ...seen) + 1;
}

function domainAt(plan: UpgradePlan, nodes: readonly NodeFact[], position: number): string | undefined {
  const node = nodes[position];
  return node === undefined ? undefined : domainOf(plan, node);
}

/** The first of the nodes that fit into one batch: at most MAX_NODE_PROCESSES processes, and of one domain. */
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

/** The batches to come, one after the other, if nothing changes meanwhile. The nodes are sorted once, when the first is requested. */
export function* cutBatches(snapshot: PlanSnapshot, fleet: Fleet): Generator<Cut, void> {
  const { plan } = snapshot;
  const first = fleet.remaining.slice(0, fleet.remaining.length - fleet.late.length);
  let progress = stepProgress(fleet.upgrades);
  let index = nextIndex(snapshot);
  // Late nodes never share a batch with other nodes.
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
 * How many nodes of the batch may fail. The limit applies to the step, so failures in earlier batches of the step are subtracted, except for
 * those before a Resume. The first step has 0 by default.
 */
function maxFailedOf({ plan }: PlanSnapshot, { upgrades }: Fleet, cut: Cut): number | undefined {
  const limit = plan.spec.batches[cut.step]?.maxFailed;
  const parts = partsOfOpenStep(upgrades);
  if (limit === undefined) return parts.length === upgrades.length ? 0 : undefined;
  const nodes = parts.reduce((sum, part) => sum + part.spec.nodes.length, cut.nodes.length + cut.rest);
  const counted = parts.slice(parts.findLastIndex((part) => part.status?.resumed !== undefined) + 1);
  const failed = counted.flatMap((part) => part.status?.nodes ?? []).filter((record) => record.state === 'Failed').length;
  return Math.max(0, countOf(limit, nodes) - failed);
}

/** Cuts the next batch from the remaining nodes; undefined if there are none. */
export function cutNextBatch(snapshot: PlanSnapshot, fleet: Fleet): NextBatch | undefined {
  for (const cut of cutBatches(snapshot, fleet)) return { ...cut, maxFailed: maxFailedOf(snapshot, fleet, cut) };
  return undefined;
}
