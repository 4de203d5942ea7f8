import { PLAN_REASONS } from '../../../api/conditions.ts';
import type { Instant } from '../../facts.ts';
import { localTime } from '../../schedule/local-time.ts';
import { nextOpening, openUntil } from '../../schedule/windows.ts';
import type { PassView } from '../fleet/pass-view.ts';
import type { Hold } from '../model/hold.ts';
import type { DecisionInput } from '../model/snapshot.ts';

/** Holds everything while all maintenance windows are closed. */
export function windowClosed({ input }: PassView): Hold | undefined {
  const { snapshot, settings, now } = input;
  const windows = snapshot.plan.spec.windows ?? [];
  if (windows.length === 0 || openUntil(windows, settings.cron, now) !== undefined) return undefined;
  const next = nextOpening(windows, settings.cron, now);
  const held = { reason: PLAN_REASONS.WindowClosed, summary: 'Waiting' } as const;
  if (next === undefined) return { ...held, message: 'every window is closed, and none opens again', kind: 'Stalled' };
  const { at, window } = next;
  const message = `every window is closed; '${window.name}' opens ${localTime(at, window.timeZone)}`;
  return { ...held, message, kind: 'Resting', until: at };
}

/** When the next window opens; undefined while a window is open, and if none opens again. */
export function nextStart({ snapshot, settings, now }: DecisionInput): Instant | undefined {
  const windows = snapshot.plan.spec.windows ?? [];
  if (windows.length === 0 || openUntil(windows, settings.cron, now) !== undefined) return undefined;
  return nextOpening(windows, settings.cron, now)?.at;
}
