import type { MaintenanceWindow } from '../../api/generated/upgradeplan.ts';

// Windows are scanned minute by minute, which has nothing in common with how the operator computes them.

/** What the clocks of a zone show. */
interface Wall {
  readonly minute: number;
  readonly hour: number;
  readonly weekday: number;
}

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'];
const MINUTE_MS = 60_000;

const formats = new Map<string, Intl.DateTimeFormat>();

function wall(instant: number, timeZone: string): Wall {
  const format =
    formats.get(timeZone) ??
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit', weekday: 'short', hourCycle: 'h23' });
  formats.set(timeZone, format);
  const parts = Object.fromEntries(format.formatToParts(instant).map(({ type, value }) => [type, value]));
  return { minute: Number(parts['minute']), hour: Number(parts['hour']), weekday: WEEKDAYS.indexOf(parts['weekday'] ?? '') };
}

/** Supports `*`, numbers, lists, ranges and steps. */
function matches(field: string, value: number): boolean {
  return field.split(',').some((part) => {
    if (part === '*') return true;
    if (part.startsWith('*/')) return value % Number(part.slice(2)) === 0;
    const [range = '', step = '1'] = part.split('/');
    const [from = NaN, to = from] = range.split('-').map(Number);
    return from <= value && value <= to && (value - from) % Number(step) === 0;
  });
}

/** Whether a window opens at a whole minute. A time of day that the clocks skip counts as soon as they have skipped it. */
export function opensAt({ schedule, timeZone }: MaintenanceWindow, instant: number): boolean {
  const [minute = '', hour = '', , , weekday = ''] = schedule.split(' ');
  const shown = wall(instant, timeZone);
  const fits = (at: Wall): boolean => matches(minute, at.minute) && matches(hour, at.hour) && matches(weekday, at.weekday);
  const isOneTime = /^\d+$/.test(minute) && /^\d+$/.test(hour);
  if (!isOneTime) return fits(shown);
  const before = wall(instant - MINUTE_MS, timeZone);
  const skipped = shown.hour - before.hour === 2;
  if (skipped && Number(hour) === before.hour + 1) return matches(weekday, shown.weekday);
  const earlier = wall(instant - 60 * MINUTE_MS, timeZone);
  const isSecondTime = earlier.hour === shown.hour && earlier.minute === shown.minute;
  return fits(shown) && !isSecondTime;
}

/** Whether one of the windows is open. Schedules that name days of the month or months count as open on every day. */
export function isAnyOpen(windows: readonly MaintenanceWindow[], now: number): boolean {
  return windows.some((window) => {
    const last = Math.floor(now / MINUTE_MS) * MINUTE_MS;
    for (let minute = last; now - minute < window.durationSeconds * 1000; minute -= MINUTE_MS) {
      if (opensAt(window, minute)) return true;
    }
    return false;
  });
}
