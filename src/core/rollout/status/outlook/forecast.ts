import type { BatchOutlook } from '../../../../api/generated/upgradebatch.ts';
import type { Instant } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { nextOpening, openUntil } from '../../../schedule/windows.ts';
import { toRfc3339 } from '../../../text.ts';
import { referencesFor } from '../../../timing/reference.ts';
import type { NextBatch } from '../../batch/cut-batch.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import type { Hold } from '../../model/hold.ts';
import { downForOthers, usualTurn } from './expected-end.ts';
import { maxUnavailable } from '../../fleet/fleet.ts';
import { isRollback } from '../../records/batch-goal.ts';

/** A batch that goes as usual may take so much longer than expected before anybody has to wonder why they hear nothing. */
const PATIENCE = 1.5;
/** Besides, an agent has to be found, and the notification to be sent (ms). */
const TELLING_MS = 5 * 60_000;
/** How far ahead is looked for the end of windows that follow one another (ms). */
const WINDOW_HORIZON_MS = 86_400_000;

type Times = Pick<BatchOutlook, 'nextBatchTime' | 'nextNotificationTime' | 'windowEndTime' | 'nextWindowTime' | 'timeZone'>;

/** When the batch to come is expected, and its notification; where that depends on somebody, only what the windows say. */
export function forecast(view: PassView, next: Pick<NextBatch, 'nodes' | 'step'>, hold: Hold | undefined): Times {
  const { input } = view;
  const { plan } = input.snapshot;
  const windows = plan.spec.windows ?? [];
  const zone = presentFields({ timeZone: windows[0]?.timeZone });
  const start = startOf(view, hold);
  const openFrom = (at: Instant): Instant | undefined =>
    windows.length === 0 ? undefined : openUntil(windows, input.settings.cron, at, at + WINDOW_HORIZON_MS);
  if (start === undefined) {
    const opens = openFrom(input.now) === undefined ? nextOpening(windows, input.settings.cron, input.now)?.at : undefined;
    return presentFields({ ...zone, windowEndTime: written(openFrom(input.now)), nextWindowTime: written(opens) });
  }
  const open = openFrom(start);
  const seconds = batchSeconds(view, next.nodes.length);
  const asked = plan.spec.batches[next.step]?.approval === 'BeforeStart';
  const fits = open === undefined || seconds === undefined || open >= start + seconds * 1000;
  const word = seconds === undefined || asked || !fits ? undefined : start + seconds * 1000 * PATIENCE + TELLING_MS;
  return presentFields({
    ...zone,
    nextBatchTime: toRfc3339(start),
    nextNotificationTime: word === undefined ? undefined : toRfc3339(Math.ceil(word / 60_000) * 60_000),
    windowEndTime: written(open),
  });
}

function written(at: Instant | undefined): string | undefined {
  return at === undefined ? undefined : toRfc3339(at);
}

/** When what holds the next batch is over, and a window is open. */
function startOf({ input }: PassView, hold: Hold | undefined): Instant | undefined {
  const { snapshot, settings, now } = input;
  if (hold !== undefined && hold.until === undefined) return undefined;
  const earliest = Math.max(now, hold?.until ?? now);
  const windows = snapshot.plan.spec.windows ?? [];
  if (windows.length === 0 || openUntil(windows, settings.cron, earliest) !== undefined) return earliest;
  return nextOpening(windows, settings.cron, earliest)?.at;
}

/** How long a batch of so many nodes takes (s), if it goes as those before; or as the plan says. */
function batchSeconds({ input, fleet }: PassView, nodes: number, batches = fleet.batches): number | undefined {
  const turn = usualTurn(input.snapshot.plan, { batches });
  if (turn === undefined || nodes === 0) return undefined;
  const slots = Math.max(1, maxUnavailable(input.snapshot, fleet) - downForOthers(input, fleet));
  return Math.max(1, Math.round(Math.ceil(nodes / slots) * turn));
}

/** What was expected of the newest batch before it ran: by the batches before it, or by the plan. */
export function expectations(view: PassView): Pick<BatchOutlook, 'expectedSeconds' | 'timing'> {
  const batch = view.fleet.batches.at(-1);
  // How long an upgrade takes says nothing of its rollback.
  if (batch === undefined || isRollback(batch)) return {};
  const earlier = view.fleet.batches.slice(0, -1);
  const timing = [...referencesFor(batch.spec.processes, earlier)].map(([process, { expectedSeconds, toleranceSeconds }]) => ({
    process,
    expectedSeconds,
    toleranceSeconds,
  }));
  return presentFields({
    expectedSeconds: batchSeconds(view, batch.spec.nodes.length, earlier),
    timing: timing.length === 0 ? undefined : timing,
  });
}
