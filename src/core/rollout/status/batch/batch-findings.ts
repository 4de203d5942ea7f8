import { CONDITIONS, SETTLED_REASONS, NOTIFY_REASONS } from '../../../../api/conditions.ts';
import type { UpgradeBatch, NodeRecord, BatchNotification } from '../../../../api/generated/upgradebatch.ts';
import { finalReceipts } from '../../../baton/deliveries.ts';
import type { Finding } from '../../../condition.ts';
import { isTerminal } from '../../records/node-record.ts';
import { deliveryProblem } from '../../records/recorded-receipts.ts';

/** The condition Settled: whether every node of the batch has its outcome. */
export function settledFinding(
  batch: UpgradeBatch,
  { settled, unknown }: { readonly settled: boolean; readonly unknown: string | undefined },
  nodes: readonly NodeRecord[],
): Finding {
  const open = nodes.filter((record) => !isTerminal(record)).length;
  const waits = unknown === undefined ? '' : `; the shared sinks are unknown: ${unknown}`;
  return {
    type: CONDITIONS.settled,
    status: settled ? 'True' : 'False',
    reason: settled ? SETTLED_REASONS.AllTerminal : SETTLED_REASONS.InProgress,
    message: settled
      ? `all ${nodes.length} nodes have their outcome`
      : `${open} of ${nodes.length} nodes have no outcome yet${waits}`,
    observedGeneration: batch.metadata.generation,
  };
}

/** The condition Notified: whether every sink has received the final notification of the batch. */
export function notifiedFinding(
  batch: UpgradeBatch,
  notification: BatchNotification | undefined,
  { settled, agentProblem }: { readonly settled: boolean; readonly agentProblem: string | undefined },
): Finding {
  const finding = (status: Finding['status'], reason: string, message: string): Finding => ({
    type: CONDITIONS.notified,
    status,
    reason,
    message,
    observedGeneration: batch.metadata.generation,
  });
  if (notification === undefined || !settled) return finding('False', NOTIFY_REASONS.NotSettled, 'the batch is not settled yet');
  const { sinks = [] } = notification;
  const receipts = finalReceipts(notification);
  if (sinks.length === 0) return finding('True', NOTIFY_REASONS.NoSinks, 'no sink of the plan gets this notification');
  if (receipts.length < sinks.length) {
    const reason = agentProblem === undefined ? NOTIFY_REASONS.Pending : NOTIFY_REASONS.NoEligibleAgent;
    return finding(
      'False',
      reason,
      agentProblem ?? `${sinks.length - receipts.length} of ${sinks.length} sinks have not received the notification yet`,
    );
  }
  const failed = receipts.find((receipt) => deliveryProblem(receipt) !== undefined);
  const problem = failed === undefined ? undefined : deliveryProblem(failed);
  if (failed === undefined || problem === undefined)
    return finding('True', NOTIFY_REASONS.Delivered, `all ${sinks.length} sinks have received the notification`);
  return finding('False', problem.reason, `${failed.sink}: ${problem.message}`);
}
