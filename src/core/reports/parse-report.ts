import { ANNOTATIONS, REPORT_REASONS } from '../../api/names.ts';
import type { ReportFact } from '../facts.ts';
import { toInstant } from '../text.ts';
import { isJsonObject } from './json.ts';
import { describeText, notePrefix } from './report-event.ts';

type Json = Readonly<Record<string, unknown>>;

/** What a report says, without what the API server and the slow beat add. */
type ReportContent = Omit<ReportFact, 'time' | 'lastHeardTime' | 'beats'>;

/**
 * Reads the report in an events.k8s.io/v1 Event; undefined when it holds none that Baton understands. Never throws: whoever may
 * create Events could otherwise stop the reader. What is optional and unreadable counts as left out.
 */
export function parseReport(event: unknown): ReportFact | undefined {
  const content = readContent(event);
  if (content === undefined || !isJsonObject(event)) return undefined;
  const time = toInstant(text(object(event, 'metadata'), 'creationTimestamp'));
  return time === undefined ? undefined : { ...content, time, lastHeardTime: readWordTime(event, time), beats: readBeats(event) };
}

/**
 * Whether two Events are the same report: for the answer 409 to a POST, which says only that the name is taken. The slow beat, the
 * time and who posted it make no difference.
 */
export function sameReport(a: unknown, b: unknown): boolean {
  const left = readContent(a);
  const right = readContent(b);
  if (left === undefined || right === undefined) return false;
  return JSON.stringify(left) === JSON.stringify(right);
}

/** Always gives the fields in the same order: {@link sameReport} compares them as text. */
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
  const attempt = count(annotations, ANNOTATIONS.attempt, 1);
  const sequence = count(annotations, ANNOTATIONS.sequence, 0);
  if (!batchUid || !node || !nodeUid || !process || reason === undefined || !attempt || sequence === undefined) return undefined;

  const said = {
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
    ...said,
    // What buildReportEvent put there for want of a note says nothing that the other fields do not.
    note: note === describeText(said) ? '' : note,
  };
}

function withoutPrefix(note: string, prefix: string): string {
  return note.startsWith(prefix) ? note.slice(prefix.length) : note;
}

function readProgress(annotations: Json): number | undefined {
  const progress = count(annotations, ANNOTATIONS.progress, undefined);
  return progress === undefined || progress > 100 ? undefined : progress;
}

/** `series.count` counts the report itself too, so the first beat makes it 2. */
function readBeats(event: Json): number {
  const times = object(event, 'series')['count'];
  return typeof times === 'number' && Number.isSafeInteger(times) && times > 1 ? times - 1 : 0;
}

/**
 * When the Event was last written: the API server notes that for each writer (`managedFields`). `series.lastObservedTime` is a host's
 * clock, which may be wrong by hours.
 */
function readWordTime(event: Json, created: number): number {
  const writers = object(event, 'metadata')['managedFields'];
  const times = (Array.isArray(writers) ? writers : []).map((writer: unknown) =>
    isJsonObject(writer) ? (toInstant(text(writer, 'time')) ?? created) : created,
  );
  return Math.max(created, ...times);
}

/** A whole number from 0 in an annotation; `absent` when it is not there, undefined when it is something else. */
function count(annotations: Json, key: string, absent: number | undefined): number | undefined {
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
