import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess } from '../../../api/generated/upgradebatch.ts';
import { longDuration } from '../../duration.ts';
import { localTime } from '../../schedule/local-time.ts';
import { nextOpening, openUntil } from '../../schedule/windows.ts';
import { referencesFor, type PastBatches } from '../../timing/reference.ts';
import type { PassView, WaitingNode } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import { processesOf } from '../records/node-record.ts';

/**
 * How long the processes of a node are expected to take, in seconds, including tolerances and reboots. A process of unknown duration counts as
 * 0, so that it only needs an open window.
 */
export function expectedSeconds(processes: readonly BatchProcess[], pastBatches: PastBatches): number {
  const references = referencesFor(processes, pastBatches);
  return processes.reduce((sum, { name, disruption, timing }) => {
    const reference = references.get(name);
    const run = reference === undefined ? 0 : reference.expectedSeconds + reference.toleranceSeconds;
    return sum + run + (disruption === 'Reboot' ? (timing?.rebootSeconds ?? 0) : 0);
  }, 0);
}

/** Holds a node if the windows close before it is expected to be done. */
export function windowTooShort({ input, fleet }: PassView, { batch, entry }: WaitingNode): Hold | undefined {
  const { snapshot, settings, now } = input;
  const windows = snapshot.plan.spec.windows ?? [];
  if (windows.length === 0) return undefined;
  const needed = expectedSeconds(processesOf(batch, entry), fleet.upgrades);
  const closes = openUntil(windows, settings.cron, now, now + needed * 1000);
  // While all windows are closed, windowClosed reports it.
  if (closes === undefined || closes >= now + needed * 1000) return undefined;
  const next = nextOpening(windows, settings.cron, closes);
  const held = { reason: PLAN_REASONS.WindowClosed, summary: 'Waiting' } as const;
  const why = `${entry.name} is expected to take ${longDuration(needed)}, and the windows close before that`;
  if (next === undefined) return { ...held, message: `${why}; none opens again`, kind: 'Stalled' };
  const { at, window } = next;
  const again = openUntil(windows, settings.cron, at, at + needed * 1000) ?? at;
  if (again < at + needed * 1000) {
    const message = `${why}, the next time as well: lengthen '${window.name}', or correct the timing of the processes`;
    return { ...held, message, kind: 'Stalled', until: at };
  }
  return { ...held, message: `${why}; '${window.name}' opens ${localTime(at, window.timeZone)}`, kind: 'Resting', until: at };
}
