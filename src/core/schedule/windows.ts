import type { MaintenanceWindow } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../facts.ts';

/** Evaluates cron expressions in time zones. It is an argument, because the core imports no packages. An invalid expression has no times. */
export interface Cron {
  /** The last time at or before an instant; undefined when there is none. */
  readonly last: (schedule: string, timeZone: string, at: Instant) => Instant | undefined;
  /** The first time after an instant; undefined when there is none. */
  readonly next: (schedule: string, timeZone: string, after: Instant) => Instant | undefined;
}

/** When a window opens next. */
export interface Opening {
  readonly at: Instant;
  readonly window: MaintenanceWindow;
}

/**
 * Until when a window is open without a gap; undefined when all windows are closed now. Windows that overlap or touch count as one, as
 * does a window that opens again before it closes. The search ends at `enough`: a result beyond that may be earlier than the real end.
 */
export function openUntil(
  windows: readonly MaintenanceWindow[],
  cron: Cron,
  now: Instant,
  enough: Instant = now + 1,
): Instant | undefined {
  let until = now;
  for (;;) {
    const reached = Math.max(until, ...windows.map((window) => closingOf(window, cron, until) ?? until));
    if (reached === until) return until > now ? until : undefined;
    until = reached;
    if (until >= enough) return until;
  }
}

/** When the opening that began last, at or before an instant, ends. Openings of one window have the same duration, so it ends last too. */
function closingOf({ schedule, timeZone, durationSeconds }: MaintenanceWindow, cron: Cron, at: Instant): Instant | undefined {
  const opened = cron.last(schedule, timeZone, at);
  return opened === undefined ? undefined : opened + durationSeconds * 1000;
}

/** The first opening of any window after an instant; undefined when no window opens again. */
export function nextOpening(windows: readonly MaintenanceWindow[], cron: Cron, after: Instant): Opening | undefined {
  let first: Opening | undefined;
  for (const window of windows) {
    const at = cron.next(window.schedule, window.timeZone, after);
    if (at !== undefined && (first === undefined || at < first.at)) first = { at, window };
  }
  return first;
}
