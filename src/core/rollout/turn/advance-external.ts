import { NODE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import { ANNOTATIONS, API_VERSION, LABELS, REPORTING_OPERATOR, TURN_REASON } from '../../../api/names.ts';
import type { Instant, NodeFact, ReportFact } from '../../facts.ts';
import { notePrefix } from '../../reports/report-event.ts';
import { cutToBytes, toInstant, toMicroTime, toRfc3339 } from '../../text.ts';
import type { Command, Manifest } from '../model/command.ts';
import type { NodeInput } from './node-input.ts';
import { versionMismatches } from '../fleet/verify.ts';
import type { ProcessResult } from './process-result.ts';

/** What the decision about a process that the node's own updater runs is based on. */
export interface ExternalInput {
  readonly input: NodeInput;
  readonly node: NodeFact;
  readonly process: BatchProcess;
  readonly attempt: number;
  /** The record of this attempt as persisted. */
  readonly before: ProcessRecord | undefined;
  /** Reports of this process, node, batch and attempt, oldest first. */
  readonly reports: readonly ReportFact[];
}

/** Name of the process that the node's own updater was asked to run; undefined if there is none. */
export function startedExternal(node: NodeFact | undefined): string | undefined {
  return node?.labels[LABELS.process];
}

/**
 * Decides how far a process is that the node's own updater runs. The updater is notified that its turn has come. It has ended
 * when the version comparisons of `verify` pass or the updater reports success; `verify` decides in both cases whether the work
 * was done.
 */
export function advanceExternal(external: ExternalInput): ProcessResult {
  const { input, node, process, attempt, before, reports } = external;
  const { now, batch } = input;
  if (before?.state === 'Succeeded' || before?.state === 'Failed') return { kind: before.state, record: before, overdue: false };
  const started = toInstant(before?.startTime) ?? now;
  const deadline = started + process.deadlineSeconds * 1000;
  const announced = before?.rebooting === true || reports.some((report) => report.reason === 'UpgradeRebooting');
  const base = { name: process.name, attempt, startTime: toRfc3339(started), ...(announced ? { rebooting: true } : {}) };
  const last = reports.at(-1);
  const mismatches = process.verify === undefined ? [] : versionMismatches(process.verify, node, batch.spec.version);
  if (last?.reason === 'UpgradeFailed') {
    const message = last.note === '' ? 'its updater reported UpgradeFailed' : last.note;
    return failed(base, NODE_REASONS.JobFailed, message, now);
  }
  if (mismatches.length === 0 || last?.reason === 'UpgradeSucceeded')
    return { kind: 'Succeeded', record: { ...base, state: 'Succeeded', endTime: toRfc3339(now) }, overdue: false };
  if (now > deadline) {
    return failed(
      base,
      NODE_REASONS.DeadlineExceeded,
      `not done within ${process.deadlineSeconds} s: ${mismatches[0] ?? ''}`,
      now,
    );
  }
  const record: ProcessRecord = {
    ...base,
    state: 'Running',
    message: cutToBytes(progressMessage(last, announced, mismatches), 128),
  };
  const isNotified = startedExternal(node) === process.name;
  return {
    kind: 'Running',
    record,
    overdue: false,
    requeueAt: deadline + 1000,
    commands: isNotified ? [] : [startCommand(external)],
  };
}

function progressMessage(last: ReportFact | undefined, announced: boolean, mismatches: readonly string[]): string {
  if (announced) return 'rebooting';
  const progress = last?.progress === undefined ? '' : `${last.progress}% `;
  const message = `${progress}${last?.note ?? ''}`.trim();
  return message === '' ? (mismatches[0] ?? '') : message;
}

function failed(base: Omit<ProcessRecord, 'state'>, reason: string, message: string, now: Instant): ProcessResult {
  const end = { reason, message: cutToBytes(message, 128), endTime: toRfc3339(now) };
  return { kind: 'Failed', record: { ...base, state: 'Failed', ...end }, overdue: false };
}

function startCommand(external: ExternalInput): Command {
  const { node, process } = external;
  const why = `${process.name} is next on ${node.name}: notifying its own updater`;
  return { kind: 'StartExternal', node, process: process.name, event: turnEvent(external), why };
}

/** The Event that notifies a node's updater of its turn. */
function turnEvent({ input, node, process, attempt }: ExternalInput): Manifest {
  const { batch, namespace, hash, now } = input;
  const { name, uid } = batch.metadata;
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: {
      namespace,
      name: `${process.name}-${hash(JSON.stringify([uid, node.uid, process.name, attempt, TURN_REASON])).slice(0, 32)}`,
      labels: { [LABELS.plan]: batch.spec.plan, [LABELS.batch]: name },
      annotations: { [ANNOTATIONS.attempt]: String(attempt), [ANNOTATIONS.toVersion]: batch.spec.version },
    },
    regarding: { apiVersion: API_VERSION, kind: 'UpgradeBatch', namespace, name, uid },
    related: { apiVersion: 'v1', kind: 'Node', name: node.name, uid: node.uid },
    action: process.name,
    reason: TURN_REASON,
    type: 'Normal',
    note: `${notePrefix(node.name, process.name)}start the upgrade to ${batch.spec.version}`,
    reportingController: REPORTING_OPERATOR,
    reportingInstance: 'baton-operator',
    eventTime: toMicroTime(now),
  };
}
