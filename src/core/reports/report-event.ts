import type { Turn } from '../../api/marks.ts';
import { ANNOTATIONS, API_VERSION, LABELS, REPORTING_CONTROLLER } from '../../api/names.ts';
import type { ReportReason } from '../../api/names.ts';
import type { Hash, Instant } from '../facts.ts';
import { cutToBytes, toMicroTime } from '../text.ts';

/** The longest note, in bytes of UTF-8: the API server refuses a longer one. */
export const NOTE_BYTES = 1024;
/** The longest `reportingInstance`, in characters. */
const INSTANCE_LENGTH = 128;
/** How much of the hash goes into a name: 128 bits, so that names do not collide by chance. */
const HASH_LENGTH = 32;

/** What a process says of itself. */
export interface ReportText {
  readonly reason: ReportReason;
  /** For people. Left out, it is made from the rest. */
  readonly note: string | undefined;
  /** In per cent, 0 to 100. */
  readonly progress: number | undefined;
  readonly task: string | undefined;
  readonly fromVersion: string | undefined;
  readonly toVersion: string | undefined;
  /** One `key=value` for the next attempt. */
  readonly checkpoint?: string | undefined;
}

/** Where a report belongs: these six decide the name of its Event. */
export interface ReportOrigin {
  readonly batchUid: string;
  readonly nodeUid: string;
  readonly process: string;
  readonly attempt: number;
  readonly bootId: string;
  /** Counts from 1 within the other five. */
  readonly sequence: number;
}

/** What a report needs to know of its turn. */
export type ReportedTurn = Pick<Turn, 'namespace' | 'plan' | 'batch' | 'batchUid'>;

/** All that goes into an Event. */
export interface ReportInput {
  readonly turn: ReportedTurn;
  readonly node: { readonly name: string; readonly uid: string; readonly bootId: string };
  readonly process: string;
  readonly attempt: number;
  /** Counts from 1 within the batch, node, process, attempt and boot. */
  readonly sequence: number;
  readonly text: ReportText;
  /** The name of the Pod or node that posts it. */
  readonly instance: string;
  /** The host's clock; nobody decides by it. */
  readonly time: Instant;
}

/** The name of a report's Event: the same for the same report, whoever posts it and how often. At most 63 characters. */
export function reportName(origin: ReportOrigin, hash: Hash): string {
  const { batchUid, nodeUid, process, attempt, bootId, sequence } = origin;
  return `${process}-${hash(JSON.stringify([batchUid, nodeUid, process, attempt, bootId, sequence])).slice(0, HASH_LENGTH)}`;
}

/** An Event as it goes to the API server: the fields of events.k8s.io/v1 that a report uses. */
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

/** Makes the Event of a report. */
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
        ...optional(ANNOTATIONS.progress, text.progress?.toString()),
        ...optional(ANNOTATIONS.task, text.task),
        ...optional(ANNOTATIONS.fromVersion, text.fromVersion),
        ...optional(ANNOTATIONS.toVersion, text.toVersion),
        ...optional(ANNOTATIONS.checkpoint, text.checkpoint),
      },
    },
    regarding: { apiVersion: API_VERSION, kind: 'UpgradeBatch', namespace: turn.namespace, name: turn.batch, uid: turn.batchUid },
    related: { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid },
    action: process,
    reason: text.reason,
    type: text.reason === 'UpgradeFailed' ? 'Warning' : 'Normal',
    note: cutToBytes(notePrefix(node.name, process) + (text.note ?? describeText(text)), NOTE_BYTES),
    reportingController: REPORTING_CONTROLLER,
    reportingInstance: input.instance.slice(0, INSTANCE_LENGTH),
    eventTime: toMicroTime(input.time),
  };
}

/**
 * What the note of an Event begins with. `kubectl events --for upgradebatch/NAME` shows neither the related Node nor the action, so a
 * note without them would not say who speaks.
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

/** The note of a report that was made without one. */
export function describeText(text: Omit<ReportText, 'note'>): string {
  const parts = [DESCRIPTIONS[text.reason]];
  if (text.progress !== undefined) parts.push(`${text.progress} %`);
  if (text.task !== undefined) parts.push(text.task);
  if (text.toVersion !== undefined)
    parts.push(text.fromVersion === undefined ? text.toVersion : `${text.fromVersion} → ${text.toVersion}`);
  return parts.join(', ');
}

function optional(key: string, value: string | undefined): Readonly<Record<string, string>> {
  return value === undefined ? {} : { [key]: value };
}
