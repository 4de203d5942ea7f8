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

/** So many messages that were given up are named. */
const MOST_NAMED = 3;

/** Where to look when a sink cannot be reached. */
const WAY_THERE = 'look at its address, and at DNS, firewall and proxy on the way';

/** Whether everybody can be told, by the last word of each sink, and has been told of what has settled. */
export function deliveryFinding(snapshot: PlanSnapshot, agentProblem: string | undefined): PlanFinding {
  const finding = (status: PlanFinding['status'], reason: string, message: string): PlanFinding => ({
    type: CONDITIONS.notificationsDelivered,
    status,
    reason,
    message,
  });
  const words = recordedReceipts(snapshot.batches);
  const open = openMessage(snapshot);
  if (open !== undefined && agentProblem !== undefined) {
    return finding('False', NOTIFY_REASONS.NoEligibleAgent, `${open}: ${agentProblem}`);
  }
  const problems = currentSinks(snapshot, words).flatMap((sink) => problemOf(latestReceiptOf(sink, words)));
  const [first] = problems;
  if (first !== undefined) {
    const messages = [...problems.map(({ message }) => message), ...(open === undefined ? [] : [open])];
    return finding('False', first.reason, messages.join('; '));
  }
  if (open !== undefined) return finding('False', NOTIFY_REASONS.Pending, open);
  if (!snapshot.batches.some(isSettled)) return finding('Unknown', NOTIFY_REASONS.NotSettled, 'no batch is settled yet');
  const messages = words.filter(({ id }) => seriesPlace(id) === undefined);
  if (messages.length === 0) return finding('True', NOTIFY_REASONS.NoSinks, 'no sink of the plan has asked for anything');
  return finding('True', NOTIFY_REASONS.Delivered, tally(messages));
}

/** To whom the first batch that is not told everywhere is still to be told. */
function openMessage({ batches }: PlanSnapshot): string | undefined {
  const late = batches.find((batch) => outboxEntries(batch).length > 0);
  if (late === undefined) return undefined;
  const sinks = [...new Set(outboxEntries(late).flatMap((entry) => entry.sinks))].join(', ');
  return `${late.metadata.name} is still to be told to ${sinks}`;
}

function problemOf(word: RecordedReceipt | undefined): readonly { readonly reason: string; readonly message: string }[] {
  const problem = word === undefined ? undefined : deliveryProblem(word);
  if (word === undefined || problem === undefined) return [];
  const { reason, message } = problem;
  const advice = reason === NOTIFY_REASONS.SinkUnreachable ? `; ${WAY_THERE}` : '';
  return [{ reason, message: `${describeReceipt(word)}: ${message}${advice}` }];
}

/** How many messages were taken, and which of those that are on record never will be: `4 notifications delivered, 1 given up: …`. */
function tally(words: readonly RecordedReceipt[]): string {
  const delivered = words.filter(({ outcome }) => outcome === 'Delivered').length;
  const givenUp = words.filter(({ outcome, reason }) => outcome === 'Failed' && reason !== NOTIFY_REASONS.SinkRemoved);
  const told = `${counted(delivered, 'notification')} delivered`;
  if (givenUp.length === 0) return told;
  const named = givenUp.slice(-MOST_NAMED).map((word) => `${describeReceipt(word)}: ${deliveryProblem(word)?.reason ?? ''}`);
  const more = givenUp.length > MOST_NAMED ? ` and ${givenUp.length - MOST_NAMED} before` : '';
  return `${told}, ${givenUp.length} given up: ${named.join(', ')}${more}`;
}
