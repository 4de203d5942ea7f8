import { OVERDUE_REASONS } from '../../api/conditions.ts';
import type { BatchProcess, OverdueRecord, ProcessRecord, TaskRecord } from '../../api/generated/upgradebatch.ts';
import { longDuration } from '../duration.ts';
import type { Instant, ReportFact } from '../facts.ts';
import { presentFields } from '../present-fields.ts';
import { counted, cutToBytes, toInstant, toRfc3339 } from '../text.ts';
import { referenceFromPlan, type Reference } from './reference.ts';

/** The input for timing a process that has not ended. */
export interface TimedProcess {
  readonly process: BatchProcess;
  /** Its record as observed in this pass. */
  readonly record: ProcessRecord;
  /** The persisted record of the same attempt, if there is one. */
  readonly before: ProcessRecord | undefined;
  /** Reports of this attempt, oldest first. */
  readonly reports: readonly ReportFact[];
  readonly reference: Reference | undefined;
  /** Whether the node is back from the reboot that the process announced. */
  readonly isBack: boolean;
  readonly now: Instant;
}

/** The record with its times, and when the process becomes overdue if no report arrives. */
export interface Timing {
  readonly record: ProcessRecord;
  readonly requeueAt: Instant | undefined;
}

/** A time limit, passed or not. */
interface Limit {
  readonly reason: keyof typeof OVERDUE_REASONS;
  readonly due: Instant;
  readonly message: string;
}

/** Times that must survive expired Events and a restart of the operator, so that no limit starts again. */
interface DurableTimes {
  readonly rebootTime: string | undefined;
  readonly lastHeardTime: string | undefined;
  readonly task: TaskRecord | undefined;
}

/**
 * Checks the time limits of a process that has not ended: since its start, since its current task began if the plan times that task, since
 * it announced its reboot, and since its last report. The limit that passed first is recorded. Times come from the Job and the API server,
 * never from a host.
 */
export function timeProcess(timed: TimedProcess): Timing {
  const durable = durableTimes(timed);
  const limits = limitsOf(timed, durable).sort((a, b) => a.due - b.due);
  const passed = limits.find((limit) => timed.now > limit.due);
  const next = limits.find((limit) => timed.now <= limit.due);
  const overdue = passed === undefined ? undefined : overdueRecord(passed);
  const record = presentFields({ ...timed.record, ...durable, overdue });
  return {
    record: overdue === undefined ? record : { ...record, message: overdueMessage(overdue, timed.record.message) },
    requeueAt: next === undefined ? undefined : next.due + 1000,
  };
}

function overdueRecord({ reason, message, due }: Limit): OverdueRecord {
  return { reason: OVERDUE_REASONS[reason], message: cutToBytes(message, 128), sinceTime: toRfc3339(due) };
}

/** The message of an overdue record. It begins with the limit, because the rest may be cut. */
function overdueMessage(overdue: OverdueRecord, message: string | undefined): string {
  return cutToBytes(`overdue: ${overdue.message}${message === undefined ? '' : `; ${message}`}`, 128);
}

/** When the process announced its reboot, if it did. */
export function rebootTimeOf(before: ProcessRecord | undefined, reports: readonly ReportFact[]): string | undefined {
  const announced = reports.find((report) => report.reason === 'UpgradeRebooting');
  return before?.rebootTime ?? (announced === undefined ? undefined : toRfc3339(announced.time));
}

function durableTimes({ process, before, reports }: TimedProcess): DurableTimes {
  return {
    rebootTime: rebootTimeOf(before, reports),
    lastHeardTime: lastHeardTime(process.timing?.silenceSeconds, before?.lastHeardTime, reports),
    task: currentTask(process, before?.task, reports),
  };
}

/** Updated only after half of `silenceSeconds`, so that not every heartbeat causes a write. The Events have the exact time. */
function lastHeardTime(
  silenceSeconds: number | undefined,
  before: string | undefined,
  reports: readonly ReportFact[],
): string | undefined {
  if (silenceSeconds === undefined) return undefined;
  const last = lastReportTime(reports);
  const known = toInstant(before);
  if (last === undefined || (known !== undefined && last - known <= silenceSeconds * 500)) return before;
  return toRfc3339(last);
}

