import { Cron as CronExpression } from 'croner';
import type { Instant } from '../../core/facts.ts';
import type { Cron } from '../../core/schedule/windows.ts';

/** Maximum number of cached schedules: more than the windows of any cluster. */
const MAX_CACHED = 1000;

function parse(schedule: string, timeZone: string): CronExpression {
  return new CronExpression(schedule, { timezone: timeZone, mode: '5-part', paused: true });
}

/** Evaluates cron expressions with five fields in IANA time zones. It caches parsed expressions. */
export function createCron(): Cron {
  const cache = new Map<string, CronExpression | undefined>();
  const parsed = (schedule: string, timeZone: string): CronExpression | undefined => {
    const key = `${timeZone} ${schedule}`;
    if (!cache.has(key)) {
      if (cache.size >= MAX_CACHED) cache.clear();
      cache.set(key, scheduleProblem(schedule, timeZone) === undefined ? parse(schedule, timeZone) : undefined);
    }
    return cache.get(key);
  };
  return {
    last: (schedule, timeZone, at) => parsed(schedule, timeZone)?.previousRuns(1, justAfter(at))[0]?.getTime(),
    next: (schedule, timeZone, after) => parsed(schedule, timeZone)?.nextRun(new Date(after))?.getTime(),
  };
}

/** `previousRuns` is exclusive, and counts a fraction of a second as a whole one. */
function justAfter(at: Instant): Date {
  return new Date(Math.floor(at / 1000) * 1000 + 1);
}

/** Describes what is wrong with a schedule; undefined when the schedule matches some time. */
export function scheduleProblem(schedule: string, timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return `time zone '${timeZone}' does not exist; use a name from the IANA database, such as Europe/Paris or UTC`;
  }
  try {
    // A fixed instant makes the result independent of the clock. croner searches far enough ahead for leap days.
    if (parse(schedule, timeZone).nextRun(new Date(0)) !== null) return undefined;
    return `'${schedule}' never matches a date; correct its day of month or its month`;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : String(error);
    return `'${schedule}' is not a cron expression with five fields (minute, hour, day of month, month, day of week): ${why}`;
  }
}
