import type { NodeFact } from '../../facts.ts';
import type { Command } from '../model/command.ts';
import { isTerminal } from '../records/node-record.ts';
import type { NodeResult } from './node-input.ts';

/** What waits until the node is cordoned: what it could undo, or what writes the turn as well. */
const AFTERWARDS: ReadonlySet<Command['kind']> = new Set(['Evict', 'DeletePod', 'RetryTurn']);

/**
 * Cordons a node again that somebody uncordoned in its turn: new Pods would come to a host that is about to go down. Nothing is evicted
 * before that, for it could come back to the same node. Whoever uncordoned it wants it schedulable, so that is how it is left after
 * the turn, whatever it was like before.
 */
export function keepCordon(node: NodeFact, step: NodeResult): NodeResult {
  const { turn } = node;
  if (turn?.cordoned !== true || node.unschedulable || isTerminal(step.record)) return step;
  const rest = step.commands.filter((command) => !AFTERWARDS.has(command.kind));
  const again = { ...turn, before: { ...turn.before, unschedulable: false } };
  const why = `somebody uncordoned ${node.name} in its turn`;
  return { ...step, commands: [{ kind: 'Cordon', node, turn: again, why }, ...rest] };
}
