/** Seconds of each unit of a Go duration. */
const UNITS: Readonly<Record<string, number>> = { h: 3600, m: 60, s: 1, ms: 1e-3, us: 1e-6, µs: 1e-6, ns: 1e-9 };

const NANOSECONDS_PER_SECOND = 1e9;

/** Converts a Go duration (`1h30m`, `90s`, `0`) or a number of nanoseconds to seconds; undefined when it is neither. */
export function goDurationSeconds(duration: string | number): number | undefined {
  if (typeof duration === 'number') return duration / NANOSECONDS_PER_SECOND;
  if (duration === '0') return 0;
  if (!/^[+-]?(\d+(\.\d*)?(h|m|s|ms|us|µs|ns))+$/.test(duration)) return undefined;
  let seconds = 0;
  for (const [, amount, unit] of duration.matchAll(/(\d+(?:\.\d*)?)(ms|us|µs|ns|h|m|s)/g)) {
    seconds += Number(amount) * (UNITS[unit ?? ''] ?? 0);
  }
  return duration.startsWith('-') ? -seconds : seconds;
}
