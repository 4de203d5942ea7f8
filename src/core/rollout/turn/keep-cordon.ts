import type { NodeFact } from '../../facts.ts';
import type { Command } from '../model/command.ts';
import { isTerminal } from '../records/node-record.ts';
import type { NodeResult } from './node-input.ts';

/** Commands that must wait for the cordon: evicted Pods could come back, and a retry writes the same annotation as the cordon. */
const AFTER_CORDON: ReadonlySet<Command['kind']> = new Set(['Evict', 'DeletePod', 'RetryTurn']);

/**
 * Cordons a node again that somebody uncordoned during its turn: otherwise new Pods would start on a host that is about to go
 * down. Since that person wants the node schedulable, it stays uncordoned after the turn even if it was cordoned before.
 */
export function keepCordon(node: NodeFact, result: NodeResult): NodeResult {
  const { turn } = node;
  if (turn?.cordoned !== true || node.unschedulable || isTerminal(result.record)) return result;
  const rest = result.commands.filter((command) => !AFTER_CORDON.has(command.kind));
  const again = { ...turn, before: { ...turn.before, unschedulable: false } };
  const why = `somebody uncordoned ${node.name} in its turn`;
  return { ...result, commands: [{ kind: 'Cordon', node, turn: again, why }, ...rest] };
}
