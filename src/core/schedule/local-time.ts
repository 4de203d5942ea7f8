import type { Instant } from '../facts.ts';

/** An instant as the clocks of a zone show it, for people: `2026-11-23 22:00 Europe/Paris`. In UTC where the zone means nothing. */
export function localTime(instant: Instant, timeZone: string): string {
  const format = (zone: string): string => {
    // Sweden writes dates as ISO 8601 does.
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
