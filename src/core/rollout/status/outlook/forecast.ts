import type { BatchOutlook } from '../../../../api/generated/upgradebatch.ts';
import type { Instant } from '../../../facts.ts';
import { presentFields } from '../../../present-fields.ts';
import { nextOpening, openUntil } from '../../../schedule/windows.ts';
import { toRfc3339 } from '../../../text.ts';
import { referencesFor } from '../../../timing/reference.ts';
import type { NextBatch } from '../../batch/cut-batch.ts';
import type { PassView } from '../../fleet/pass-view.ts';
import type { Hold } from '../../model/hold.ts';
import { downForOtherReasons, usualTurnSeconds } from './expected-end.ts';
import { maxUnavailable } from '../../fleet/fleet.ts';
import { isRollback } from '../../records/batch-goal.ts';

/** How much longer than expected a batch may take before people should wonder about a missing notification. */
const TOLERANCE_FACTOR = 1.5;
/** Time to find an agent and send the notification, in addition (ms). */
const DELIVERY_MS = 5 * 60_000;
/** How far ahead to look for the end of windows without a gap between them (ms). */
const WINDOW_HORIZON_MS = 86_400_000;

type Times = Pick<BatchOutlook, 'nextBatchTime' | 'nextNotificationTime' | 'windowEndTime' | 'nextWindowTime' | 'timeZone'>;

/** When the next batch and its notification are expected. If that depends on a person, only the times of windows. */
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
    return presentFields({ ...zone, windowEndTime: toTime(openFrom(input.now)), nextWindowTime: toTime(opens) });
  }
  const open = openFrom(start);
  const seconds = batchSeconds(view, next.nodes.length);
  const needsApproval = plan.spec.batches[next.step]?.approval === 'BeforeStart';
  const fits = open === undefined || seconds === undefined || open >= start + seconds * 1000;
  const notified =
    seconds === undefined || needsApproval || !fits ? undefined : start + seconds * 1000 * TOLERANCE_FACTOR + DELIVERY_MS;
  return presentFields({
    ...zone,
    nextBatchTime: toRfc3339(start),
    nextNotificationTime: notified === undefined ? undefined : toRfc3339(Math.ceil(notified / 60_000) * 60_000),
    windowEndTime: toTime(open),
  });
}

function toTime(at: Instant | undefined): string | undefined {
  return at === undefined ? undefined : toRfc3339(at);
}

/** When the hold ends and a window is open; undefined if that is not known. */
function startOf({ input }: PassView, hold: Hold | undefined): Instant | undefined {
  const { snapshot, settings, now } = input;
  if (hold !== undefined && hold.until === undefined) return undefined;
  const earliest = Math.max(now, hold?.until ?? now);
  const windows = snapshot.plan.spec.windows ?? [];
  if (windows.length === 0 || openUntil(windows, settings.cron, earliest) !== undefined) return earliest;
  return nextOpening(windows, settings.cron, earliest)?.at;
}

/** How long a batch with this number of nodes takes (s), learned from earlier batches or calculated from the plan. */
function batchSeconds({ input, fleet }: PassView, nodes: number, batches = fleet.batches): number | undefined {
  const turn = usualTurnSeconds(input.snapshot.plan, { batches });
  if (turn === undefined || nodes === 0) return undefined;
  const slots = Math.max(1, maxUnavailable(input.snapshot, fleet) - downForOtherReasons(input, fleet));
  return Math.max(1, Math.round(Math.ceil(nodes / slots) * turn));
}

/** How long the newest batch was expected to take before it ran, learned from earlier batches or taken from the plan. */
export function expectations(view: PassView): Pick<BatchOutlook, 'expectedSeconds' | 'timing'> {
  const batch = view.fleet.batches.at(-1);
  // The duration of an upgrade says nothing about its rollback.
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
