import { toInstant } from './text.ts';

/** Whole seconds from one RFC 3339 time to another; undefined if either is missing or the end is before the start. */
export function secondsBetween(start: string | undefined, end: string | undefined): number | undefined {
  const from = toInstant(start);
  const to = toInstant(end);
  return from === undefined || to === undefined || to < from ? undefined : Math.round((to - from) / 1000);
}

/** A duration for tables and crowded lines: `45s`, `9m40`, `5h05`, `2d03h`. Fractions of a second are dropped. */
export function shortDuration(seconds: number): string {
  const parts = splitDuration(Math.floor(seconds));
  if (parts.days > 0) return `${parts.days}d${twoDigits(parts.hours)}h`;
  if (parts.hours > 0) return `${parts.hours}h${twoDigits(parts.minutes)}`;
  return parts.minutes > 0 ? `${parts.minutes}m${twoDigits(parts.seconds)}` : `${parts.seconds}s`;
}

/**
 * A duration for sentences, rounded to seconds: `45 s`, `8 min`, `8 min 20 s`, `2 h 5 min`, `3 d 4 h`. Seconds are omitted from an hour on,
 * minutes from a day on.
 */
export function longDuration(seconds: number): string {
  const parts = splitDuration(Math.round(seconds));
  if (parts.days > 0) return withRest(`${parts.days} d`, parts.hours, 'h');
  if (parts.hours > 0) return withRest(`${parts.hours} h`, parts.minutes, 'min');
  return parts.minutes > 0 ? withRest(`${parts.minutes} min`, parts.seconds, 's') : `${parts.seconds} s`;
}

interface DurationParts {
  readonly days: number;
  readonly hours: number;
  readonly minutes: number;
  readonly seconds: number;
}

/** Splits whole seconds; a negative duration counts as 0. */
function splitDuration(wholeSeconds: number): DurationParts {
  const total = Math.max(0, wholeSeconds);
  return {
    days: Math.floor(total / 86_400),
    hours: Math.floor(total / 3600) % 24,
    minutes: Math.floor(total / 60) % 60,
    seconds: total % 60,
  };
}

function withRest(text: string, rest: number, unit: string): string {
  return rest === 0 ? text : `${text} ${rest} ${unit}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
