import { NODE_REASONS, OVERDUE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, OverdueRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant, JobFact, NodeFact, PodFact, ReportFact } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { rebootTimeOf, timeProcess } from '../../timing/overdue.ts';
import type { Reference } from '../../timing/reference.ts';
import type { BegunResult } from './process-result.ts';

/** What the decision about the duration of a process is based on. */
export interface OverdueInput {
  readonly process: BatchProcess;
  /** How far the process is, before its time limits. */
  readonly result: BegunResult;
  /** The record of this attempt as persisted, if there is one. */
  readonly before: ProcessRecord | undefined;
  readonly job: JobFact | undefined;
  readonly pod: PodFact | undefined;
  readonly node: NodeFact;
  readonly reports: readonly ReportFact[];
  readonly reference: Reference | undefined;
  readonly now: Instant;
}

/**
 * Applies the time limits of a process to its result: marks it overdue, stops it or fails it, as `onOverdue` says. A process that
 * was stopped fails with reason Overdue once its Job has ended.
 */
export function markOverdue(input: OverdueInput): BegunResult {
  const { result, before, job, reports } = input;
  if (before?.state === 'Succeeded' || before?.state === 'Failed') return result;
  if (result.kind === 'Failed' && job?.stopped !== undefined) return stoppedFailure(input, job.stopped);
  if (result.kind === 'Succeeded' || result.kind === 'Failed') {
    const record = presentFields({ ...result.record, rebootTime: rebootTimeOf(before, reports) });
    return { ...result, record };
  }
  return timeUnended(input);
}

function timeUnended(input: OverdueInput): BegunResult {
  const { process, result, node, job } = input;
  const { record, requeueAt } = timeProcess({
    ...input,
    record: result.record,
    isBack: node.ready && result.record.bootId !== undefined && node.bootId !== result.record.bootId,
  });
  const times = [result.requeueAt, requeueAt];
  const at = Math.min(...times.filter((time) => time !== undefined));
  const timed = { ...result, record, overdue: record.overdue !== undefined, ...(at === Infinity ? {} : { requeueAt: at }) };
  const { overdue } = record;
  if (overdue === undefined || !mayStop(process, overdue)) return timed;
  if (job === undefined || job.outcome === 'Complete' || job.outcome === 'Failed') {
    return overdueFailure(input, `${overdue.message}${waitMessage(input)}`);
  }
  if (job.outcome === 'Failing' || job.stopped !== undefined) return timed;
  const why = `${process.name} on ${node.name} is overdue: ${overdue.message}`;
  return { ...timed, commands: [{ kind: 'StopJob', job, message: overdue.message, why }] };
}

/** What a process without a Job waits for. A Job's message comes from its Pod, once that has ended. */
function waitMessage({ process, result }: OverdueInput): string {
  const { message } = result.record;
  return process.template !== undefined || message === undefined ? '' : `; ${message}`;
}

/**
 * Whether an overdue process may be stopped. Past its deadline it is being stopped already. One that is rebooting its host must
 * not be stopped to be retried: only when the host is back can it be seen whether the work is done.
 */
function mayStop({ onOverdue }: BatchProcess, { reason }: OverdueRecord): boolean {
  if (reason === OVERDUE_REASONS.PastDeadline) return false;
  return onOverdue === 'Fail' || (onOverdue === 'Retry' && reason !== OVERDUE_REASONS.RebootTooLong);
}

function stoppedFailure(input: OverdueInput, why: string): BegunResult {
  const { result, pod } = input;
  const message = pod?.terminated?.message.trim() ?? '';
  return overdueFailure(input, `${why}; stopped${message === '' ? '' : `: ${message}`}`, result.record.endTime);
}

function overdueFailure({ result, before, reports, now }: OverdueInput, message: string, endTime?: string): BegunResult {
  const record: ProcessRecord = presentFields({
    ...result.record,
    state: 'Failed',
    reason: NODE_REASONS.Overdue,
    message: cutToBytes(message, 128),
    endTime: endTime ?? toRfc3339(now),
    rebootTime: rebootTimeOf(before, reports),
    overdue: undefined,
  });
  return { kind: 'Failed', record, overdue: false };
}