function lastReportTime(reports: readonly ReportFact[]): Instant | undefined {
  return reports.length === 0 ? undefined : Math.max(...reports.map((report) => report.lastHeardTime));
}

/** The task of the last report that names one, if the plan times it. It began with the first of the consecutive reports that name it. */
function currentTask(
  process: BatchProcess,
  before: TaskRecord | undefined,
  reports: readonly ReportFact[],
): TaskRecord | undefined {
  const timed = process.timing?.tasks ?? [];
  if (timed.length === 0) return undefined;
  const named = reports.filter((report) => report.task !== undefined);
  const name = named.at(-1)?.task;
  if (name === undefined || name === before?.name) return before;
  if (!timed.some((task) => task.name === name)) return undefined;
  const began = named[named.findLastIndex((report) => report.task !== name) + 1];
  return began === undefined ? undefined : { name, startTime: toRfc3339(began.time) };
}

function limitsOf(timed: TimedProcess, durable: DurableTimes): Limit[] {
  const { process, record, reference, reports, isBack } = timed;
  const started = toInstant(record.startTime);
  const rebooting = toInstant(durable.rebootTime);
  const limits: Limit[] = [];
  if (started !== undefined) limits.push(deadlineLimit(process, started));
  if (rebooting !== undefined) {
    const { rebootSeconds } = process.timing ?? {};
    if (rebootSeconds !== undefined && !isBack) limits.push(rebootLimit(rebooting, rebootSeconds));
    return limits;
  }
  // Once the Job has ended, only the reboot and the verification take time, and they have their own limits.
  if (record.state !== 'Running') return limits;
  if (started !== undefined && reference !== undefined) limits.push(runLimit(started, reference));
  const task = taskLimit(process, durable.task);
  if (task !== undefined) limits.push(task);
  const { silenceSeconds } = process.timing ?? {};
  const heard = Math.max(lastReportTime(reports) ?? 0, toInstant(durable.lastHeardTime) ?? 0);
  if (silenceSeconds !== undefined && heard > 0) limits.push(silenceLimit(heard, silenceSeconds));
  return limits;
}

function deadlineLimit({ deadlineSeconds }: BatchProcess, started: Instant): Limit {
  const message = `past its deadline of ${longDuration(deadlineSeconds)}, and has not ended`;
  return { reason: 'PastDeadline', due: started + deadlineSeconds * 1000, message };
}

function rebootLimit(since: Instant, seconds: number): Limit {
  const message = `more than ${longDuration(seconds)} in its reboot; check its console`;
  return { reason: 'RebootTooLong', due: since + seconds * 1000, message };
}

function runLimit(started: Instant, reference: Reference): Limit {
  return { reason: 'TooLong', due: started + limitSeconds(reference) * 1000, message: limitText(reference) };
}

function taskLimit(process: BatchProcess, task: TaskRecord | undefined): Limit | undefined {
  const timing = process.timing?.tasks?.find((candidate) => candidate.name === task?.name);
  const started = toInstant(task?.startTime);
  if (timing === undefined || started === undefined) return undefined;
  const reference = referenceFromPlan(timing.expectedSeconds, timing.toleranceSeconds);
  const message = `task ${timing.name}: ${limitText(reference)}`;
  return { reason: 'TaskTooLong', due: started + limitSeconds(reference) * 1000, message };
}

function silenceLimit(heard: Instant, seconds: number): Limit {
  return { reason: 'Silent', due: heard + seconds * 1000, message: `silent for more than ${longDuration(seconds)}` };
}

function limitSeconds({ expectedSeconds, toleranceSeconds }: Reference): number {
  return expectedSeconds + toleranceSeconds;
}

function limitText(reference: Reference): string {
  const { expectedSeconds, toleranceSeconds, samples } = reference;
  const expected = `expected ${longDuration(expectedSeconds)} + ${longDuration(toleranceSeconds)}`;
  const learned = samples === 0 ? '' : ` (learned from ${counted(samples, 'node')})`;
  return `more than ${longDuration(limitSeconds(reference))}, ${expected}${learned}`;
}
