import { CONDITIONS, NOTIFY_REASONS } from '../../../../api/conditions.ts';
import { outboxEntries } from '../../../baton/deliveries.ts';
import { seriesPlace } from '../../../baton/series.ts';
import { counted } from '../../../text.ts';
import { isSettled } from '../../records/settled.ts';
import type { PlanFinding } from './plan-findings.ts';
import {
  describeReceipt,
  currentSinks,
  deliveryProblem,
  latestReceiptOf,
  recordedReceipts,
  type RecordedReceipt,
} from '../../records/recorded-receipts.ts';
import type { PlanSnapshot } from '../../model/snapshot.ts';

/** Maximum number of failed messages in the tally. */
const MAX_NAMED = 3;

/** What to do if a sink cannot be reached. */
const UNREACHABLE_ADVICE = 'check its address, and DNS, firewalls and proxies on the way';

/** The condition NotificationsDelivered. It reflects the latest receipt of each sink, and whether settled batches have been delivered. */
export function deliveryFinding(snapshot: PlanSnapshot, agentProblem: string | undefined): PlanFinding {
  const finding = (status: PlanFinding['status'], reason: string, message: string): PlanFinding => ({
    type: CONDITIONS.notificationsDelivered,
    status,
    reason,
    message,
  });
  const receipts = recordedReceipts(snapshot.batches);
  const open = openMessage(snapshot);
  if (open !== undefined && agentProblem !== undefined) {
    return finding('False', NOTIFY_REASONS.NoEligibleAgent, `${open}: ${agentProblem}`);
  }
  const problems = currentSinks(snapshot, receipts).flatMap((sink) => problemOf(latestReceiptOf(sink, receipts)));
  const [first] = problems;
  if (first !== undefined) {
    const messages = [...problems.map(({ message }) => message), ...(open === undefined ? [] : [open])];
    return finding('False', first.reason, messages.join('; '));
  }
  if (open !== undefined) return finding('False', NOTIFY_REASONS.Pending, open);
  if (!snapshot.batches.some(isSettled)) return finding('Unknown', NOTIFY_REASONS.NotSettled, 'no batch is settled yet');
  const messages = receipts.filter(({ id }) => seriesPlace(id) === undefined);
  if (messages.length === 0) return finding('True', NOTIFY_REASONS.NoSinks, 'there was nothing to deliver');
  return finding('True', NOTIFY_REASONS.Delivered, tally(messages));
}

/** The first batch with messages that are not delivered, and their sinks, as the message says it. */
function openMessage({ batches }: PlanSnapshot): string | undefined {
  const batch = batches.find((batch) => outboxEntries(batch).length > 0);
  if (batch === undefined) return undefined;
  const sinks = [...new Set(outboxEntries(batch).flatMap((entry) => entry.sinks))].join(', ');
  return `${batch.metadata.name} is not delivered to ${sinks} yet`;
}

function problemOf(receipt: RecordedReceipt | undefined): readonly { readonly reason: string; readonly message: string }[] {
  const problem = receipt === undefined ? undefined : deliveryProblem(receipt);
  if (receipt === undefined || problem === undefined) return [];
  const { reason, message } = problem;
  const advice = reason === NOTIFY_REASONS.SinkUnreachable ? `; ${UNREACHABLE_ADVICE}` : '';
  return [{ reason, message: `${describeReceipt(receipt)}: ${message}${advice}` }];
}

/** How many messages were delivered, and which never will be, as in `4 notifications delivered, 1 given up: …`. */
function tally(receipts: readonly RecordedReceipt[]): string {
  const delivered = receipts.filter(({ outcome }) => outcome === 'Delivered').length;
  const givenUp = receipts.filter(({ outcome, reason }) => outcome === 'Failed' && reason !== NOTIFY_REASONS.SinkRemoved);
  const count = `${counted(delivered, 'notification')} delivered`;
  if (givenUp.length === 0) return count;
  const named = givenUp
    .slice(-MAX_NAMED)
    .map((receipt) => `${describeReceipt(receipt)}: ${deliveryProblem(receipt)?.reason ?? ''}`);
  const more = givenUp.length > MAX_NAMED ? ` and ${givenUp.length - MAX_NAMED} before` : '';
  return `${count}, ${givenUp.length} given up: ${named.join(', ')}${more}`;
}
