import type { MaintenanceWindow } from '../../api/generated/upgradeplan.ts';
import type { Instant } from '../facts.ts';

/** Reads cron expressions in time zones: given as an argument, because the core imports nothing. Both give undefined for what means nothing. */
export interface Cron {
  /** The last time at or before an instant; undefined when there was none. */
  readonly last: (schedule: string, timeZone: string, at: Instant) => Instant | undefined;
  /** The first time after an instant; undefined when none comes. */
  readonly next: (schedule: string, timeZone: string, after: Instant) => Instant | undefined;
}

/** An opening to come. */
export interface Opening {
  readonly at: Instant;
  readonly window: MaintenanceWindow;
}

/**
 * Until when some window is open without a gap; undefined when all are closed now. Windows that overlap or touch are one, and so is a
 * window that opens again before it has closed. Not looked for further than `enough`, so the answer may be less than the truth, but
 * then not less than that.
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

/** When the window closes that opened last at or before an instant: the last one to open is the last to close. */
function closingOf({ schedule, timeZone, durationSeconds }: MaintenanceWindow, cron: Cron, at: Instant): Instant | undefined {
  const opened = cron.last(schedule, timeZone, at);
  return opened === undefined ? undefined : opened + durationSeconds * 1000;
}

/** The first opening of any window after an instant; undefined when none ever opens. */
export function nextOpening(windows: readonly MaintenanceWindow[], cron: Cron, after: Instant): Opening | undefined {
  let first: Opening | undefined;
  for (const window of windows) {
    const at = cron.next(window.schedule, window.timeZone, after);
    if (at !== undefined && (first === undefined || at < first.at)) first = { at, window };
  }
  return first;
}
