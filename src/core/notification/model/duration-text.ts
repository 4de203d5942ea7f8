import { toInstant } from '../../text.ts';

/** Whole seconds from one RFC 3339 time to another; undefined when either is missing or they are the wrong way round. */
export function secondsBetween(start: string | undefined, end: string | undefined): number | undefined {
  const from = toInstant(start);
  const to = toInstant(end);
  return from === undefined || to === undefined || to < from ? undefined : Math.round((to - from) / 1000);
}

/** A duration for people: `45s`, `9m40`, `5h05`, `2d03h`. Fractions of a second are dropped. */
export function durationText(seconds: number): string {
  const whole = Math.max(0, Math.floor(seconds));
  const minutes = Math.floor(whole / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes === 0) return `${whole}s`;
  if (hours === 0) return `${minutes}m${twoDigits(whole % 60)}`;
  if (hours < 24) return `${hours}h${twoDigits(minutes % 60)}`;
  return `${Math.floor(hours / 24)}d${twoDigits(hours % 24)}h`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
