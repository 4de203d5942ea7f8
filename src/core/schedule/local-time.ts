import type { Instant } from '../facts.ts';

/** An instant in local time, for people: `2026-11-23 22:00 Europe/Paris`. Uses UTC for an invalid time zone. */
export function localTime(instant: Instant, timeZone: string): string {
  const format = (zone: string): string => {
    // The Swedish locale formats dates as in ISO 8601.
    const options = { timeZone: zone, dateStyle: 'short', timeStyle: 'short' } as const;
    return `${new Intl.DateTimeFormat('sv-SE', options).format(instant)} ${zone}`;
  };
  try {
    return format(timeZone);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return format('UTC');
  }
}
