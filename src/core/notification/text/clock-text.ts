import { toInstant } from '../../text.ts';

/** Formats times in one time zone. */
export interface ClockText {
  /** The zone's abbreviation: `CET`, `UTC`, `GMT+9`. */
  readonly zone: string;
  /** `23:54`; on another day than that of the message `Mon 23:54` or `2026-12-24 23:54`. Undefined without a time. */
  time(at: string | undefined): string | undefined;
  /** `Sat 23:54`; more than six days from the message `2026-12-24 23:54`. */
  day(at: string | undefined): string | undefined;
  /** `2026-11-21 23:54`. */
  date(at: string | undefined): string | undefined;
}

/** Beyond this distance, the name of a day is ambiguous (ms). */
const SAME_WEEK_MS = 6 * 86_400_000;

/**
 * Formats the times in a message.
 *
 * @param timeZone an IANA time zone; UTC if it is missing or unknown.
 * @param messageTime the time of the message, whose day is omitted.
 */
export function clockText(timeZone: string | undefined, messageTime: string | undefined): ClockText {
  const zone = knownZone(timeZone);
  const today = toInstant(messageTime);
  const date = (instant: number): string => format('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }, instant);
  const near = (instant: number): boolean => today === undefined || Math.abs(instant - today) <= SAME_WEEK_MS;
  const day = (instant: number): string => {
    if (!near(instant)) return date(instant);
    return `${format('en-GB', { timeZone: zone, weekday: 'short' }, instant)} ${date(instant).slice(-5)}`;
  };
  const time = (instant: number): string => {
    const sameDay = today !== undefined && date(instant).slice(0, 10) === date(today).slice(0, 10);
    return sameDay ? date(instant).slice(-5) : day(instant);
  };
  const optional = (show: (instant: number) => string) => (at: string | undefined) => {
    const instant = toInstant(at);
    return instant === undefined ? undefined : show(instant);
  };
  return { zone: abbreviation(zone, today ?? 0), time: optional(time), day: optional(day), date: optional(date) };
}

function knownZone(timeZone: string | undefined): string {
  try {
    return new Intl.DateTimeFormat('en-GB', { timeZone: timeZone ?? 'UTC' }).resolvedOptions().timeZone;
  } catch (error) {
    if (error instanceof RangeError) return 'UTC';
    throw error;
  }
}

/** Each locale knows the abbreviations of its own regions only, and shows others as `GMT+1`. */
function abbreviation(timeZone: string, instant: number): string {
  const names = ['en-GB', 'en-US', 'en-AU'].map((locale) => {
    const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'short' }).formatToParts(instant);
    return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  });
  return names.find((name) => !name.startsWith('GMT')) ?? names[0] ?? timeZone;
}

function format(locale: string, options: Intl.DateTimeFormatOptions, instant: number): string {
  return new Intl.DateTimeFormat(locale, options).format(instant);
}
