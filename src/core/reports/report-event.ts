import type { Turn } from '../../api/marks.ts';
import { ANNOTATIONS, API_VERSION, LABELS, REPORTING_CONTROLLER } from '../../api/names.ts';
import type { ReportReason } from '../../api/names.ts';
import type { Hash, Instant } from '../facts.ts';
import { cutToBytes, toMicroTime } from '../text.ts';

/** Maximum size of an Event's note in bytes of UTF-8; the API server rejects a longer one. */
export const MAX_NOTE_BYTES = 1024;
/** Maximum length of `reportingInstance` in characters. */
const MAX_INSTANCE_LENGTH = 128;
/** Length of the hash in a name: 128 bits, so that names do not collide by chance. */
const HASH_LENGTH = 32;

/** The content of a report. */
export interface ReportText {
  readonly reason: ReportReason;
  /** A message for people; undefined to generate it from the other fields. */
  readonly note: string | undefined;
  /** In percent, 0 to 100. */
  readonly progress: number | undefined;
  readonly task: string | undefined;
  readonly fromVersion: string | undefined;
  readonly toVersion: string | undefined;
  /** A checkpoint for the next attempt, `key=value`. */
  readonly checkpoint?: string | undefined;
}

/** The origin of a report. These six fields determine the name of its Event. */
export interface ReportOrigin {
  readonly batchUid: string;
  readonly nodeUid: string;
  readonly process: string;
  readonly attempt: number;
  readonly bootId: string;
  /** Counts from 1 for each combination of the other five. */
  readonly sequence: number;
}

/** The part of the turn that goes into a report. */
export type ReportedTurn = Pick<Turn, 'namespace' | 'plan' | 'batch' | 'batchUid'>;

/** The input for a report's Event. */
export interface ReportInput {
  readonly turn: ReportedTurn;
  readonly node: { readonly name: string; readonly uid: string; readonly bootId: string };
  readonly process: string;
  readonly attempt: number;
  /** Counts from 1 for each batch, node, process, attempt and boot. */
  readonly sequence: number;
  readonly text: ReportText;
  /** Name of the Pod or node that posts the Event. */
  readonly instance: string;
  /** From the host's clock; no decision depends on it. */
  readonly time: Instant;
}

/** The name of a report's Event, at most 63 characters. The same report always has the same name, so that posting it twice is harmless. */
export function reportName(origin: ReportOrigin, hash: Hash): string {
  const { batchUid, nodeUid, process, attempt, bootId, sequence } = origin;
  return `${process}-${hash(JSON.stringify([batchUid, nodeUid, process, attempt, bootId, sequence])).slice(0, HASH_LENGTH)}`;
}

/** The fields of an events.k8s.io/v1 Event that a report uses. */
export interface ReportEvent {
  readonly apiVersion: 'events.k8s.io/v1';
  readonly kind: 'Event';
  readonly metadata: {
    readonly namespace: string;
    readonly name: string;
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
  };
  readonly regarding: ObjectReference;
  readonly related: ObjectReference;
  readonly action: string;
  readonly reason: ReportReason;
  readonly type: 'Normal' | 'Warning';
  readonly note: string;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly eventTime: string;
}

interface ObjectReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly uid: string;
}

/** Builds the Event of a report. */
export function buildReportEvent(input: ReportInput, hash: Hash): ReportEvent {
  const { turn, node, process, attempt, sequence, text } = input;
  const origin = { batchUid: turn.batchUid, nodeUid: node.uid, process, attempt, bootId: node.bootId, sequence };
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      namespace: turn.namespace,
      name: reportName(origin, hash),
      labels: { [LABELS.plan]: turn.plan, [LABELS.batch]: turn.batch },
      annotations: {
        [ANNOTATIONS.attempt]: String(attempt),
        [ANNOTATIONS.eventBootId]: node.bootId,
        [ANNOTATIONS.sequence]: String(sequence),
        ...optionalAnnotation(ANNOTATIONS.progress, text.progress?.toString()),
        ...optionalAnnotation(ANNOTATIONS.task, text.task),
        ...optionalAnnotation(ANNOTATIONS.fromVersion, text.fromVersion),
        ...optionalAnnotation(ANNOTATIONS.toVersion, text.toVersion),
        ...optionalAnnotation(ANNOTATIONS.checkpoint, text.checkpoint),
      },
    },
    regarding: { apiVersion: API_VERSION, kind: 'UpgradeBatch', namespace: turn.namespace, name: turn.batch, uid: turn.batchUid },
    related: { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid },
    action: process,
    reason: text.reason,
    type: text.reason === 'UpgradeFailed' ? 'Warning' : 'Normal',
    note: cutToBytes(notePrefix(node.name, process) + (text.note ?? describeReport(text)), MAX_NOTE_BYTES),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: input.instance.slice(0, MAX_INSTANCE_LENGTH),
    eventTime: toMicroTime(input.time),
  };
}

/**
 * The prefix of an Event's note. `kubectl events --for upgradebatch/NAME` shows neither the related Node nor the action, so the note must
 * name the node and the process.
 */
export function notePrefix(node: string, process: string): string {
  return `${node}/${process}: `;
}

const DESCRIPTIONS: Readonly<Record<ReportReason, string>> = {
  UpgradeStarted: 'started',
  UpgradeProgressing: 'in progress',
  UpgradeRebooting: 'rebooting',
  UpgradeSucceeded: 'succeeded',
  UpgradeFailed: 'failed',
  UpgradeSkipped: 'skipped',
};

/** The generated note of a report without a note. */
export function describeReport(text: Omit<ReportText, 'note'>): string {
  const parts = [DESCRIPTIONS[text.reason]];
  if (text.progress !== undefined) parts.push(`${text.progress} %`);
  if (text.task !== undefined) parts.push(text.task);
  if (text.toVersion !== undefined)
    parts.push(text.fromVersion === undefined ? text.toVersion : `${text.fromVersion} → ${text.toVersion}`);
  return parts.join(', ');
}

function optionalAnnotation(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value };
}
