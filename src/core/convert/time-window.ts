import type { SucWindow } from './suc-plan.ts';

/** A maintenance window of an UpgradePlan. */
export interface PlanWindow {
  readonly name: string;
  /** A cron expression. */
  readonly schedule: string;
  readonly durationSeconds: number;
  readonly timeZone: string;
}

/** The result of the conversion. `crossesMidnight`: the window ends on the day after it opens. */
export type WindowConversion =
  | { readonly kind: 'Converted'; readonly window: PlanWindow; readonly crossesMidnight: boolean }
  | { readonly kind: 'Rejected'; readonly problem: string };

const DAYS: readonly (readonly string[])[] = [
  ['0', 'su', 'sun', 'sunday'],
  ['1', 'mo', 'mon', 'monday'],
  ['2', 'tu', 'tue', 'tuesday'],
  ['3', 'we', 'wed', 'wednesday'],
  ['4', 'th', 'thu', 'thursday'],
  ['5', 'fr', 'fri', 'friday'],
  ['6', 'sa', 'sat', 'saturday'],
];

const DAY_SECONDS = 86_400;
/** The shortest window that the API accepts. */
const MIN_SECONDS = 60;

/** Seconds since midnight of `15:04`, `15:04:06`, `03:04pm`, `15` or `03pm`; undefined for anything else. */
function timeOfDay(time: string): number | undefined {
  const match = /^(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?(am|pm)?$/.exec(time);
  if (match === null) return undefined;
  const [, hours = '', minutes = '0', seconds = '0', half] = match;
  const hour = half === undefined ? Number(hours) : (Number(hours) % 12) + (half === 'pm' ? 12 : 0);
  const valid = hour < 24 && Number(minutes) < 60 && Number(seconds) < 60 && (half === undefined || Number(hours) <= 12);
  return valid ? hour * 3600 + Number(minutes) * 60 + Number(seconds) : undefined;
}

/** Converts days with a start and an end time to a cron expression with a duration. */
export function convertWindow({ days, startTime = '', endTime = '', timeZone = '' }: SucWindow): WindowConversion {
  const unknown = days.find((day) => !DAYS.some((names) => names.includes(day.toLowerCase())));
  if (unknown !== undefined) return { kind: 'Rejected', problem: `days: '${unknown}' is not a day of the week` };
  const start = timeOfDay(startTime);
  const end = timeOfDay(endTime);
  if (start === undefined) return { kind: 'Rejected', problem: `startTime must be a time like 15:04, got '${startTime}'` };
  if (end === undefined) return { kind: 'Rejected', problem: `endTime must be a time like 15:04, got '${endTime}'` };
  if (start === end) return { kind: 'Rejected', problem: 'startTime and endTime must differ, or the window never opens' };
  const numbers = DAYS.flatMap((names, index) => (days.some((day) => names.includes(day.toLowerCase())) ? [index] : []));
  const weekdays = numbers.length === 0 || numbers.length === DAYS.length ? '*' : numbers.join(',');
  const minute = Math.floor((start % 3600) / 60);
  // Cron has no seconds: a window that opens during a minute opens at the start of that minute.
  const opens = start - (start % 60);
  return {
    kind: 'Converted',
    window: {
      name: 'window',
      schedule: `${minute} ${Math.floor(start / 3600)} * * ${weekdays}`,
      durationSeconds: Math.max(MIN_SECONDS, end > opens ? end - opens : end + DAY_SECONDS - opens),
      timeZone: timeZone === '' ? 'UTC' : timeZone,
    },
    crossesMidnight: end < start,
  };
}
