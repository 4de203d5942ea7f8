import { CONDITIONS, NOTIFY_REASONS } from '../../../../api/conditions.ts';
import type { Receipt, UpgradeBatchStatus } from '../../../../api/generated/upgradebatch.ts';
import { API_VERSION } from '../../../../api/names.ts';
import { cutToBytes, toMicroTime } from '../../../text.ts';
import type { Command } from '../../model/command.ts';
import { describeReceipt, deliveryProblem, latestReceiptOf, recordedReceipts } from '../../records/recorded-receipts.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/**
 * Tells in an Event on the plan what is new and permanent about a sink: what it refuses, or takes otherwise than it should. That the next
 * message fails for the same reason is nothing new. The Event's name comes from the receipt, so that it is told once.
 *
 * @param statuses of this pass: receipts that the persisted ones lack have just come.
 */
export function deliveryFailureEvents(
  input: DecisionInput,
  statuses: ReadonlyMap<string, UpgradeBatchStatus>,
): readonly Command[] {
  const { batches } = input.snapshot;
  const known = recordedReceipts(batches);
  const commands: Command[] = [];
  for (const batch of batches) {
    const before = batch.status?.notification?.receipts ?? [];
    for (const receipt of statuses.get(batch.metadata.name)?.notification?.receipts ?? []) {
      const problem = deliveryProblem(receipt);
      const isOld = before.some(({ id, sink }) => id === receipt.id && sink === receipt.sink);
      if (problem === undefined || isOld || problem.reason === NOTIFY_REASONS.SinkRemoved) continue;
      const last = latestReceiptOf(receipt.sink, known);
      if (last !== undefined && deliveryProblem(last)?.reason === problem.reason) continue;
      const about = describeReceipt({ ...receipt, batch: batch.metadata.name });
      commands.push(eventOf(input, receipt, `${about}: ${problem.reason}: ${problem.message}`));
    }
  }
  return commands;
}

function eventOf({ snapshot, hash, now }: DecisionInput, { id, sink }: Receipt, note: string): Command {
  const { namespace, name, uid } = snapshot.plan.metadata;
  const event = {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace, name: `${name}-${uid.slice(0, 8)}-undelivered-${hash(`${id} ${sink}`).slice(0, 16)}` },
    regarding: { apiVersion: API_VERSION, kind: 'UpgradePlan', namespace, name, uid },
    action: 'Notify',
    reason: CONDITIONS.notificationsDelivered,
    type: 'Warning',
    note: cutToBytes(note, 1024),
    reportingController: 'baton.dev/operator',
    reportingInstance: 'baton-operator',
    eventTime: toMicroTime(now),
  };
  return { kind: 'RecordWarnings', event, why: note };
}
