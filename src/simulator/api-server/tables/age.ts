const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const YEAR = 365 * DAY;

/** From where on a shorter form is enough, and the units of each form. */
const FORMS = [
  { below: 2 * MINUTE, units: [[SECOND, 's']] },
  {
    below: 10 * MINUTE,
    units: [
      [MINUTE, 'm'],
      [SECOND, 's'],
    ],
  },
  { below: 3 * HOUR, units: [[MINUTE, 'm']] },
  {
    below: 8 * HOUR,
    units: [
      [HOUR, 'h'],
      [MINUTE, 'm'],
    ],
  },
  { below: 2 * DAY, units: [[HOUR, 'h']] },
  {
    below: 8 * DAY,
    units: [
      [DAY, 'd'],
      [HOUR, 'h'],
    ],
  },
  { below: 2 * YEAR, units: [[DAY, 'd']] },
  {
    below: 8 * YEAR,
    units: [
      [YEAR, 'y'],
      [DAY, 'd'],
    ],
  },
  { below: Infinity, units: [[YEAR, 'y']] },
] as const;

/** A duration in the words of kubectl: `5m30s`, `3h`. Clocks may differ by a second; an earlier time is `<invalid>`. */
export function humanDuration(milliseconds: number): string {
  const seconds = Math.trunc(milliseconds / SECOND);
  if (seconds < -1) return '<invalid>';
  const duration = Math.max(0, seconds) * SECOND;
  const form = FORMS.find(({ below }) => duration < below);
  const [[large, name] = [SECOND, 's'], small] = form?.units ?? [];
  const whole = `${Math.floor(duration / large)}${name}`;
  const rest = small === undefined ? 0 : Math.floor((duration % large) / small[0]);
  return small === undefined || rest === 0 ? whole : `${whole}${rest}${small[1]}`;
}

/** The time since a timestamp; `<unknown>` if there is none. */
export function since(timestamp: unknown, nowMs: number): string {
  if (typeof timestamp !== 'string' || timestamp === '') return '<unknown>';
  const time = Date.parse(timestamp);
  return Number.isNaN(time) ? '<invalid>' : humanDuration(nowMs - time);
}
