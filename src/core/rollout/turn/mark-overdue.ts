import { NODE_REASONS, OVERDUE_REASONS } from '../../../api/conditions.ts';
import type { BatchProcess, OverdueRecord, ProcessRecord } from '../../../api/generated/upgradebatch.ts';
import type { Instant, JobFact, NodeFact, PodFact, ReportFact } from '../../facts.ts';
import { presentFields } from '../../present-fields.ts';
import { cutToBytes, toRfc3339 } from '../../text.ts';
import { rebootTimeOf, timeProcess } from '../../timing/overdue.ts';
import type { Reference } from '../../timing/reference.ts';
import type { BegunResult } from './process-result.ts';

/** What follows for a process from the time that it takes. */
export interface OverdueInput {
  readonly process: BatchProcess;
  /** How far the facts say that it is. */
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
 * Adds to a step what follows from the time that the process takes: the flag, a stop, or a failure. One that was stopped fails with
 * reason Overdue once it has ended.
 */
export function markOverdue(input: OverdueInput): BegunResult {
  const { result: step, before, job, reports } = input;
  if (before?.state === 'Succeeded' || before?.state === 'Failed') return step;
  if (step.kind === 'Failed' && job?.stopped !== undefined) return stoppedFailure(input, job.stopped);
  if (step.kind === 'Succeeded' || step.kind === 'Failed') {
    const record = presentFields({ ...step.record, rebootTime: rebootTimeOf(before, reports) });
    return { ...step, record };
  }
  return timeUnended(input);
}

function timeUnended(input: OverdueInput): BegunResult {
  const { process, result: step, node, job } = input;
  const { record, requeueAt } = timeProcess({
    ...input,
    record: step.record,
    isBack: node.ready && step.record.bootId !== undefined && node.bootId !== step.record.bootId,
  });
  const looks = [step.requeueAt, requeueAt];
  const at = Math.min(...looks.filter((look) => look !== undefined));
  const timed = { ...step, record, overdue: record.overdue !== undefined, ...(at === Infinity ? {} : { requeueAt: at }) };
  const { overdue } = record;
  if (overdue === undefined || !mayStop(process, overdue)) return timed;
  if (job === undefined || job.outcome === 'Complete' || job.outcome === 'Failed') {
    return overdueFailure(input, `${overdue.message}${lastWords(input)}`);
  }
  if (job.outcome === 'Failing' || job.stopped !== undefined) return timed;
  const why = `${process.name} on ${node.name} is overdue: ${overdue.message}`;
  return { ...timed, commands: [{ kind: 'StopJob', job, message: overdue.message, why }] };
}

/** What a process waits for that is no Job of ours; of a Job, its Pod's last words are told once it has ended. */
function lastWords({ process, result: step }: OverdueInput): string {
  const { message } = step.record;
  return process.template !== undefined || message === undefined ? '' : `; ${message}`;
}

/**
 * Past its deadline, a process is being ended already. One that is rebooting its host cannot be stopped and begun again: whether its work
 * is done shows when the host is back.
 */
function mayStop({ onOverdue }: BatchProcess, { reason }: OverdueRecord): boolean {
  if (reason === OVERDUE_REASONS.PastDeadline) return false;
  return onOverdue === 'Fail' || (onOverdue === 'Retry' && reason !== OVERDUE_REASONS.RebootTooLong);
}

function stoppedFailure(input: OverdueInput, why: string): BegunResult {
  const { result: step, pod } = input;
  const words = pod?.terminated?.message.trim() ?? '';
  return overdueFailure(input, `${why}; stopped${words === '' ? '' : `: ${words}`}`, step.record.endTime);
}

function overdueFailure({ result: step, before, reports, now }: OverdueInput, message: string, endTime?: string): BegunResult {
  const record: ProcessRecord = presentFields({
    ...step.record,
    state: 'Failed',
    reason: NODE_REASONS.Overdue,
    message: cutToBytes(message, 128),
    endTime: endTime ?? toRfc3339(now),
    rebootTime: rebootTimeOf(before, reports),
    overdue: undefined,
  });
  return { kind: 'Failed', record, overdue: false };
}
