import type { NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import { LABELS } from '../../../api/names.ts';
import type { NodeFact } from '../../facts.ts';
import type { Command } from '../model/command.ts';
import { recordedEnd } from '../fleet/rollout-end.ts';
import type { Fleet } from '../fleet/fleet.ts';
import { isTerminal } from '../records/node-record.ts';
import { recordedRollback } from '../records/recorded-rollback.ts';
import type { PlanSnapshot } from '../model/snapshot.ts';

/** So many nodes get or lose the mark in one pass, so that the start of a large plan does not flood the API server. */
const MOST_PER_PASS = 25;

/** Whether a node has the plan's mark: the taint `baton.dev/outdated`, or what somebody left of it. */
export function isMarkedBy(planUid: string, node: NodeFact): boolean {
  return node.outdated?.planUid === planUid || node.labels[LABELS.outdated] === planUid;
}

/** Takes the mark from nodes: of those in their turn, the end of the turn does. */
export function unmark(nodes: Iterable<NodeFact>, planUid: string, why: string): Command[] {
  const commands: Command[] = [];
  for (const node of nodes) {
    if (node.claim === planUid || !isMarkedBy(planUid, node)) continue;
    commands.push({ kind: 'UnmarkOutdated', node, why });
    if (commands.length === MOST_PER_PASS) break;
  }
  return commands;
}

/** Names of the nodes that the plan still has to do: those that are to go into a batch, and those that wait for their turn in the open one. */
function stillToDo(fleet: Fleet, open: UpgradeBatch | undefined, records: ReadonlyMap<string, NodeRecord>): Set<string> {
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
  /** Nodes that get their turn in this pass: a mark would be a write for nothing. */
  readonly opening: ReadonlySet<string>;
}

/**
 * Marks the nodes that are still to do, from the revision's first batch on, so that the scheduler rather puts the Pods that are evicted on
 * nodes that are done, and they do not move once for each batch. A node that is done, or no longer the plan's, loses the mark; one
 * that another plan has marked keeps that.
 */
export function markOutdated({ snapshot, fleet, open, records, opening }: MarksInput): readonly Command[] {
  const { plan, nodes } = snapshot;
  const { uid } = plan.metadata;
  const goesOn = plan.metadata.deletionTimestamp === undefined && !isOver(snapshot);
  const wanted = goesOn && plan.spec.podPlacement === 'PreferDoneNodes' && movesPods(snapshot);
  const toDo = wanted ? stillToDo(fleet, open, records) : new Set<string>();
  const over = [...nodes.values()].filter((node) => !toDo.has(node.name));
  const commands = unmark(over, uid, wanted ? 'the plan has nothing more to do there' : 'the plan marks no nodes any more');
  if (fleet.batches.length === 0) return commands;
  for (const name of toDo) {
    if (commands.length >= MOST_PER_PASS) break;
    const node = nodes.get(name);
    if (node === undefined || opening.has(name) || !mayBeMarked(node)) continue;
    commands.push({ kind: 'MarkOutdated', node, why: `${name} is still to do: Pods had better go elsewhere` });
  }
  return commands;
}

function isOver(snapshot: PlanSnapshot): boolean {
  return recordedEnd(snapshot) !== undefined || recordedRollback(snapshot) !== undefined;
}

/** Where no node is drained no Pod moves, and a mark would be a write for nothing. */
function movesPods({ plan }: PlanSnapshot): boolean {
  return plan.spec.drain.mode === 'Auto' && plan.spec.processes.some(({ disruption }) => disruption !== 'None');
}

function mayBeMarked(node: NodeFact): boolean {
  const marked = node.outdated !== undefined || node.labels[LABELS.outdated] !== undefined;
  return !marked && node.claim === undefined && node.quarantine === undefined && !node.leaving;
}
