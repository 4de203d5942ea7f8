import type { BatchNode, BatchProcess, NodeRecord, UpgradeBatch } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact } from '../../facts.ts';
import type { Command } from '../model/command.ts';
import { whyIdle } from '../fleet/idle-process.ts';
import { isCordonedFor } from '../fleet/drain-policy.ts';
import { downNodes, downReason, maxUnavailable } from '../fleet/fleet.ts';
import type { Hold } from '../model/hold.ts';
import { hasWork, isRollback } from '../records/batch-goal.ts';
import { disrupts, inTurn, isTerminal, processesOf } from '../records/node-record.ts';
import { buildTurn } from './build-turn.ts';
import { includesNotReady, skipReason, skipIdle, skippedRecord } from './skip-node.ts';
import type { TurnsInput } from './turns-input.ts';

/** What to do about the nodes of a batch that wait for their turn. */
export interface OpenTurnsResult {
  /** Records of the nodes that are skipped, by name. */
  readonly skipped: ReadonlyMap<string, NodeRecord>;
  readonly commands: readonly Command[];
  readonly hold: Hold | undefined;
  /** Whether the holder's own turn is next, so that the baton has to go to another node first. */
  readonly holderWaits: boolean;
}

/** The processes to run on the node: those whose work is not done yet. A rollback runs regardless of versions, because more may have changed. */
function stillToRun({ snapshot, batch }: TurnsInput, entry: BatchNode, node: NodeFact): readonly BatchProcess[] {
  if (isRollback(batch)) return processesOf(batch, entry).filter((process) => hasWork(batch, process));
  const wanted = { version: batch.spec.version, daemonSets: snapshot.daemonSets };
  return processesOf(batch, entry).filter((process) => whyIdle(process, node, wanted) === undefined);
}

/**
 * Opens as many turns as `maxUnavailable` allows. Every other node that is down counts, whatever the reason. At most one control-plane node
 * is down at a time. The holder of the baton goes last, once the baton has moved to another node.
 */
export function openTurns(input: TurnsInput): OpenTurnsResult {
  const { snapshot, fleet, batch, records, now } = input;
  const limit = maxUnavailable(snapshot, fleet);
  const down = new Map(downNodes(snapshot, fleet).map((node) => [node.name, node]));
  const commands: Command[] = [];
  let hold: Hold | undefined;
  let holderWaits = false;

  const all = batch.spec.nodes.filter((entry) => isWaiting(records.get(entry.name), snapshot.nodes.get(entry.name), batch));
  const skipped = skipIdle(input, all);
  const candidates = all.filter((entry) => !skipped.has(entry.name));
  const ordered = candidates.toSorted((a, b) => lateness(input, a) - lateness(input, b));
  for (const entry of ordered) {
    const node = snapshot.nodes.get(entry.name);
    if (node === undefined || node.uid !== entry.uid) continue;
    const others = [...down.values()].filter((other) => other.name !== node.name);
    if (node.claim !== undefined) {
      hold ??= waiting('ClaimedByOthers', `${node.name} is in the turn of another plan or batch`);
      continue;
    }
    if (others.length + 1 > limit) {
      hold ??= waiting('MaxUnavailableReached', `${describeDown(others)} of maxUnavailable ${limit}`);
      // A node that is already down makes no difference to the limit, so it may go before the nodes that wait.
      if (includesNotReady(snapshot)) continue;
      break;
    }
    const skip = skipReason(input, node, entry);
    if (skip !== undefined) {
      skipped.set(node.name, skippedRecord(node, skip, now));
      continue;
    }
    const controlPlane = node.controlPlane ? others.find((other) => other.controlPlane) : undefined;
    if (controlPlane !== undefined) {
      hold ??= waiting('MaxUnavailableReached', `${controlPlane.name} is down; control-plane nodes go one at a time`);
      continue;
    }
    const held = input.holdTurn(entry, node, others);
    if (held !== undefined) {
      hold ??= held;
      continue;
    }
    const toRun = stillToRun(input, entry, node);
    if (node.name === input.holder && disrupts(toRun) && input.holderCanHandOver) {
      holderWaits = true;
      hold ??= batonMoving(`the baton leaves ${node.name} before its own turn`);
      continue;
    }
    const cordon = isCordonedFor(batch, toRun) || node.quarantine !== undefined;
    const turn = buildTurn(input, { entry, node, processes: toRun, cordon });
    commands.push({
      kind: 'OpenTurn',
      node,
      turn,
      cordon,
      why: `${others.length} of ${limit} nodes down: ${node.name} is next in ${batch.metadata.name}`,
    });
    down.set(node.name, { ...node, claim: snapshot.plan.metadata.uid });
  }
  return { skipped, commands, hold, holderWaits };
}

/** How late a node goes: nodes that are up first, then nodes that are NotReady and may recover meanwhile, the holder of the baton last. */
function lateness({ snapshot, holder }: TurnsInput, { name }: BatchNode): number {
  if (name === holder) return 2;
  return includesNotReady(snapshot) && snapshot.nodes.get(name)?.ready === false ? 1 : 0;
}

function waiting(reason: Hold['reason'], message: string): Hold {
  return { reason, message, summary: 'Waiting', kind: 'Stalled' };
}

/** The hold while the baton moves to another node. */
export function batonMoving(message: string): Hold {
  return { reason: 'BatonMoving', message, summary: 'Waiting', kind: 'Working' };
}

function isWaiting(record: NodeRecord | undefined, node: NodeFact | undefined, batch: UpgradeBatch): boolean {
  return (record === undefined || !isTerminal(record)) && !inTurn(node, batch);
}

function describeDown(down: readonly NodeFact[]): string {
  const shown = down.slice(0, 3).map((node) => `${node.name} (${downReason(node) ?? 'down'})`);
  const more = down.length > shown.length ? ` and ${down.length - shown.length} more` : '';
  return `down: ${shown.join(', ')}${more}: ${down.length}`;
}
