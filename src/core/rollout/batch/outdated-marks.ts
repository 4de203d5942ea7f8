import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { LABELS } from '../../../api/names.ts';
import type { NodeFact } from '../../facts.ts';
import type { Command } from '../model/command.ts';
import { recordedEnd } from '../fleet/rollout-end.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isTerminal } from '../records/node-record.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** Maximum number of nodes that get or lose the mark in one pass, so that a large plan does not overload the API server. */
const MAX_PER_PASS = 25;

/** Whether a node has the plan's mark: the taint `baton.dev/outdated`, or only the label if somebody removed the taint. */
export function isMarkedBy(planUid: string, node: NodeFact): boolean {
  return node.outdated?.planUid === planUid || node.labels[LABELS.outdated] === planUid;
}

/** Removes the mark from nodes. Nodes in their turn lose it at the end of the turn. */
export function unmark(nodes: Iterable<NodeFact>, planUid: string, why: string): Command[] {
  const commands: Command[] = [];
  for (const node of nodes) {
    if (node.claim === planUid || !isMarkedBy(planUid, node)) continue;
    commands.push({ kind: 'UnmarkOutdated', node, why });
    if (commands.length === MAX_PER_PASS) break;
  }
  return commands;
}

/** Names of the nodes that are not upgraded yet: nodes that are not in a batch, and nodes of the open batch without an outcome. */
function notUpgraded(fleet: Fleet, open: UpgradeBatch | undefined, records: ReadonlyMap<string, NodeRecord>): Set<string> {
  const names = new Set(fleet.remaining.map((node) => node.name));
  for (const { name } of open?.spec.nodes ?? []) {
    const record = records.get(name);
    if (fleet.selected.has(name) && (record === undefined || !isTerminal(record))) names.add(name);
  }
  return names;
}

interface MarksInput {
  readonly snapshot: PlanSnapshot;
  readonly fleet: Fleet;
  readonly open: UpgradeBatch | undefined;
  readonly records: ReadonlyMap<string, NodeRecord>;
  /** Nodes that get their turn in this pass, and so need no mark. */
  readonly opening: ReadonlySet<string>;
}

/**
 * Marks the nodes that are not upgraded yet, from the first batch of the revision on. The scheduler then prefers upgraded nodes for evicted
 * Pods, so that they do not move again with each batch. Nodes that are done or no longer selected lose the mark. Marks of other plans stay.
 */
export function markOutdated({ snapshot, fleet, open, records, opening }: MarksInput): readonly Command[] {
  const { plan, nodes } = snapshot;
  const { uid } = plan.metadata;
  const continues = plan.metadata.deletionTimestamp === undefined && !isOver(snapshot);
  const wanted = continues && plan.spec.podPlacement === 'PreferDoneNodes' && drainsNodes(snapshot);
  const toDo = wanted ? notUpgraded(fleet, open, records) : new Set<string>();
  const others = [...nodes.values()].filter((node) => !toDo.has(node.name));
  const commands = unmark(others, uid, wanted ? 'the plan has nothing left to do on the node' : 'the plan no longer marks nodes');
  if (fleet.batches.length === 0) return commands;
  for (const name of toDo) {
    if (commands.length >= MAX_PER_PASS) break;
    const node = nodes.get(name);
    if (node === undefined || opening.has(name) || !mayBeMarked(node)) continue;
    commands.push({
      kind: 'MarkOutdated',
      node,
      why: `${name} is not upgraded yet, so that evicted Pods should go to other nodes`,
    });
  }
  return commands;
}

function isOver(snapshot: PlanSnapshot): boolean {
  return recordedEnd(snapshot) !== undefined || recordedRollback(snapshot) !== undefined;
}

/** Whether the rollout drains nodes. Otherwise no Pod moves, and marks would be writes without an effect. */
function drainsNodes({ plan }: PlanSnapshot): boolean {
  return plan.spec.drain.mode === 'Auto' && plan.spec.processes.some(({ disruption }) => disruption !== 'None');
}

function mayBeMarked(node: NodeFact): boolean {
  const marked = node.outdated !== undefined || node.labels[LABELS.outdated] !== undefined;
  return !marked && node.claim === undefined && node.quarantine === undefined && !node.leaving;
}
