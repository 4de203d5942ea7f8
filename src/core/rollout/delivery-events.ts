import { CONDITIONS, NOTIFY_REASONS } from '../../api/conditions.ts';
import type { Receipt, UpgradeBatchStatus } from '../../api/generated/upgradebatch.ts';
import { API_VERSION } from '../../api/names.ts';
import { cutToBytes, toInstant, toMicroTime } from '../text.ts';
import { deliveryProblem } from './batch-outbox.ts';
import type { Command } from './command.ts';
import type { DecisionInput } from './snapshot.ts';

/**
 * Tells in an Event on the plan what is new and permanent about a sink: what it refuses, or takes otherwise than it should. That the next
 * message fails for the same reason is nothing new. The Event's name comes from the receipt, so that it is told once.
 *
 * @param statuses of this pass: receipts that the persisted ones lack have just come.
 */
export function tellFailures(input: DecisionInput, statuses: ReadonlyMap<string, UpgradeBatchStatus>): readonly Command[] {
  const { batches } = input.snapshot;
  const known = batches.flatMap((batch) => batch.status?.notification?.receipts ?? []);
  const commands: Command[] = [];
  for (const batch of batches) {
    const before = batch.status?.notification?.receipts ?? [];
    for (const receipt of statuses.get(batch.metadata.name)?.notification?.receipts ?? []) {
      const problem = deliveryProblem(receipt);
      const isOld = before.some(({ id, sink }) => id === receipt.id && sink === receipt.sink);
      if (problem === undefined || isOld || problem.reason === NOTIFY_REASONS.SinkRemoved) continue;
      if (problemBefore(known, receipt) === problem.reason) continue;
      commands.push(eventOf(input, receipt, `${batch.metadata.name} to ${receipt.sink}: ${problem.reason}: ${problem.message}`));
    }
  }
  return commands;
}

/** What was wrong with the last message to the same sink. */
function problemBefore(known: readonly Receipt[], { sink }: Receipt): string | undefined {
  const last = known
    .filter((receipt) => receipt.sink === sink)
    .toSorted((a, b) => (toInstant(a.time) ?? 0) - (toInstant(b.time) ?? 0))
    .at(-1);
  return last === undefined ? undefined : deliveryProblem(last)?.reason;
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
  return { kind: 'TellWarnings', event, why: note };
}
