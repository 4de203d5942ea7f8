import { REPORT_REASONS } from '../../api/names.ts';
import { cutToBytes } from '../text.ts';
import { checkpointProblem } from '../timing/checkpoint.ts';
import { isJsonObject } from '../json.ts';
import { MAX_NOTE_BYTES } from './report-event.ts';
import type { ReportText } from './report-event.ts';

/** Maximum length of a version in characters, as of a plan's `spec.version`. */
const MAX_VERSION_LENGTH = 64;
/** Maximum size of a task in bytes. A longer one is cut, because it is for people. */
const MAX_TASK_BYTES = 128;
/** Maximum attempt number, as in the records. */
const MAX_ATTEMPT = 100;

/** The fields of a request, in the order in which error messages list them. */
const FIELDS = ['process', 'reason', 'note', 'progress', 'task', 'fromVersion', 'toVersion', 'checkpoint', 'attempt'] as const;

/** A valid request for a report. */
export interface ReportRequest {
  /** Undefined for the only process of the turn. */
  readonly process: string | undefined;
  /** Undefined for the attempt of the turn. */
  readonly attempt: number | undefined;
  readonly text: ReportText;
}

/** The request, or a sentence that says what is wrong with it and what to do. */
export type ParsedRequest =
  { readonly kind: 'Valid'; readonly request: ReportRequest } | { readonly kind: 'Invalid'; readonly message: string };

/** Validates the body of `POST /v1/reports`, already parsed as JSON. Never throws. */
export function parseReportRequest(json: unknown): ParsedRequest {
  if (!isJsonObject(json))
    return { kind: 'Invalid', message: 'The report must be a JSON object, for example {"reason":"UpgradeStarted"}.' };
  const problem = findProblem(json);
  if (problem !== undefined) return { kind: 'Invalid', message: problem };

  const reason = REPORT_REASONS.find((known) => known === json['reason']);
  if (reason === undefined) return { kind: 'Invalid', message: `\`reason\` must be one of ${REPORT_REASONS.join(', ')}.` };
  const note = readText(json, 'note');
  const task = readText(json, 'task');
  const request: ReportRequest = {
    process: readText(json, 'process'),
    attempt: readNumber(json, 'attempt'),
    text: {
      reason,
      note: note === undefined ? undefined : cutToBytes(note, MAX_NOTE_BYTES),
      progress: readNumber(json, 'progress'),
      task: task === undefined ? undefined : cutToBytes(task, MAX_TASK_BYTES),
      fromVersion: readText(json, 'fromVersion'),
      toVersion: readText(json, 'toVersion'),
      checkpoint: readText(json, 'checkpoint'),
    },
  };
  return { kind: 'Valid', request };
}

/** The process of a request, or a sentence that lists the processes to choose from. */
export function chooseProcess(
  requested: string | undefined,
  processes: readonly string[],
): { readonly kind: 'Valid'; readonly process: string } | { readonly kind: 'Invalid'; readonly message: string } {
  const [only] = processes;
  if (requested === undefined) {
    if (only !== undefined && processes.length === 1) return { kind: 'Valid', process: only };
    return {
      kind: 'Invalid',
      message: `\`process\` is required, because this turn has several processes: ${processes.join(', ')}.`,
    };
  }
  if (processes.includes(requested)) return { kind: 'Valid', process: requested };
  return {
    kind: 'Invalid',
    message: `\`process\` must be one of the processes of this turn (${processes.join(', ')}), got '${requested}'.`,
  };
}

function findProblem(json: Readonly<Record<string, unknown>>): string | undefined {
  const unknown = Object.keys(json).filter((field) => !FIELDS.some((known) => known === field));
  if (unknown.length > 0)
    return `Unknown field ${unknown.map((field) => `\`${field}\``).join(', ')}. The known fields are: ${FIELDS.join(', ')}.`;

  for (const field of ['process', 'note', 'task', 'fromVersion', 'toVersion', 'checkpoint'] as const) {
    if (json[field] !== undefined && typeof json[field] !== 'string') return `\`${field}\` must be a string.`;
  }
  for (const field of ['fromVersion', 'toVersion'] as const) {
    if ((readText(json, field) ?? '').length > MAX_VERSION_LENGTH)
      return `\`${field}\` must have at most ${MAX_VERSION_LENGTH} characters.`;
  }
  if (!isWithin(json['progress'], 0, 100)) return '`progress` must be a whole number from 0 to 100 (percent).';
  if (!isWithin(json['attempt'], 1, MAX_ATTEMPT)) return `\`attempt\` must be a whole number from 1 to ${MAX_ATTEMPT}.`;
  const checkpoint = readText(json, 'checkpoint');
  return checkpoint === undefined ? undefined : checkpointProblem(checkpoint);
}

function isWithin(value: unknown, min: number, max: number): boolean {
  return value === undefined || (typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max);
}

/** An empty string counts as absent, as in a script's `--note "$NOTE"` with an unset variable. */
function readText(json: Readonly<Record<string, unknown>>, field: (typeof FIELDS)[number]): string | undefined {
  const value = json[field];
  // A lone surrogate has no UTF-8 form. It is replaced here, so that a later comparison sees the text as it was sent.
  return typeof value === 'string' && value !== '' ? value.toWellFormed() : undefined;
}

function readNumber(json: Readonly<Record<string, unknown>>, field: 'progress' | 'attempt'): number | undefined {
  const value = json[field];
  return typeof value === 'number' ? value : undefined;
}
