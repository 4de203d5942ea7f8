import { toInstant } from '../../core/text.ts';
import type { GateClosure } from './simulation-port.ts';

/** When the simulation approves what waits for an approval. */
export type ApprovalPolicy = { readonly kind: 'After'; readonly ms: number } | { readonly kind: 'Never' };

const UNITS: Readonly<Record<string, number>> = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000 };

/** A duration such as `90s`, `6m`, `2h30m` or `1d` in milliseconds; undefined if it is not one. */
export function parseDuration(text: string): number | undefined {
  if (!/^(?:\d+(?:\.\d+)?[dhms])+$/.test(text)) return undefined;
  let ms = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+(?:\.\d+)?)([dhms])/g)) ms += Number(number) * (UNITS[unit] ?? 0);
  return Math.round(ms);
}

/** A percentage such as `2%` as a share from 0 to 1; undefined if it is not one. */
export function parseShare(text: string): number | undefined {
  const percent = /^(?<number>\d+(?:\.\d+)?)%$/.exec(text)?.groups?.['number'];
  return percent === undefined || Number(percent) > 100 ? undefined : Number(percent) / 100;
}

/** A whole number in a range; undefined if it is not one. */
export function parseWhole(text: string, min: number, max: number): number | undefined {
  const number = Number(text);
  return /^\d+$/.test(text) && number >= min && number <= max ? number : undefined;
}

/** `os=6m`: a process and how long it takes (milliseconds); undefined if it is not that. */
export function parseProcessDuration(text: string): readonly [process: string, ms: number] | undefined {
  const [process = '', duration = '', ...rest] = text.split('=');
  const ms = parseDuration(duration);
  return process === '' || ms === undefined || ms === 0 || rest.length > 0 ? undefined : [process, ms];
}

/** `NAME=closed@2h+30m`: a gate and when it is closed; without `+30m` it stays closed. Undefined if it is not that. */
export function parseGateClosure(text: string): GateClosure | undefined {
  const { gate, from = '', length } = /^(?<gate>[^=]+)=closed@(?<from>[^+]+)(?:\+(?<length>.+))?$/.exec(text)?.groups ?? {};
  const fromMs = parseDuration(from);
  const lengthMs = length === undefined ? undefined : parseDuration(length);
  if (gate === undefined || fromMs === undefined || (length !== undefined && lengthMs === undefined)) return undefined;
  return { gate, fromMs, lengthMs };
}

/** `after 10m`, `10m` or `never`; undefined if it is none of them. */
export function parseApproval(text: string): ApprovalPolicy | undefined {
  if (text === 'never') return { kind: 'Never' };
  const ms = parseDuration(text.replace(/^after\s+/, ''));
  return ms === undefined ? undefined : { kind: 'After', ms };
}

/** An RFC 3339 time with its offset from UTC (milliseconds since the epoch); undefined if it is not one. */
export function parseTime(text: string): number | undefined {
  return /^\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)$/.test(text) ? toInstant(text) : undefined;
}
