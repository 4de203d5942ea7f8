import { Cron as CronExpression } from 'croner';
import type { Instant } from '../../core/facts.ts';
import type { Cron } from '../../core/schedule/windows.ts';

/** Schedules that are kept parsed: more than any cluster has windows. */
const MAX_CACHED = 1000;

function parse(schedule: string, timeZone: string): CronExpression {
  return new CronExpression(schedule, { timezone: timeZone, mode: '5-part', paused: true });
}

/** Cron expressions of five fields in IANA zones, by croner. It keeps what it has parsed. */
export function createCron(): Cron {
  const known = new Map<string, CronExpression | undefined>();
  const parsed = (schedule: string, timeZone: string): CronExpression | undefined => {
    const key = `${timeZone} ${schedule}`;
    if (!known.has(key)) {
      if (known.size >= MAX_CACHED) known.clear();
      known.set(key, scheduleProblem(schedule, timeZone) === undefined ? parse(schedule, timeZone) : undefined);
    }
    return known.get(key);
  };
  return {
    last: (schedule, timeZone, at) => parsed(schedule, timeZone)?.previousRuns(1, justAfter(at))[0]?.getTime(),
    next: (schedule, timeZone, after) => parsed(schedule, timeZone)?.nextRun(new Date(after))?.getTime(),
  };
}

/** croner looks at what is strictly before, and takes any part of a second for a whole one. */
function justAfter(at: Instant): Date {
  return new Date(Math.floor(at / 1000) * 1000 + 1);
}

/** What is wrong with a schedule, in words; undefined when it comes at some time. */
export function scheduleProblem(schedule: string, timeZone: string): string | undefined {
  try {
    new Intl.DateTimeFormat('en', { timeZone });
  } catch {
    return `there is no time zone '${timeZone}'; name one of the IANA database, such as Europe/Paris or UTC`;
  }
  try {
    // From the same instant for everybody, so that the answer does not depend on the clock; croner looks ahead far enough for leap days.
    if (parse(schedule, timeZone).nextRun(new Date(0)) !== null) return undefined;
    return `'${schedule}' never comes; correct its day of month or its month`;
  } catch (error) {
    const why = error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : String(error);
    return `'${schedule}' is no cron expression of five fields (minute, hour, day of month, month, day of week): ${why}`;
  }
}
