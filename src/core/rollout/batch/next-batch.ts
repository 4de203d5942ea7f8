import { counted } from '../../text.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Command } from '../model/command.ts';
import type { Hold } from '../model/hold.ts';
import { buildBatch } from './build-batch.ts';
import { cutNextBatch } from './cut-batch.ts';
import { decidedEnd } from '../fleet/rollout-end.ts';
import { holdNextBatch } from '../holds/holds.ts';
import { deliveryPending } from '../holds/notification.ts';

/** Either the command that creates the next batch, or what holds it. */
export interface NextBatchResult {
  readonly commands: readonly Command[];
  readonly hold: Hold | undefined;
}

/** No batch is to be created. */
export const NO_NEXT_BATCH: NextBatchResult = { commands: [], hold: undefined };

/** Creates the next batch, unless something holds it. */
export function nextBatch(view: PassView): NextBatchResult {
  const { input, fleet, budget } = view;
  const { snapshot } = input;
  if (snapshot.validation.kind === 'Refused' || budget.exceeded || decidedEnd(input, budget) !== undefined) return NO_NEXT_BATCH;
  if (fleet.remaining.length === 0) return NO_NEXT_BATCH;
  const hold = holdNextBatch(view) ?? deliveryPending(view);
  if (hold !== undefined) return { commands: [], hold };
  const next = cutNextBatch(snapshot, fleet);
  if (next === undefined) return NO_NEXT_BATCH;
  const why = `the next batch has ${next.nodes.length} of ${counted(fleet.remaining.length, 'remaining node')}`;
  return { commands: [{ kind: 'CreateBatch', batch: buildBatch(snapshot, fleet, next), why }], hold: undefined };
}
