import { REPORT_REASONS } from '../../api/names.ts';

/** The options of `baton report` as given on the command line: undefined or empty when omitted. */
export interface ReportOptions {
  readonly reason?: string;
  readonly process?: string;
  readonly note?: string;
  readonly progress?: string;
  readonly task?: string;
  readonly fromVersion?: string;
  readonly toVersion?: string;
  readonly checkpoint?: string;
  readonly attempt?: string;
}

/** The body of `POST /v1/reports`, or what is wrong with the options. */
export type RequestBody =
  | { readonly kind: 'Valid'; readonly body: Readonly<Record<string, string | number>> }
  | { readonly kind: 'Invalid'; readonly message: string };

/** Reasons by their short names: `started` is UpgradeStarted, and so on. */
export const STATES: ReadonlyMap<string, string> = new Map(
  REPORT_REASONS.map((reason) => [reason.replace(/^Upgrade/, '').toLowerCase(), reason]),
);

/**
 * Builds the body of a report from the command line. The reporter validates the rest, because it knows the turn.
 *
 * @param state the positional argument, one of {@link STATES}.
 */
export function reportBody(state: string | undefined, options: ReportOptions): RequestBody {
  const reason = chooseReason(state, options.reason);
  if (reason.kind === 'Invalid') return reason;

  const body: Record<string, string | number> = { reason: reason.value };
  for (const field of ['process', 'note', 'task', 'fromVersion', 'toVersion', 'checkpoint'] as const) {
    const value = options[field];
    if (value !== undefined && value !== '') body[field] = value;
  }
  for (const field of ['progress', 'attempt'] as const) {
    const value = options[field];
    if (value === undefined || value === '') continue;
    if (!/^\d{1,9}$/.test(value)) return { kind: 'Invalid', message: `--${field} must be a whole number, got '${value}'.` };
    body[field] = Number(value);
  }
  return { kind: 'Valid', body };
}

function chooseReason(
  state: string | undefined,
  option: string | undefined,
): { readonly kind: 'Valid'; readonly value: string } | { readonly kind: 'Invalid'; readonly message: string } {
  const known = `Use one of ${[...STATES.keys()].join(', ')}, or with --reason ${REPORT_REASONS.join(', ')}.`;
  if (state !== undefined && option !== undefined) {
    return { kind: 'Invalid', message: `Use either the argument '${state}' or --reason, not both.` };
  }
  const given = state ?? option;
  if (given === undefined)
    return { kind: 'Invalid', message: `A state is required, for example 'baton report started'. ${known}` };
  const value = STATES.get(given) ?? REPORT_REASONS.find((reason) => reason === given);
  return value === undefined ? { kind: 'Invalid', message: `Unknown state '${given}'. ${known}` } : { kind: 'Valid', value };
}
