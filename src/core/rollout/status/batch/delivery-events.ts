import { CONDITIONS, NOTIFY_REASONS } from '../../../../api/conditions.ts';
import type { Receipt, UpgradeBatchStatus } from '../../../../api/generated/upgradebatch.ts';
import { API_VERSION } from '../../../../api/names.ts';
import { cutToBytes, toMicroTime } from '../../../text.ts';
import type { Command } from '../../model/command.ts';
import { describeReceipt, deliveryProblem, latestReceiptOf, recordedReceipts } from '../../records/recorded-receipts.ts';
import type { DecisionInput } from '../../model/snapshot.ts';

/**
 * Events on the plan about new permanent problems with a sink. Another failure for the same reason creates no Event. The Event's name depends on
 * the receipt, so that each is created once.
 *
 * @param statuses of this pass. Receipts that are not in the stored statuses are new.
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
