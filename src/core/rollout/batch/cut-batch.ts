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
