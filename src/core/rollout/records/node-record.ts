import type { NodeRecord, UpgradeBatch, BatchNode, BatchProcess } from '../../../api/generated/upgradebatch.ts';
import type { NodeFact } from '../../facts.ts';

const TERMINAL = new Set<NodeRecord['state']>(['Succeeded', 'RolledBack', 'Failed', 'Skipped', 'NotAttempted']);

/** Whether a node has its outcome. */
export function isTerminal(record: NodeRecord): boolean {
  return TERMINAL.has(record.state);
}

/** Whether the node's open turn belongs to this batch. */
export function inTurn(node: NodeFact | undefined, batch: UpgradeBatch): boolean {
  return node?.claim === batch.spec.planUid && node.turn?.batchUid === batch.metadata.uid;
}

/** The processes that the batch has for the node, in order. */
export function processesOf(batch: UpgradeBatch, batchNode: BatchNode): readonly BatchProcess[] {
  return batch.spec.processes.filter((process) => batchNode.processes.includes(process.name));
}

/** Whether any of these processes disrupts the node's Pods. */
export function disrupts(processes: readonly BatchProcess[]): boolean {
  return processes.some((process) => process.disruption !== 'None');
}
