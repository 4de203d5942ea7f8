import { REPORT_REASONS } from '../../api/names.ts';
import { cutToBytes } from '../text.ts';
import { checkpointComplaint } from '../timing/checkpoint.ts';
import { isJsonObject } from './json.ts';
import { NOTE_BYTES } from './report-event.ts';
import type { ReportText } from './report-event.ts';

/** The longest version, in characters: the length of `spec.version` of a plan. */
const VERSION_LENGTH = 64;
/** The longest task, in bytes. A longer one is cut: it is for people. */
const TASK_BYTES = 128;
/** The highest attempt: the limit of the records. */
const HIGHEST_ATTEMPT = 100;

/** The fields of a request, in the order in which messages list them. */
const FIELDS = ['process', 'reason', 'note', 'progress', 'task', 'fromVersion', 'toVersion', 'checkpoint', 'attempt'] as const;

/** What somebody on the host asks the reporter to report. */
export interface ReportRequest {
  /** Undefined: the only process of the turn. */
  readonly process: string | undefined;
  /** Undefined: the attempt of the turn. */
  readonly attempt: number | undefined;
  readonly text: ReportText;
}

/** A request that was understood, or a sentence that says what is wrong with it and what to do. */
export type ParsedRequest =
  { readonly kind: 'Valid'; readonly request: ReportRequest } | { readonly kind: 'Invalid'; readonly message: string };

/** Reads the body of `POST /v1/reports`, already parsed as JSON. Never throws. */
export function parseReportRequest(json: unknown): ParsedRequest {
  if (!isJsonObject(json))
    return { kind: 'Invalid', message: 'The report must be a JSON object, for example {"reason":"UpgradeStarted"}.' };
  const complaint = findComplaint(json);
  if (complaint !== undefined) return { kind: 'Invalid', message: complaint };

  const reason = REPORT_REASONS.find((known) => known === json['reason']);
  if (reason === undefined) return { kind: 'Invalid', message: `\`reason\` must be one of ${REPORT_REASONS.join(', ')}.` };
  const note = readText(json, 'note');
  const task = readText(json, 'task');
  const request: ReportRequest = {
    process: readText(json, 'process'),
    attempt: readNumber(json, 'attempt'),
    text: {
      reason,
      note: note === undefined ? undefined : cutToBytes(note, NOTE_BYTES),
      progress: readNumber(json, 'progress'),
      task: task === undefined ? undefined : cutToBytes(task, TASK_BYTES),
      fromVersion: readText(json, 'fromVersion'),
      toVersion: readText(json, 'toVersion'),
      checkpoint: readText(json, 'checkpoint'),
    },
  };
  return { kind: 'Valid', request };
}

/** The process that a request is for, or a sentence that names the choice. */
export function chooseProcess(
  asked: string | undefined,
  processes: readonly string[],
): { readonly kind: 'Valid'; readonly process: string } | { readonly kind: 'Invalid'; readonly message: string } {
  const [only] = processes;
  if (asked === undefined) {
    if (only !== undefined && processes.length === 1) return { kind: 'Valid', process: only };
    return {
      kind: 'Invalid',
      message: `This turn has several processes: say in \`process\` which one reports (${processes.join(', ')}).`,
    };
  }
  if (processes.includes(asked)) return { kind: 'Valid', process: asked };
  return { kind: 'Invalid', message: `This turn has no process '${asked}'. Its processes are: ${processes.join(', ')}.` };
}

function findComplaint(json: Readonly<Record<string, unknown>>): string | undefined {
  const unknown = Object.keys(json).filter((field) => !FIELDS.some((known) => known === field));
  if (unknown.length > 0)
    return `Unknown field ${unknown.map((field) => `\`${field}\``).join(', ')}. The known fields are: ${FIELDS.join(', ')}.`;

  for (const field of ['process', 'note', 'task', 'fromVersion', 'toVersion', 'checkpoint'] as const) {
    if (json[field] !== undefined && typeof json[field] !== 'string') return `\`${field}\` must be a text.`;
  }
  for (const field of ['fromVersion', 'toVersion'] as const) {
    if ((readText(json, field) ?? '').length > VERSION_LENGTH)
      return `\`${field}\` must have at most ${VERSION_LENGTH} characters.`;
  }
  if (!isWithin(json['progress'], 0, 100)) return '`progress` must be a whole number from 0 to 100 (per cent).';
  if (!isWithin(json['attempt'], 1, HIGHEST_ATTEMPT)) return `\`attempt\` must be a whole number from 1 to ${HIGHEST_ATTEMPT}.`;
  const checkpoint = readText(json, 'checkpoint');
  return checkpoint === undefined ? undefined : checkpointComplaint(checkpoint);
}

function isWithin(value: unknown, least: number, most: number): boolean {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= least && value <= most);
}

/** Empty counts as left out: a script's `--note "$NOTE"` with nothing in it says nothing. */
function readText(json: Readonly<Record<string, unknown>>, field: (typeof FIELDS)[number]): string | undefined {
  const value = json[field];
  // Half a surrogate pair cannot be written in UTF-8: it is replaced here, so that what is compared later is what was sent.
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
}

function readNumber(json: Readonly<Record<string, unknown>>, field: 'progress' | 'attempt'): number | undefined {
  const value = json[field];
  return typeof value === 'number' ? value : undefined;
}
