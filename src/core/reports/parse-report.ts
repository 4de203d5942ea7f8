import { ANNOTATIONS, REPORT_REASONS } from '../../api/names.ts';
import type { ReportFact } from '../facts.ts';
import { toInstant } from '../text.ts';
import { isJsonObject } from '../json.ts';
import { describeReport, notePrefix } from './report-event.ts';

type Json = Readonly<Record<string, unknown>>;

/** A report without the fields that the API server and heartbeats add. */
type ReportContent = Omit<ReportFact, 'time' | 'lastHeardTime' | 'heartbeats'>;

/**
 * Reads the report of an events.k8s.io/v1 Event; undefined when the Event is not a valid report. Never throws, because anybody who may
 * create Events could otherwise stop the reader. An invalid optional field counts as absent.
 */
export function parseReport(event: unknown): ReportFact | undefined {
  const content = readContent(event);
  if (content === undefined || !isJsonObject(event)) return undefined;
  const time = toInstant(text(object(event, 'metadata'), 'creationTimestamp'));
  return time === undefined
    ? undefined
    : { ...content, time, lastHeardTime: readLastWriteTime(event, time), heartbeats: readHeartbeats(event) };
}

/**
 * Whether two Events are the same report. Needed after 409 Conflict for a POST, which says only that the name exists. Heartbeats, the
 * time and the poster make no difference.
 */
export function isSameReport(a: unknown, b: unknown): boolean {
  const left = readContent(a);
  const right = readContent(b);
  if (left === undefined || right === undefined) return false;
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Returns the fields always in the same order, because {@link isSameReport} compares them as text. */
function readContent(event: unknown): ReportContent | undefined {
  if (!isJsonObject(event)) return undefined;
  const regarding = object(event, 'regarding');
  const related = object(event, 'related');
  if (text(regarding, 'kind') !== 'UpgradeBatch' || text(related, 'kind') !== 'Node') return undefined;

  const batchUid = text(regarding, 'uid');
  const node = text(related, 'name');
  const nodeUid = text(related, 'uid');
  const process = text(event, 'action');
  const reason = REPORT_REASONS.find((known) => known === event['reason']);
  const annotations = object(object(event, 'metadata'), 'annotations');
  const attempt = wholeNumber(annotations, ANNOTATIONS.attempt, 1);
  const sequence = wholeNumber(annotations, ANNOTATIONS.sequence, 0);
  if (!batchUid || !node || !nodeUid || !process || reason === undefined || !attempt || sequence === undefined) return undefined;

  const fields = {
    reason,
    progress: readProgress(annotations),
    task: text(annotations, ANNOTATIONS.task),
    fromVersion: text(annotations, ANNOTATIONS.fromVersion),
    toVersion: text(annotations, ANNOTATIONS.toVersion),
    checkpoint: text(annotations, ANNOTATIONS.checkpoint),
  };
  const note = withoutPrefix(text(event, 'note') ?? '', notePrefix(node, process));
  return {
    batchUid,
    node,
    nodeUid,
    process,
    attempt,
    bootId: text(annotations, ANNOTATIONS.eventBootId) ?? '',
    sequence,
    ...fields,
    // A note that buildReportEvent generated adds nothing to the other fields.
    note: note === describeReport(fields) ? '' : note,
  };
}

function withoutPrefix(note: string, prefix: string): string {
  return note.startsWith(prefix) ? note.slice(prefix.length) : note;
}

function readProgress(annotations: Json): number | undefined {
  const progress = wholeNumber(annotations, ANNOTATIONS.progress, undefined);
  return progress === undefined || progress > 100 ? undefined : progress;
}

/** `series.count` includes the report itself, so the first heartbeat sets it to 2. */
function readHeartbeats(event: Json): number {
  const times = object(event, 'series')['count'];
  return typeof times === 'number' && Number.isSafeInteger(times) && times > 1 ? times - 1 : 0;
}

/**
 * When the Event was last written, which the API server records for each writer (`managedFields`). `series.lastObservedTime` comes from a
 * host's clock, which may be wrong by hours.
 */
function readLastWriteTime(event: Json, created: number): number {
  const writers = object(event, 'metadata')['managedFields'];
  const times = (Array.isArray(writers) ? writers : []).map((writer: unknown) =>
    isJsonObject(writer) ? (toInstant(text(writer, 'time')) ?? created) : created,
  );
  return Math.max(created, ...times);
}

/** A whole number of at least 0 in an annotation; `absent` when the annotation is missing, undefined when it is invalid. */
function wholeNumber(annotations: Json, key: string, absent: number | undefined): number | undefined {
  const value = annotations[key];
  if (value === undefined) return absent;
  return typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : undefined;
}

function object(parent: Json, field: string): Json {
  const value = parent[field];
  return isJsonObject(value) ? value : {};
}

function text(parent: Json, field: string): string | undefined {
  const value = parent[field];
  return typeof value === 'string' ? value : undefined;
}
