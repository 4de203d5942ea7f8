import { PLAN_REASONS } from '../../api/conditions.ts';
import { counted, toInstant } from '../text.ts';
import { outstandingSinks } from './batch-step.ts';
import type { Command } from './command.ts';
import { buildBatch, cutNextBatch } from './cut-batch.ts';
import { endOf } from './ended.ts';
import { holdNextBatch, type Hold, type HoldView } from './holds.ts';
import type { DecisionInput } from './snapshot.ts';

/** The next batch waits so long for the last one's delivery (ms), then carries its backlog. */
const DELIVERY_WAIT_MS = 30_000;

/** What becomes of the next batch: it is made, or something holds it. */
export interface NextStep {
  readonly commands: readonly Command[];
  readonly hold: Hold | undefined;
}

/** There is none to be made. */
export const NO_NEXT: NextStep = { commands: [], hold: undefined };

/** Makes the next batch, unless something holds it. */
export function nextBatch(view: HoldView): NextStep {
  const { input, fleet, budget } = view;
  const { snapshot } = input;
  if (snapshot.validation.kind === 'Refused' || budget.exceeded || endOf(input, budget) !== undefined) return NO_NEXT;
  if (fleet.remaining.length === 0) return NO_NEXT;
  const hold = holdNextBatch(view) ?? lastNotification(input);
  if (hold !== undefined) return { commands: [], hold };
  const next = cutNextBatch(snapshot, fleet);
  if (next === undefined) return NO_NEXT;
  const why = `${counted(next.nodes.length, 'node')} of ${fleet.remaining.length} still to do go next`;
  return { commands: [{ kind: 'CreateBatch', batch: buildBatch(snapshot, fleet, next), why }], hold: undefined };
}

function lastNotification({ snapshot, now }: DecisionInput): Hold | undefined {
  const last = snapshot.batches.at(-1);
  if (last === undefined || outstandingSinks(last).length === 0) return undefined;
  const until = (toInstant(last.status?.settledTime) ?? 0) + DELIVERY_WAIT_MS;
  if (now >= until) return undefined;
  const message = 'the next batch waits at most 30 s for the notification of the last one';
  return { reason: PLAN_REASONS.Notifying, message, summary: 'Running', kind: 'Working', until };
}
